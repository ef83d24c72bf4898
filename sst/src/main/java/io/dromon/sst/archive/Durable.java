package io.dromon.sst.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Brings a tree to disk. */
final class Durable {
    /** With more files than this the whole file system is asked once: a hundred thousand fsyncs take minutes. */
    private static final long FEW = 1000;

    private static final int SYNC_MINUTES = 30;

    private Durable() {}

    static void sync(Path root, long count) throws IOException {
        if (count > FEW && syncFileSystem(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    syncDirectory(path);
                } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
            }
        }
    }

    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** {@code syncfs}, which Java cannot call, by the program that can; false if there is none. */
    private static boolean syncFileSystem(Path root) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("sync", "-f", ".")
                    .directory(root.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false;
        }
        try {
            return process.waitFor(SYNC_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the snapshot was brought to disk", e);
        } finally {
            process.destroy();
        }
    }
}
