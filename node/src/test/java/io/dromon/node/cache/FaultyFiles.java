package io.dromon.node.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A disk of a chosen size that writes in small pieces, and can refuse. */
final class FaultyFiles implements CacheFiles {
    private final CacheFiles files;
    private final Map<String, Long> sizes = new ConcurrentHashMap<>();
    private final Set<String> beingWritten = ConcurrentHashMap.newKeySet();
    private volatile long diskBytes = Long.MAX_VALUE;
    private volatile boolean refusesDeletion;

    FaultyFiles(Path directory) throws IOException {
        files = CacheDirectory.open(directory);
    }

    void diskBytes(long bytes) {
        diskBytes = bytes;
    }

    /** Its open files are closed: by the end of the process that had them. */
    void endProcess() {
        beingWritten.clear();
    }

    void refusesDeletion(boolean refuses) {
        refusesDeletion = refuses;
    }

    long usedBytes() {
        return sizes.values().stream().mapToLong(size -> size).sum();
    }

    @Override
    public OpenFile create(String name) throws IOException {
        if (diskBytes == 0) {
            throw new FileSystemException(name, null, "Read-only file system");
        }
        OpenFile created = files.create(name);
        sizes.put(name, 0L);
        beingWritten.add(name);
        return new Faulty(name, created);
    }

    @Override
    public OpenFile open(String name, boolean forWriting) throws IOException {
        return new Faulty(name, files.open(name, forWriting));
    }

    @Override
    public void delete(String name) throws IOException {
        if (refusesDeletion) {
            throw new FileSystemException(name, null, "Operation not permitted");
        }
        if (beingWritten.contains(name)) {
            throw new AssertionError(name + " is deleted while it is open: that makes no room");
        }
        files.delete(name);
        sizes.remove(name);
    }

    @Override
    public List<String> names() throws IOException {
        return files.names();
    }

    private final class Faulty implements OpenFile {
        private final String name;
        private final OpenFile file;

        private Faulty(String name, OpenFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public int write(ByteBuffer from, long offset) throws IOException {
            int length = Math.min(100, from.remaining());
            long size = sizes.getOrDefault(name, file.size());
            long grows = Math.max(0, offset + length - size);
            if (grows > 0 && usedBytes() + grows > diskBytes) {
                throw new IOException("No space left on device");
            }
            ByteBuffer piece = from.slice().limit(length);
            int written = file.write(piece, offset);
            from.position(from.position() + written);
            sizes.put(name, Math.max(size, offset + written));
            return written;
        }

        @Override
        public int read(ByteBuffer to, long offset) throws IOException {
            return file.read(to, offset);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            beingWritten.remove(name);
            file.close();
        }
    }
}
