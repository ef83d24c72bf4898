package io.dromon.sst.archive;

import io.dromon.sst.archive.ArchiveException.Problem;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of a donor. Symbolic links are not followed; sockets, fifos and devices are passed over, and said. The tree
 * must not change while it is read: a change that can be seen is an error.
 *
 * @param root a directory
 */
public record SourceTree(Path root) {
    /** What a first walk has counted. */
    public record Count(long entries, long bytes) {}

    /** A tree below a directory that exists. */
    public static SourceTree of(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new ArchiveException(Problem.SOURCE_UNREADABLE, "the source " + root + " is no directory");
        }
        return new SourceTree(root.toRealPath());
    }

    /** Counts entries and bytes; {@code skipped} is told what is no file, directory or link. */
    public Count count(Consumer<String> skipped) throws IOException {
        long entries = 0;
        long bytes = 0;
        try (Walk walk = walk(skipped)) {
            for (SourceEntry next = walk.next(); next != null; next = walk.next()) {
                entries++;
                bytes += next.entry().size();
            }
        }
        return new Count(entries, bytes);
    }

    /** A walk over all entries, a directory before what it holds. */
    public Walk walk(Consumer<String> skipped) throws IOException {
        return new Walk(this, skipped, new byte[0]);
    }

    /** The same where every symbolic link begins with something that does not count, see {@link LinkPrefix}. */
    public Walk walk(Consumer<String> skipped, LinkPrefix prefix) throws IOException {
        return new Walk(this, skipped, prefix.bytes());
    }

    /** Not safe for threads. */
    public static final class Walk implements AutoCloseable {
        private final Consumer<String> skipped;
        private final byte[] linkPrefix;
        private final Deque<Level> levels = new ArrayDeque<>();

        private record Level(@Nullable EntryName name, DirectoryStream<Path> stream, Iterator<Path> paths) {}

        private Walk(SourceTree tree, Consumer<String> skipped, byte[] linkPrefix) throws IOException {
            this.skipped = skipped;
            this.linkPrefix = linkPrefix;
            enter(null, tree.root);
        }

        @SuppressWarnings("StreamResourceLeak") // closed with its level
        private void enter(@Nullable EntryName name, Path directory) throws IOException {
            try {
                DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
                levels.push(new Level(name, stream, stream.iterator()));
            } catch (IOException e) {
                throw named(String.valueOf(name == null ? directory : name), e);
            }
        }

        /** The next entry, null after the last. */
        public @Nullable SourceEntry next() throws IOException {
            while (!levels.isEmpty()) {
                Level level = levels.element();
                Path path;
                try {
                    if (!level.paths.hasNext()) {
                        levels.pop().stream.close();
                        continue;
                    }
                    path = level.paths.next();
                } catch (DirectoryIteratorException e) {
                    throw named(String.valueOf(level.name), e.getCause() == null ? new IOException(e) : e.getCause());
                }
                byte[] last = RawPaths.lastName(path);
                EntryName name = level.name == null ? EntryName.of(last) : level.name.child(last);
                Optional<SourceEntry> entry = look(name, path);
                if (entry.isPresent()) {
                    if (entry.get().entry().kind() == Entry.Kind.DIRECTORY) {
                        enter(name, path);
                    }
                    return entry.get();
                }
            }
            return null;
        }

        private Optional<SourceEntry> look(EntryName name, Path path) throws IOException {
            PosixFileAttributes attributes;
            byte[] link = {};
            try {
                attributes = attributes(path);
                if (attributes.isSymbolicLink()) {
                    link = LinkPrefix.without(linkPrefix, RawPaths.bytes(Files.readSymbolicLink(path)));
                }
            } catch (IOException e) {
                throw named(name.toString(), e);
            }
            int mode = mode(attributes);
            long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            Entry entry;
            if (attributes.isRegularFile()) {
                entry = Entry.file(name, attributes.size(), mode, modified);
            } else if (attributes.isDirectory()) {
                entry = Entry.directory(name, mode, modified);
            } else if (attributes.isSymbolicLink()) {
                entry = Entry.link(name, link, modified);
            } else {
                skipped.accept("passed over \"" + name + "\": it is a socket, fifo or device");
                return Optional.empty();
            }
            return Optional.of(new SourceEntry(entry, path, attributes.fileKey()));
        }

        @Override
        public void close() throws IOException {
            while (!levels.isEmpty()) {
                levels.pop().stream.close();
            }
        }
    }

    /**
     * An entry and where it lies.
     *
     * @param entry as it was when the walk met it
     * @param path to read it
     * @param key which file it was (device and inode)
     */
    public record SourceEntry(Entry entry, Path path, Object key) {
        private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

        /** Opens the file; {@link #verify} must be called after all of it was read. */
        public FileChannel open() throws IOException {
            try {
                return FileChannel.open(path, READ, NO_ATTRIBUTES);
            } catch (IOException e) {
                throw named(entry.name().toString(), e);
            }
        }

        /** Fails unless the file is still the one that the walk met, of the same size and time. */
        public void verify() throws IOException {
            PosixFileAttributes now;
            try {
                now = attributes(path);
            } catch (IOException e) {
                throw named(entry.name().toString(), e);
            }
            if (now.size() != entry.size()
                    || now.lastModifiedTime().to(TimeUnit.NANOSECONDS) != entry.modifiedNs()
                    || !key.equals(now.fileKey())) {
                throw changed();
            }
        }

        /** The error of a file that could not be read: not one of the connection. */
        public IOException failed(IOException e) {
            return named(entry.name().toString(), e);
        }

        /** The error of a file that is not what it was. */
        public ArchiveException changed() {
            return new ArchiveException(
                    Problem.SOURCE_CHANGED,
                    "\"" + entry.name() + "\" changed while it was read; the source must stand still");
        }
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static int mode(PosixFileAttributes attributes) {
        int mode = 0;
        for (PosixFilePermission permission : attributes.permissions()) {
            mode |= 0400 >> permission.ordinal();
        }
        return mode;
    }

    private static IOException named(String name, IOException e) {
        if (e instanceof ArchiveException) {
            return e;
        }
        if (e instanceof NoSuchFileException) {
            return new ArchiveException(
                    Problem.SOURCE_VANISHED, "\"" + name + "\" vanished while the source was read", e);
        }
        if (e instanceof AccessDeniedException) {
            return new ArchiveException(Problem.SOURCE_UNREADABLE, "\"" + name + "\" may not be read by this user", e);
        }
        return e instanceof ClosedByInterruptException
                ? e
                : new ArchiveException(
                        Problem.SOURCE_UNREADABLE, "\"" + name + "\" cannot be read: " + e.getMessage(), e);
    }
}
