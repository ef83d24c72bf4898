package io.dromon.node.store;

import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one engine of a store, and the change from one to the next when a state is restored. A directory of a state, as a
 * donor gives it:
 *
 * <pre>
 *  STATE     dromon-store-state 1 rocksdb        (or memory)
 *  data/     what the engine has left there
 * </pre>
 *
 * Thread-safe, but that the delivery thread alone commits, gives and takes states.
 */
final class Storage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
    private static final String STATE = "STATE";
    private static final String DATA = "data";

    /** Null in memory. */
    private final @Nullable StoreDirectory directory;

    private volatile StorageEngine engine;
    private final AtomicInteger restores = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable CheckpointTimes lastCheckpoint;

    private Storage(@Nullable StoreDirectory directory, StorageEngine engine) {
        this.directory = directory;
        this.engine = engine;
    }

    /** A store in memory, without entries. */
    static Storage inMemory() {
        return new Storage(null, MemoryEngine.empty());
    }

    /**
     * Opens the store in a directory, or makes one.
     *
     * @throws StoreException if it cannot be used, or RocksDB is not there
     */
    static Storage onDisk(Path root) {
        StoreDirectory directory = StoreDirectory.open(root);
        try {
            StorageEngine engine = rocks(directory.data());
            try {
                directory.confirm();
                return new Storage(directory, engine);
            } catch (RuntimeException e) {
                engine.close();
                throw e;
            }
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static StorageEngine rocks(Path data) {
        try {
            return new RocksEngine(data);
        } catch (LinkageError | RuntimeException e) {
            if (e instanceof StoreException known) {
                throw known;
            }
            throw libraryMissing(e);
        }
    }

    private static StoreException libraryMissing(Throwable cause) {
        return new StoreException(
                StoreException.Reason.LIBRARY_MISSING,
                "a store on disk needs RocksDB, which cannot be loaded (" + cause + "). Add"
                        + " org.rocksdb:rocksdbjni:10.10.1.1 with the classifier linux64 to the dependencies, or have"
                        + " the store in memory (StoreOptions.memory())",
                cause);
    }

    /** The engine now. */
    StorageEngine engine() {
        return engine;
    }

    /** The entries as of now. */
    StorageEngine.View view() {
        while (true) {
            StorageEngine now = engine;
            try {
                return now.view();
            } catch (StoreException e) {
                if (now == engine || closed) { // else a restored state has taken its place
                    throw e;
                }
            }
        }
    }

    Position position() {
        return engine.position();
    }

    /** Whether what is committed can be made durable. */
    boolean isOnDisk() {
        return directory != null;
    }

    /** Makes durable what is committed. Any thread, one call at a time. */
    void sync() {
        while (true) {
            StorageEngine now = engine;
            try {
                now.sync();
                if (now == engine) {
                    return;
                }
            } catch (StoreException e) {
                if (now == engine || closed) { // else a restored state has taken its place
                    throw e;
                }
            }
        }
    }

    private String stateFormat() {
        return "dromon-store-state 1 " + (directory == null ? "memory" : "rocksdb");
    }

    /** Makes a directory with the state as of now. */
    void snapshot(Path target) {
        try (StorageEngine.Copy copy = engine.copy()) {
            write(copy, target);
        }
    }

    /** Decides on a directory with the state as of now, which is made later. */
    Checkpoint beginSnapshot(Path target) {
        long begunNs = System.nanoTime();
        StorageEngine.Copy copy = engine.copy();
        return new Checkpoint(this, copy, target, begunNs, System.nanoTime());
    }

    void write(StorageEngine.Copy copy, Path target) {
        try {
            Files.createDirectory(target);
            Files.writeString(target.resolve(STATE), stateFormat() + "\n");
        } catch (IOException e) {
            throw StoreException.of("writing the state to " + target, e);
        }
        copy.writeTo(target.resolve(DATA));
    }

    void checkpointMade(CheckpointTimes times) {
        lastCheckpoint = times;
    }

    @Nullable
    CheckpointTimes lastCheckpoint() {
        return lastCheckpoint;
    }

    /**
     * Takes the state in {@code source} in the place of the present one. After an exception the present one stays, also
     * over a crash at any point.
     */
    void restore(Path source) {
        checkFormat(source);
        Path data = source.resolve(DATA);
        if (directory == null) {
            replaceBy(MemoryEngine.of(data));
        } else {
            restore(directory, data);
        }
    }

    private void restore(StoreDirectory root, Path data) {
        Path old = root.data();
        Path fresh = root.bringIn(data);
        StorageEngine restored;
        try {
            restored = rocks(fresh);
        } catch (RuntimeException e) {
            removeUnused(root, fresh);
            throw e;
        }
        try {
            root.makeCurrent(fresh);
        } catch (RuntimeException e) {
            restored.close();
            throw e;
        }
        replaceBy(restored);
        removeUnused(root, old); // what is still read of it is open, and stays until then
    }

    private void replaceBy(StorageEngine restored) {
        StorageEngine before = engine;
        restores.incrementAndGet();
        engine = restored;
        restores.incrementAndGet(); // for a view of the old one that was taken since
        before.close();
    }

    private static void removeUnused(StoreDirectory root, Path data) {
        try {
            root.remove(data);
        } catch (StoreException e) {
            LOG.warn("{}; the next start removes it", e.getMessage());
        }
    }

    /** A count that has changed if a state was restored since. */
    int restores() {
        return restores.get();
    }

    private void checkFormat(Path source) {
        String found;
        try {
            Path file = source.resolve(STATE);
            byte[] text = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
            found = new String(text, 0, Math.min(text.length, 80), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw StoreException.of("reading the state in " + source, e);
        }
        if (!found.equals(stateFormat())) {
            throw new StoreException(
                    StoreException.Reason.OTHER_FORMAT,
                    "the state that a donor gave is "
                            + (found.startsWith("dromon-store-state ") ? "a '" + found + "'" : "none of a store")
                            + ", and this store takes '" + stateFormat()
                            + "': all nodes of a cluster have the same storage engine");
        }
    }

    @Override
    public void close() {
        closed = true;
        engine.close();
        if (directory != null) {
            directory.close();
        }
    }

    /** Writes a position without a change. */
    void moveTo(Position position) {
        engine.prepare(List.of(), position).commit();
    }
}
