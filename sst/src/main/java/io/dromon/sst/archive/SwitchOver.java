package io.dromon.sst.archive;

import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.transport.recovery.FileTrust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The places beside a target, and the order of renames between them.
 *
 * <pre>
 *   .NAME.sst-staging   grows                          a crash here: removed at the next start
 *   .NAME.sst-complete  whole and on disk              a crash here: removed if the target is still there, else moved in
 *   .NAME.sst-previous  the old target, for a moment   a crash here: moved back if there is neither target nor complete
 * </pre>
 *
 * Where the target does not exist or is empty, one rename does all. Otherwise there is a moment, between two renames,
 * without a target: Java has no exchange of two directories. What is seen at the target is whole at every moment.
 */
final class SwitchOver implements AutoCloseable {
    private static final Set<OpenOption> LOCK_OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path parent;
    private final Path target;
    private final byte[] name;
    private final FileChannel lockFile;
    private final Optional<FileTrust.Finding> danger;

    private SwitchOver(
            Path parent, Path target, byte[] name, FileChannel lockFile, Optional<FileTrust.Finding> danger) {
        this.parent = parent;
        this.target = target;
        this.name = name;
        this.lockFile = lockFile;
        this.danger = danger;
    }

    /** What the operator should know of the place; empty if nothing. */
    Optional<String> warning() {
        return danger.filter(finding -> finding.danger() == FileTrust.Danger.A_GROUP_REPLACES)
                .map(FileTrust.Finding::text);
    }

    static SwitchOver lock(Path given) throws IOException {
        Optional<String> foreign = Files.isSymbolicLink(given) ? FileTrust.foreignOwner(given) : Optional.empty();
        if (foreign.isPresent()) {
            throw unusable(given, "it is a link of " + foreign.get() + ": name the directory", null);
        }
        Path target = Files.exists(given)
                ? given.toRealPath()
                : given.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw unusable(given, "the directory that would hold it does not exist", null);
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw unusable(given, "it is no directory", null);
        }
        if (Files.isDirectory(target) && isMountPoint(target, parent)) {
            throw unusable(given, "it is a mount point, which cannot be renamed: name a directory in it", null);
        }
        Optional<FileTrust.Finding> danger = FileTrust.judge(parent);
        if (danger.isPresent() && danger.get().isFatal()) {
            throw unusable(
                    given,
                    "the new state grows beside it, and could be exchanged: "
                            + danger.get().text(),
                    null);
        }
        byte[] name = RawPaths.lastName(target);
        FileChannel file = openLock(given, parent, beside(parent, name, "lock"));
        try {
            FileLock lock = file.tryLock();
            if (lock == null) {
                throw unusable(given, "another transfer into it is running", null);
            }
        } catch (OverlappingFileLockException | ArchiveException e) {
            file.close();
            throw e instanceof ArchiveException known
                    ? known
                    : unusable(given, "another transfer into it is running", e);
        }
        SwitchOver places = new SwitchOver(parent, target, name, file, danger);
        try {
            places.recover();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return places;
    }

    private static FileChannel openLock(Path given, Path parent, Path lock) throws IOException {
        try {
            return FileChannel.open(lock, LOCK_OPTIONS, FileTrust.PRIVATE_FILE);
        } catch (AccessDeniedException e) {
            throw unusable(given, parent + ", which would hold the new state beside it, may not be written by us", e);
        } catch (FileSystemException e) {
            throw unusable(
                    given,
                    parent + ", which would hold the new state beside it, cannot be written: " + e.getReason(),
                    e);
        } catch (IOException e) { // a link, which is not followed, for one
            throw unusable(given, lock + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Another file system than its parent's, or the same one bound there. */
    private static boolean isMountPoint(Path target, Path parent) throws IOException {
        if (!Files.getAttribute(target, "unix:dev").equals(Files.getAttribute(parent, "unix:dev"))) {
            return true;
        }
        Path mounts = Path.of("/proc/self/mountinfo");
        if (!Files.isReadable(mounts)) {
            return false;
        }
        for (String line : Files.readAllLines(mounts, StandardCharsets.ISO_8859_1)) {
            String[] words = line.split(" ", -1);
            if (words.length > 4 && Arrays.equals(unescaped(words[4]), RawPaths.bytes(target))) {
                return true;
            }
        }
        return false;
    }

    /** The kernel writes blanks and the like as a backslash and three octal digits. */
    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    private static Path beside(Path parent, byte[] name, String what) {
        byte[] end = (".sst-" + what).getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(new byte[] {'.'}, 1 + name.length + end.length);
        System.arraycopy(name, 0, whole, 1, name.length);
        System.arraycopy(end, 0, whole, 1 + name.length, end.length);
        return RawPaths.resolve(parent, whole);
    }

    Path staging() {
        return beside(parent, name, "staging");
    }

    private Path complete() {
        return beside(parent, name, "complete");
    }

    private Path previous() {
        return beside(parent, name, "previous");
    }

    private void recover() throws IOException {
        if (danger.isPresent()) { // others can put something there
            for (Path left : List.of(staging(), complete(), previous())) {
                Optional<String> foreign =
                        Files.exists(left, LinkOption.NOFOLLOW_LINKS) ? FileTrust.foreignOwner(left) : Optional.empty();
                if (foreign.isPresent()) {
                    throw unusable(
                            target, left + " belongs to " + foreign.get() + ": look what it is, and remove it", null);
                }
            }
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.isDirectory(complete(), LinkOption.NOFOLLOW_LINKS)) {
                move(complete(), target);
            } else if (Files.isDirectory(previous(), LinkOption.NOFOLLOW_LINKS)) {
                move(previous(), target);
            }
        }
        removeLeftovers();
    }

    /** Makes the staging folder the target. */
    void switchOver() throws IOException {
        if (Files.isDirectory(target)) {
            Files.setPosixFilePermissions(staging(), Files.getPosixFilePermissions(target));
        }
        move(staging(), complete());
        try {
            move(complete(), target); // nothing there, or an empty directory
        } catch (FileSystemException notEmpty) {
            if (!Files.isDirectory(target)) {
                throw notEmpty;
            }
            try {
                move(target, previous());
            } catch (FileSystemException e) {
                throw unusable(target, "it cannot be renamed, it may be a mount point: name a directory in it", e);
            }
            try {
                move(complete(), target);
            } catch (IOException e) {
                move(previous(), target);
                throw e;
            }
        }
        Durable.syncDirectory(parent);
        delete(previous());
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw unusable(to, "it lies in another file system than its parent", e);
        }
    }

    /** What is neither the target nor needed to restore it. */
    void removeLeftovers() throws IOException {
        delete(staging());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            delete(complete());
            delete(previous());
        } else {
            delete(complete());
        }
    }

    private static ArchiveException unusable(Path target, String why, @Nullable Throwable cause) {
        String text = "the target " + target + " cannot be used: " + why;
        return cause == null
                ? new ArchiveException(Problem.TARGET_UNUSABLE, text)
                : new ArchiveException(Problem.TARGET_UNUSABLE, text, cause);
    }

    @Override
    public void close() throws IOException {
        // The file stays: removing it would let two receivers lock two files of one name.
        lockFile.close();
    }

    /** Deletes a tree without following links; nothing there is fine. */
    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            try (var children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    delete(child);
                }
            }
        }
        try {
            Files.deleteIfExists(path);
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            throw new IOException(
                    "cannot remove " + path + ": another process writes there ("
                            + e.getClass().getSimpleName().toLowerCase(Locale.ROOT) + ")",
                    e);
        }
    }
}
