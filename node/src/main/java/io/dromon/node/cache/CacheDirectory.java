package io.dromon.node.cache;

import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory of a cache, its process's alone: mode 0700, files 0600. What a link leads to, what another user owns, and
 * what others can write is never read: write-sets of a forger would be sent to joiners.
 */
final class CacheDirectory implements CacheFiles {
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<PosixFilePermission> LOOSE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path directory;

    private CacheDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a directory, which is created if its parent is there.
     *
     * @throws FileSystemException with what to do, if it is no directory, or if others can change what is in it
     */
    static CacheDirectory open(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, FileTrust.PRIVATE_DIRECTORY);
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    directory.toString(),
                    null,
                    "is a link or a file where the directory of the write-set cache should be; remove it, or change"
                            + " gcache.dir or gcache.name");
        }
        Optional<FileTrust.Finding> finding = FileTrust.judge(directory);
        if (finding.isPresent()) {
            throw new FileSystemException(
                    directory.toString(), null, finding.get().text());
        }
        return new CacheDirectory(directory);
    }

    @Override
    public OpenFile create(String name) throws IOException {
        return new ChannelFile(FileChannel.open(directory.resolve(name), CREATE, FileTrust.PRIVATE_FILE));
    }

    @Override
    public OpenFile open(String name, boolean forWriting) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw new UntrustedFileException("is a link or no file");
        }
        Optional<String> foreign = FileTrust.foreignOwner(file);
        if (foreign.isPresent()) {
            throw new UntrustedFileException("belongs to " + foreign.get());
        }
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view != null && view.readAttributes().permissions().stream().anyMatch(LOOSE::contains)) {
            throw new UntrustedFileException("can be written by other users");
        }
        return new ChannelFile(FileChannel.open(file, forWriting ? WRITE : READ));
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = directory.resolve(name);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            try {
                FileChannel.open(
                                file,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                LinkOption.NOFOLLOW_LINKS)
                        .close();
            } catch (IOException full) {
                e.addSuppressed(full);
                throw e;
            }
        }
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private record ChannelFile(FileChannel channel) implements OpenFile {
        /** The JDK makes a direct buffer of what is written or read at once. */
        private static final int PIECE_BYTES = 1 << 20;

        @Override
        public int write(ByteBuffer from, long offset) throws IOException {
            int limit = from.limit();
            from.limit(Math.min(limit, from.position() + PIECE_BYTES));
            try {
                return channel.write(from, offset);
            } finally {
                from.limit(limit);
            }
        }

        @Override
        public int read(ByteBuffer to, long offset) throws IOException {
            int limit = to.limit();
            to.limit(Math.min(limit, to.position() + PIECE_BYTES));
            try {
                return channel.read(to, offset);
            } finally {
                to.limit(limit);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
