package io.dromon.node.store;

import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries in memory: each commit publishes a new version of an immutable map, and a view is one of these versions. */
final class MemoryEngine implements StorageEngine {
    /** The one file of a copy. */
    private static final String DUMP = "entries.dump";

    /** One version. */
    record Version(@Nullable SortedNode map, Position position) {}

    private volatile Version current;
    private volatile boolean closed;

    private MemoryEngine(Version first) {
        this.current = first;
    }

    /** A store without entries. */
    static MemoryEngine empty() {
        return new MemoryEngine(new Version(null, Position.NONE));
    }

    /** What {@link Copy#writeTo} has left in {@code directory}. */
    static MemoryEngine of(Path directory) {
        Path dump = directory.resolve(DUMP);
        try {
            return new MemoryEngine(MemoryDump.read(dump));
        } catch (IOException e) {
            throw StoreException.of("reading " + dump, e);
        }
    }

    private Version current() {
        if (closed) {
            throw StoreException.closed();
        }
        return current;
    }

    @Override
    public Position position() {
        return current().position();
    }

    @Override
    public View view() {
        return new VersionView(current());
    }

    @Override
    public Prepared prepare(List<Change> changes, Position position) {
        return () -> {
            Version before = current();
            SortedNode map = before.map();
            for (Change change : changes) {
                byte[] value = change.value();
                map = value == null
                        ? SortedNode.remove(map, change.key())
                        : SortedNode.put(map, new Entry(change.key(), value));
            }
            current = new Version(map, position);
        };
    }

    @Override
    public Copy copy() {
        return new VersionCopy(current());
    }

    /** Nothing in memory is durable, and nobody asks for it: {@link Storage#isOnDisk}. */
    @Override
    public void flush() {}

    @Override
    public void sync() {
        Version unused = current();
    }

    @Override
    public void close() {
        closed = true;
    }

    private record VersionCopy(Version version) implements Copy {
        @Override
        public void writeTo(Path directory) {
            try {
                Files.createDirectory(directory);
                MemoryDump.write(directory.resolve(DUMP), version);
            } catch (IOException e) {
                throw StoreException.of("writing the state to " + directory, e);
            }
        }

        @Override
        public void close() {}
    }

    private static final class VersionView implements View {
        private final Version version;
        private volatile boolean open = true;

        VersionView(Version version) {
            this.version = version;
        }

        private Version version() {
            if (!open) {
                throw new IllegalStateException("the snapshot is over");
            }
            return version;
        }

        @Override
        public Position position() {
            return version().position();
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            byte[] value = SortedNode.get(version().map(), key);
            return value == null ? null : value.clone();
        }

        @Override
        public Iterator<Entry> scan(byte[] from, byte @Nullable [] to) {
            Iterator<Entry> entries = SortedNode.scan(version().map(), from, to);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return version() != null && entries.hasNext();
                }

                @Override
                public Entry next() {
                    version();
                    Entry entry = entries.next();
                    return new Entry(entry.key().clone(), entry.value().clone());
                }
            };
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
