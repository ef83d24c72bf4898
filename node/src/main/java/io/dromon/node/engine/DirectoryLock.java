package io.dromon.node.engine;

import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A data directory belongs to one running node. A second one would take the first one's saved view for its own, and come
 * back as the primary component of a cluster that is alive. The lock goes with the process, however it ends.
 */
final class DirectoryLock implements AutoCloseable {
    /** File name of the lock; the file is empty and stays. */
    static final String NAME = "dromon.lock";

    /**
     * What nodes of this JVM hold. The system's lock is the process's: to open the file once more and close it would
     * give it up.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private static final Set<OpenOption> OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Takes a directory that exists.
     *
     * @throws FileSystemException with the reason, if another node has it
     * @throws IOException if files cannot be written or locked there
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD_HERE.add(real)) {
            throw taken(directory);
        }
        FileChannel file = null;
        try {
            if (Files.isSymbolicLink(real.resolve(NAME))) {
                throw new FileSystemException(
                        real.resolve(NAME).toString(), null, NAME + " is a link, which is not followed; remove it");
            }
            file = FileChannel.open(real.resolve(NAME), OPTIONS, FileTrust.PRIVATE_FILE);
            if (file.tryLock() == null) {
                throw taken(directory);
            }
            return new DirectoryLock(real, file);
        } catch (OverlappingFileLockException e) {
            giveBack(real, file);
            throw taken(directory);
        } catch (IOException | RuntimeException e) {
            giveBack(real, file);
            throw e;
        }
    }

    private static FileSystemException taken(Path directory) {
        return new FileSystemException(
                directory.toString(),
                null,
                "another running node uses it (dromon status --data-dir " + directory + " tells which); give each node"
                        + " a data directory of its own");
    }

    private static void giveBack(Path directory, @Nullable FileChannel file) throws IOException {
        try {
            if (file != null) {
                file.close();
            }
        } finally {
            HELD_HERE.remove(directory);
        }
    }

    /** Gives the directory back; further calls do nothing. */
    @Override
    public void close() throws IOException {
        if (file.isOpen()) {
            giveBack(directory, file);
        }
    }
}
