package io.dromon.node.store;

import io.dromon.transport.wire.Position;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a store keeps its entries, and with them, in one step, its position. Thread-safe, but that one thread commits,
 * in order. All methods throw a {@link StoreException} where the storage fails, and after {@link #close}.
 */
interface StorageEngine extends AutoCloseable {
    /** A change that is ready. */
    interface Prepared {
        /**
         * Makes it visible, with its position, whole or not at all. At most once, on the committing thread. It outlives the
         * process after {@link #flush}.
         */
        void commit();
    }

    /**
     * The entries as of a position. Thread-safe; after {@link #close} its methods throw an
     * {@link IllegalStateException}.
     */
    interface View extends AutoCloseable {
        Position position();

        /** The value of a key, the caller's own; null if there is none. */
        byte @Nullable [] get(byte[] key);

        /**
         * The entries with {@code from <= key < to}, the caller's own; valid as long as the view.
         *
         * @param to null for no upper bound
         */
        Iterator<Entry> scan(byte[] from, byte @Nullable [] to);

        @Override
        void close();
    }

    /** The last position that was committed, {@link Position#NONE} in a new store. */
    Position position();

    /** The entries as of now. */
    View view();

    /**
     * Makes a change ready. Any thread.
     *
     * @param changes in the order of their keys; may be empty
     * @param position of which the store has everything afterwards
     */
    Prepared prepare(List<Change> changes, Position position);

    /** Files of what was committed at a moment, yet to be made. */
    interface Copy extends AutoCloseable {
        /**
         * Makes a directory with all of it, in files which do not change any more. Any thread; commits go on meanwhile.
         *
         * @param directory is not there, its parent is
         */
        void writeTo(Path directory);

        /** Gives back what is kept for it; once, any thread. */
        @Override
        void close();
    }

    /** Decides on a copy: of all that is committed now. On the committing thread, which waits for no file. */
    Copy copy();

    /**
     * Gives what is committed to the system, so that it outlives this process; until then an end of the process may cost the
     * last commits, never one before another. On the committing thread.
     */
    void flush();

    /**
     * Makes durable what is committed, where the storage can: then it survives a loss of power. Any thread, one call at a
     * time.
     */
    void sync();

    /** Ends it, as soon as no view is open. Further calls do nothing. */
    @Override
    void close();
}
