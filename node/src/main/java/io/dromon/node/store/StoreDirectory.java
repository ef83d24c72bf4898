package io.dromon.node.store;

import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a store on disk:
 *
 * <pre>
 *  store/ LOCK       held as long as the store is open
 *         CURRENT    dromon-store 1 rocksdb
 *                    data-7
 *         data-7/    the engine's files
 * </pre>
 *
 * A new state is brought in beside the current one and becomes the current one when {@code CURRENT} is replaced, in one
 * step; what is not current is removed at the next start.
 */
final class StoreDirectory implements AutoCloseable {
    private static final String LOCK = "LOCK";
    private static final String CURRENT = "CURRENT";
    private static final String FORMAT = "dromon-store 1 rocksdb";
    private static final String DATA = "data-";
    private static final Pattern DATA_NAME = Pattern.compile(DATA + "\\d{1,18}");
    /** Made by file systems and people. */
    private static final Set<String> NOT_OURS = Set.of("lost+found");

    private final Path root;
    private final FileChannel lock;
    private Path data;

    private StoreDirectory(Path root, FileChannel lock) throws IOException {
        this.root = root;
        this.lock = lock;
        this.data = current();
    }

    /**
     * Takes a directory, and makes it if it is not there.
     *
     * @throws StoreException if it is in use, holds something else, or cannot be read or written
     */
    static StoreDirectory open(Path root) {
        FileChannel lock = null;
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root, FileTrust.PRIVATE_DIRECTORY);
            }
            checkIsStore(root);
            lock = FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw inUse(root);
            }
            StoreDirectory directory = new StoreDirectory(root, lock);
            directory.removeRest();
            return directory;
        } catch (OverlappingFileLockException e) {
            throw closing(lock, inUse(root));
        } catch (IOException e) {
            throw closing(lock, StoreException.of("opening the store " + root, e));
        } catch (StoreException e) {
            throw closing(lock, e);
        }
    }

    private static StoreException closing(@Nullable FileChannel lock, StoreException failure) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    private static StoreException inUse(Path root) {
        return new StoreException(
                StoreException.Reason.IN_USE,
                "another node has the store " + root + " open; give each node a data directory of its own");
    }

    /** Before anything is written there. */
    private static void checkIsStore(Path root) throws IOException {
        if (Files.exists(root.resolve(CURRENT))) {
            return;
        }
        try (Stream<Path> files = Files.list(root)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !NOT_OURS.contains(name) && !name.equals(LOCK) && !name.startsWith(CURRENT))
                    .filter(name -> !DATA_NAME.matcher(name).matches())
                    .findFirst()
                    .ifPresent(name -> {
                        throw new StoreException(
                                StoreException.Reason.NOT_A_STORE,
                                root + " is no store: it has no " + CURRENT + ", and holds " + name
                                        + ". Move what is there away, or name another data directory");
                    });
        }
    }

    private Path current() throws IOException {
        Path file = root.resolve(CURRENT);
        if (!Files.exists(file)) {
            Path first = root.resolve(DATA + 1);
            deleteTree(first);
            return first;
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            lines = List.of();
        }
        if (lines.isEmpty() || !lines.get(0).startsWith("dromon-store ")) {
            throw new StoreException(StoreException.Reason.NOT_A_STORE, root + " is no store: so says its " + CURRENT);
        } else if (!lines.get(0).equals(FORMAT)) {
            throw new StoreException(
                    StoreException.Reason.OTHER_FORMAT,
                    "the store " + root + " is a '" + lines.get(0) + "', and this node knows '" + FORMAT + "'");
        } else if (lines.size() != 2 || !DATA_NAME.matcher(lines.get(1)).matches()) {
            throw new StoreException(
                    StoreException.Reason.CORRUPT,
                    "the store " + root + " is damaged: its " + CURRENT + " names no data");
        }
        Path named = root.resolve(lines.get(1));
        if (!Files.isDirectory(named)) {
            throw new StoreException(
                    StoreException.Reason.CORRUPT,
                    "the store " + root + " is damaged: " + named.getFileName()
                            + " is missing. Remove the directory: the node" + " gets its state from another one");
        }
        return named;
    }

    /** Where the engine's files are. */
    Path data() {
        return data;
    }

    /** The engine has made its files in {@link #data} for the first time. */
    void confirm() {
        if (!Files.exists(root.resolve(CURRENT))) {
            makeCurrent(data);
        }
    }

    /**
     * Brings a directory in, which is not there any more afterwards; all of it is on the disk, and it is not the
     * current one yet.
     *
     * @return where it is now
     */
    Path bringIn(Path from) {
        Path target = root.resolve(DATA + (Long.parseLong(name(data).substring(DATA.length())) + 1));
        try {
            deleteTree(target);
            try {
                Files.move(from, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                copyTree(from, target);
            }
            syncTree(target);
            return target;
        } catch (IOException e) {
            StoreException failure = StoreException.of("taking the state in " + from + " into the store " + root, e);
            try {
                remove(target); // it may have taken the last room
            } catch (StoreException again) {
                failure.addSuppressed(again);
            }
            throw failure;
        }
    }

    /** From now on, also over a crash, {@code fresh} is the data. */
    void makeCurrent(Path fresh) {
        Path next = root.resolve(CURRENT + ".tmp");
        try {
            sync(fresh);
            byte[] text = (FORMAT + "\n" + name(fresh) + "\n").getBytes(StandardCharsets.US_ASCII);
            Files.write(next, text);
            sync(next);
            Files.move(
                    next, root.resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(root);
            data = fresh;
        } catch (IOException e) {
            throw StoreException.of("switching the store " + root + " over to " + name(fresh), e);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** What a crash, or an engine that was still read when another one took its place, has left. */
    private void removeRest() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            for (Path file : files.toList()) {
                if (DATA_NAME.matcher(name(file)).matches() && !file.equals(data)) {
                    deleteTree(file);
                }
            }
        }
    }

    /** Removes data that are not current. */
    void remove(Path old) {
        try {
            deleteTree(old);
        } catch (IOException e) {
            throw StoreException.of("removing " + old, e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        deleteTree(from);
    }

    private static void syncTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                sync(file);
            }
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            file.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw StoreException.of("closing the store " + root, e);
        }
    }
}
