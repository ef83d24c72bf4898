package io.dromon.sst.archive;

import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which a snapshot grows: a folder beside the target, {@code .NAME.sst-staging}, readable by its owner
 * only. Only {@link #commit} makes it the target; until then, and if that never comes, the old target is untouched. A
 * file beside it is locked for as long as a receiver is at work. Safe for threads.
 */
public final class Staging implements AutoCloseable {
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final int PRIVATE_MODE = 0600;

    private final SwitchOver places;
    private final Limits own;
    private final Path root;
    private final Set<EntryName> directories = new HashSet<>();
    private final List<Entry> announcedDirectories = new ArrayList<>();
    private final Set<EntryName> announcedNames = new HashSet<>();
    private Limits limits;
    private long entries;
    private long bytes;
    private long files;
    private boolean committed;
    private volatile Map.@Nullable Entry<Integer, FileAttribute<Set<PosixFilePermission>>> lastMode;

    /** The very directory that was made. */
    private final Object identity;

    private Staging(SwitchOver places, Limits own) throws IOException {
        this.places = places;
        this.own = own;
        this.limits = own;
        this.root = places.staging();
        this.identity = identity(root);
    }

    private static Object identity(Path directory) throws IOException {
        return Objects.requireNonNullElse(
                Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey(),
                directory);
    }

    /** What the operator should know of the place; empty if nothing. */
    public Optional<String> warning() {
        return places.warning();
    }

    /**
     * Locks the target, finishes or undoes what a crash left half switched, and makes an empty folder beside it.
     *
     * @param target a directory that exists or not; its parent must exist
     */
    public static Staging open(Path target, Limits limits) throws IOException {
        SwitchOver places = SwitchOver.lock(target);
        try {
            Files.createDirectory(places.staging(), FileTrust.PRIVATE_DIRECTORY);
            return new Staging(places, limits);
        } catch (IOException e) {
            places.close();
            throw named(e);
        }
    }

    /** Takes what the other side announces as a further limit. */
    public synchronized void announce(Limits announced) {
        limits = own.and(announced);
    }

    private synchronized void admit(Entry entry) throws ArchiveException {
        if (++entries > limits.entries()) {
            throw new ArchiveException(
                    Problem.TOO_MANY_ENTRIES,
                    "more than the " + limits.entries() + " entries that were announced or are allowed");
        }
        if (entry.size() > limits.bytes() - bytes) {
            throw new ArchiveException(
                    Problem.TOO_MANY_BYTES,
                    "more than the " + limits.bytes() + " bytes that were announced or are allowed");
        }
        bytes += entry.size();
        files += entry.kind() == Entry.Kind.FILE ? 1 : 0;
    }

    /** A directory; its mode and time are set at {@link #commit}. What it holds may have come before it. */
    public void directory(Entry entry) throws IOException {
        admit(entry);
        synchronized (this) {
            if (!announcedNames.add(entry.name())) {
                throw duplicate(entry);
            }
            announcedDirectories.add(entry);
            makeDirectory(entry.name());
        }
    }

    private synchronized void makeDirectory(EntryName name) throws IOException {
        if (directories.contains(name)) {
            return;
        }
        if (name.parent().isPresent()) {
            makeDirectory(name.parent().get());
        }
        try {
            Files.createDirectory(name.under(root), FileTrust.PRIVATE_DIRECTORY);
        } catch (FileAlreadyExistsException e) {
            throw new ArchiveException(
                    Problem.THROUGH_LINK,
                    "\"" + name + "\" is used as a directory, but is a file or a link of the same snapshot",
                    e);
        } catch (IOException e) {
            throw named(e);
        }
        directories.add(name);
    }

    private void makeParent(Entry entry) throws IOException {
        if (entry.name().parent().isPresent()) {
            makeDirectory(entry.name().parent().get());
        }
    }

    /** A symbolic link. */
    public void link(Entry entry) throws IOException {
        admit(entry);
        makeParent(entry);
        byte[] target = entry.link();
        if (target == null) {
            throw new IllegalArgumentException("no link: " + entry);
        }
        try {
            Path link = entry.name().under(root);
            Files.createSymbolicLink(link, RawPaths.relative(target));
            FileTime time = FileTime.from(entry.modifiedNs(), TimeUnit.NANOSECONDS);
            Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(time, time, null);
        } catch (FileAlreadyExistsException e) {
            throw duplicate(entry);
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Makes an empty file; the caller writes its {@code size} bytes, leaving out what is zero, and finishes it. */
    public StagedFile create(Entry entry) throws IOException {
        admit(entry);
        makeParent(entry);
        try {
            Path path = entry.name().under(root);
            // With its mode from the beginning where that can be: the folder lets no other user in.
            boolean exact = (entry.mode() & CreationMask.VALUE) == 0;
            FileChannel channel =
                    FileChannel.open(path, CREATE, exact ? withMode(entry.mode()) : FileTrust.PRIVATE_FILE);
            return new StagedFile(entry, path, channel, exact ? entry.mode() : PRIVATE_MODE);
        } catch (FileAlreadyExistsException e) {
            throw duplicate(entry);
        } catch (IOException e) {
            throw named(e);
        }
    }

    private FileAttribute<Set<PosixFilePermission>> withMode(int mode) {
        Map.Entry<Integer, FileAttribute<Set<PosixFilePermission>>> known = lastMode;
        if (known == null || known.getKey() != mode) {
            known = Map.entry(mode, PosixFilePermissions.asFileAttribute(permissions(mode)));
            lastMode = known;
        }
        return known.getValue();
    }

    private static ArchiveException duplicate(Entry entry) {
        return new ArchiveException(Problem.DUPLICATE, "\"" + entry.name() + "\" comes twice");
    }

    /** What a full disk and the like are called. */
    public static IOException named(IOException e) {
        String text = String.valueOf(e instanceof FileSystemException f ? f.getReason() : e.getMessage());
        boolean full = text.contains("No space left") || text.contains("quota");
        return full && !(e instanceof ArchiveException)
                ? new ArchiveException(Problem.DISK_FULL, "the joiner has no room for the snapshot: " + text, e)
                : e;
    }

    static Set<PosixFilePermission> permissions(int mode) {
        EnumSet<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    static void setTimes(Path path, long modifiedNs) throws IOException {
        FileTime time = FileTime.from(modifiedNs, TimeUnit.NANOSECONDS);
        Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, time, null);
    }

    /** A file that grows. */
    public static final class StagedFile implements AutoCloseable {
        private final Entry entry;
        private final Path path;
        private final FileChannel channel;
        private final int mode;

        private StagedFile(Entry entry, Path path, FileChannel channel, int mode) {
            this.entry = entry;
            this.path = path;
            this.channel = channel;
            this.mode = mode;
        }

        /** As it was announced. */
        public Entry entry() {
            return entry;
        }

        /** To write its content; positional writes may come from several threads. */
        public FileChannel channel() {
            return channel;
        }

        /** After the last byte: sets size, mode and time, and closes. */
        public void finish() throws IOException {
            try {
                long size = channel.size();
                if (size < entry.size()) {
                    // The end is zero and was left out. Writing the last byte is the only way up without a native call.
                    channel.write(java.nio.ByteBuffer.allocate(1), entry.size() - 1);
                } else if (size > entry.size()) {
                    throw new ArchiveException(
                            Problem.TOO_MANY_BYTES, "\"" + entry.name() + "\" is longer than it was announced");
                }
            } catch (IOException e) {
                channel.close();
                throw named(e);
            }
            finishWhole();
        }

        /** The same where the last byte was written, and none behind it: of a small file, each call counts. */
        public void finishWhole() throws IOException {
            channel.close();
            if (entry.mode() != mode) {
                Files.setPosixFilePermissions(path, permissions(entry.mode()));
            }
            setTimes(path, entry.modifiedNs());
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * Sets modes and times of directories, brings all to disk, and switches over. After a return the target is the
     * snapshot, through a crash of the machine as well.
     */
    public synchronized void commit() throws IOException {
        try {
            if (!identity(root).equals(identity)) {
                throw new ArchiveException(
                        Problem.TARGET_UNUSABLE,
                        root + " was exchanged while the snapshot came; another process writes beside the target");
            }
            Durable.sync(root, files + directories.size());
            List<Entry> deepestFirst = new ArrayList<>(announcedDirectories);
            deepestFirst.sort(
                    Comparator.comparingInt((Entry entry) -> entry.name().depth())
                            .reversed());
            for (Entry entry : deepestFirst) {
                Path path = entry.name().under(root);
                setTimes(path, entry.modifiedNs());
                Files.setPosixFilePermissions(path, permissions(entry.mode()));
            }
            Durable.syncDirectory(root);
            places.switchOver();
            committed = true;
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Says that a program has put so many files into the folder by itself. */
    public synchronized void filled(long count) {
        files += count;
    }

    /** Whether the target is the snapshot. */
    public synchronized boolean isCommitted() {
        return committed;
    }

    /** The folder that grows. */
    public Path root() {
        return root;
    }

    /** Removes what was not committed, and unlocks. */
    @Override
    public synchronized void close() throws IOException {
        try {
            places.removeLeftovers();
        } finally {
            places.close();
        }
    }
}
