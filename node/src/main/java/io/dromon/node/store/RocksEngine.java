package io.dromon.node.store;

import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Entries on disk, by RocksDB; the one class that knows its library. A commit is one batch: entries and position, in
 * the write-ahead log before it is visible. The log is written to the system by {@link #flush}, one call for many commits,
 * and not synced before {@link #sync}. A view is a snapshot of RocksDB, a copy a checkpoint: hard
 * links where the file system is the same.
 *
 * <p>An entry's key stands behind a byte 1; the position has the key of a single byte 0.
 *
 * <p>Native objects are never used after they are freed: what uses the database holds a reference to it, and the last
 * one that gives it back frees it.
 */
final class RocksEngine implements StorageEngine {
    private static final byte[] POSITION_KEY = {0};
    private static final byte ENTRY_MARK = 1;
    private static final byte[] BEHIND_ENTRIES = {ENTRY_MARK + 1};
    private static final int POSITION_BYTES = 3 * Long.BYTES;
    /** As much of the log is copied for a checkpoint. */
    private static final long MEMORY_TABLE_BYTES = 16L << 20;

    private static final long LAST_CHECKPOINT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOG_FILES_KEPT = 4;
    private static final double BITS_PER_KEY = 10;

    private final Path directory;
    private final BloomFilter filter;
    private final Options options;
    private final WriteOptions unsynced;
    private final RocksDB database;
    /** Batches that wait for their turn; those whose turn never comes are freed at the end. */
    private final Set<WriteBatch> prepared = ConcurrentHashMap.newKeySet();
    /** Of what uses the database; the engine itself counts until it is closed. */
    private final AtomicInteger references = new AtomicInteger(1);

    /** That are being written; guarded by this. */
    private int checkpoints;

    private volatile boolean closed;
    private volatile Position position;
    /** Whether something is committed that the system has not. The committing thread's. */
    private boolean unflushed;

    /**
     * Opens what is in {@code directory}, or makes it.
     *
     * @throws LinkageError if the library is missing, or does not run here
     * @throws StoreException if the files cannot be used
     */
    RocksEngine(Path directory) {
        RocksDB.loadLibrary();
        this.directory = directory;
        this.filter = new BloomFilter(BITS_PER_KEY);
        this.options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(MEMORY_TABLE_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter))
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setManualWalFlush(true)
                .setKeepLogFileNum(LOG_FILES_KEPT);
        this.unsynced = new WriteOptions();
        try {
            this.database = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            freeOptions();
            throw failure("opening the store " + directory, e);
        }
        try {
            this.position = decode(database.get(POSITION_KEY));
        } catch (RocksDBException | RuntimeException e) {
            database.close();
            freeOptions();
            throw e instanceof RocksDBException failed
                    ? failure("reading the position of " + directory, failed)
                    : (RuntimeException) e;
        }
    }

    private Position decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return Position.NONE;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (bytes.length == POSITION_BYTES) {
                return new Position(new UUID(in.getLong(), in.getLong()), in.getLong());
            }
        } catch (IllegalArgumentException e) {
            throw corrupt("its position is none", e);
        }
        throw corrupt("its position has " + bytes.length + " bytes", null);
    }

    private StoreException corrupt(String what, @Nullable Throwable cause) {
        return new StoreException(
                StoreException.Reason.CORRUPT, "the store " + directory + " is damaged: " + what, cause);
    }

    private static byte[] encode(Position position) {
        return ByteBuffer.allocate(POSITION_BYTES)
                .putLong(position.history().getMostSignificantBits())
                .putLong(position.history().getLeastSignificantBits())
                .putLong(position.seqno())
                .array();
    }

    private static byte[] marked(byte[] key) {
        byte[] marked = new byte[1 + key.length];
        marked[0] = ENTRY_MARK;
        System.arraycopy(key, 0, marked, 1, key.length);
        return marked;
    }

    /** What RocksDB says, by name. */
    static StoreException failure(String what, RocksDBException e) {
        Status status = e.getStatus();
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
            return StoreException.diskFull(what, e);
        }
        String text = what + " failed: " + e.getMessage();
        Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
        return switch (code) {
            case Corruption ->
                new StoreException(
                        StoreException.Reason.CORRUPT,
                        text + ". Remove the directory: the node gets its state from another one",
                        e);
            case IOError ->
                String.valueOf(e.getMessage()).contains("No space left")
                        ? StoreException.diskFull(what, e)
                        : new StoreException(StoreException.Reason.IO, text, e);
            default -> new StoreException(StoreException.Reason.IO, text, e);
        };
    }

    /** To be given back with {@link #release}. */
    private void acquire() {
        if (closed || references.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw StoreException.closed();
        }
    }

    private void release() {
        if (references.decrementAndGet() == 0) {
            prepared.forEach(WriteBatch::close);
            try {
                database.flushWal(false);
            } catch (RocksDBException e) {
                unflushed = true; // nobody can be told any more; the position at the next start says how far it came
            }
            database.close();
            freeOptions();
        }
    }

    private void freeOptions() {
        unsynced.close();
        options.close();
        filter.close();
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public View view() {
        acquire();
        try {
            return new SnapshotView();
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    @Override
    public Prepared prepare(List<Change> changes, Position next) {
        acquire();
        WriteBatch batch = new WriteBatch();
        try {
            for (Change change : changes) {
                byte[] value = change.value();
                if (value == null) {
                    batch.delete(marked(change.key()));
                } else {
                    batch.put(marked(change.key()), value);
                }
            }
            batch.put(POSITION_KEY, encode(next));
            prepared.add(batch);
        } catch (RocksDBException e) {
            batch.close();
            throw failure("preparing a change of " + directory, e);
        } finally {
            release();
        }
        return () -> commit(batch, next);
    }

    private void commit(WriteBatch batch, Position next) {
        acquire();
        try {
            unflushed = true;
            database.write(unsynced, batch);
            position = next;
        } catch (RocksDBException e) {
            throw failure("writing to the store " + directory, e);
        } finally {
            prepared.remove(batch);
            batch.close();
            release();
        }
    }

    @Override
    public void flush() {
        if (!unflushed || closed) {
            return; // what is closed does it by itself
        }
        acquire();
        try {
            database.flushWal(false);
            unflushed = false;
        } catch (RocksDBException e) {
            throw failure("writing the log of the store " + directory, e);
        } finally {
            release();
        }
    }

    @Override
    public Copy copy() {
        flush(); // the log is copied as far as its file goes
        acquire();
        boolean kept = false;
        try {
            database.disableFileDeletions();
            try {
                Copy copy = new Checkpoint(files());
                kept = true;
                return copy;
            } finally {
                if (!kept) {
                    database.enableFileDeletions();
                }
            }
        } catch (RocksDBException e) {
            throw failure("a checkpoint of the store " + directory, e);
        } catch (IOException e) {
            throw StoreException.of("a checkpoint of the store " + directory, e);
        } finally {
            if (!kept) {
                release();
            }
        }
    }

    /** The logs come last: what was written out of memory since the first call is still in them. */
    private CheckpointFiles files() throws RocksDBException, IOException {
        RocksDB.LiveFiles live = database.getLiveFiles(false);
        return CheckpointFiles.of(live.files, live.manifestFileSize, CheckpointFiles.logs(directory));
    }

    @Override
    public void sync() {
        acquire();
        try {
            database.flushWal(true);
        } catch (RocksDBException e) {
            throw failure("syncing the log of the store " + directory, e);
        } finally {
            release();
        }
    }

    /** The directory is free afterwards, unless a checkpoint takes longer than that. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        release();
        long untilNs = System.nanoTime() + LAST_CHECKPOINT_NS;
        try {
            for (long leftNs = LAST_CHECKPOINT_NS;
                    checkpoints > 0 && leftNs > 0;
                    leftNs = untilNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void count(int more) {
        checkpoints += more;
        notifyAll();
    }

    /** Holds a reference, and no file of the database is removed until it is closed. */
    private final class Checkpoint implements Copy {
        private final CheckpointFiles files;

        Checkpoint(CheckpointFiles files) {
            this.files = files;
            count(1);
        }

        @Override
        public void writeTo(Path target) {
            try {
                files.make(directory, target);
            } catch (IOException e) {
                throw StoreException.of("a checkpoint of the store " + directory + " in " + target, e);
            }
        }

        @Override
        public void close() {
            try {
                database.enableFileDeletions();
            } catch (RocksDBException e) {
                throw failure("after a checkpoint of the store " + directory, e);
            } finally {
                release();
                count(-1);
            }
        }
    }

    /** Its monitor is held in each call, so that {@link #close} frees nothing that is in use. */
    private final class SnapshotView implements View {
        private final org.rocksdb.Snapshot snapshot = database.getSnapshot();
        private final ReadOptions reads = new ReadOptions().setSnapshot(snapshot);
        private final List<Scan> scans = new ArrayList<>();
        private final Position position;
        private boolean open = true;

        SnapshotView() {
            try {
                position = decode(database.get(reads, POSITION_KEY));
            } catch (RocksDBException e) {
                free();
                throw failure("reading the position of " + directory, e);
            }
        }

        private void free() {
            scans.forEach(Scan::free);
            reads.close();
            database.releaseSnapshot(snapshot);
            snapshot.close();
        }

        private void checkOpen() {
            if (!open) {
                throw new IllegalStateException("the snapshot is over");
            }
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public synchronized byte @Nullable [] get(byte[] key) {
            checkOpen();
            try {
                return database.get(reads, marked(key));
            } catch (RocksDBException e) {
                throw failure("reading from the store " + directory, e);
            }
        }

        @Override
        public synchronized Iterator<Entry> scan(byte[] from, byte @Nullable [] to) {
            checkOpen();
            Scan scan = new Scan(this, marked(from), to == null ? BEHIND_ENTRIES : marked(to));
            scans.add(scan);
            return scan;
        }

        @Override
        public void close() {
            synchronized (this) {
                if (!open) {
                    return;
                }
                open = false;
                free();
            }
            release();
        }
    }

    private final class Scan implements Iterator<Entry> {
        private final SnapshotView view;
        private final Slice end;
        private final ReadOptions reads;
        private final RocksIterator entries;

        Scan(SnapshotView view, byte[] from, byte[] to) {
            this.view = view;
            this.end = new Slice(to);
            this.reads = new ReadOptions().setSnapshot(view.snapshot).setIterateUpperBound(end);
            this.entries = database.newIterator(reads);
            entries.seek(from);
        }

        void free() {
            entries.close();
            reads.close();
            end.close();
        }

        @Override
        public boolean hasNext() {
            synchronized (view) {
                view.checkOpen();
                if (entries.isValid()) {
                    return true;
                }
                try {
                    entries.status();
                } catch (RocksDBException e) {
                    throw failure("reading from the store " + directory, e);
                }
                return false;
            }
        }

        @Override
        public Entry next() {
            synchronized (view) {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                byte[] key = entries.key();
                Entry entry = new Entry(Arrays.copyOfRange(key, 1, key.length), entries.value());
                entries.next();
                return entry;
            }
        }
    }
}
