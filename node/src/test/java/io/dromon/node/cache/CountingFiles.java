package io.dromon.node.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that are read. */
final class CountingFiles implements CacheFiles {
    private final CacheFiles files;
    private final AtomicLong readBytes = new AtomicLong();

    CountingFiles(Path directory) throws IOException {
        files = CacheDirectory.open(directory);
    }

    long readBytes() {
        return readBytes.get();
    }

    @Override
    public OpenFile create(String name) throws IOException {
        return files.create(name);
    }

    @Override
    public OpenFile open(String name, boolean forWriting) throws IOException {
        return new Counted(files.open(name, forWriting), readBytes);
    }

    @Override
    public void delete(String name) throws IOException {
        files.delete(name);
    }

    @Override
    public List<String> names() throws IOException {
        return files.names();
    }

    private record Counted(OpenFile file, AtomicLong readBytes) implements OpenFile {
        @Override
        public int write(ByteBuffer from, long offset) throws IOException {
            return file.write(from, offset);
        }

        @Override
        public int read(ByteBuffer to, long offset) throws IOException {
            int read = file.read(to, offset);
            readBytes.addAndGet(read);
            return read;
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
            file.close();
        }
    }
}
