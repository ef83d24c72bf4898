package io.dromon.node.cli.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A directory for one run of a command with processes of its own. A signal ends the processes that are left and removes it,
 * too: keys were made in it.
 */
public final class Scratch implements AutoCloseable {
    private static final int END_SECONDS = 5;

    private final Path directory;
    private volatile boolean settled;

    private Scratch(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "dromon-scratch"));
    }

    public static Scratch create(String prefix) throws IOException {
        return new Scratch(Files.createTempDirectory(prefix));
    }

    public Path directory() {
        return directory;
    }

    /** The command has failed: the logs in it may be wanted. */
    public void keep() {
        settled = true;
    }

    /** Removes it, unless it is to be kept. Nothing may use it any more. */
    @Override
    public void close() throws IOException {
        if (!settled) {
            settled = true;
            delete(directory);
        }
    }

    /** Removes a directory with what is in it. */
    public static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void signalled() {
        if (settled) {
            return;
        }
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            CompletableFuture.allOf(children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .orTimeout(END_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(late -> null)
                    .join();
            delete(directory);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("dromon: " + directory + " was not removed: " + e.getMessage());
        }
    }
}
