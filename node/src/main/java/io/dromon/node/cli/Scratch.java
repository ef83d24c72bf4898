package io.dromon.node.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A directory for one run of a command with processes of its own. A signal ends the processes that are left and removes it,
 * too: keys were made in it.
 */
final class Scratch implements AutoCloseable {
    private static final int END_SECONDS = 5;

    private final Path directory;
    private volatile boolean settled;

    private Scratch(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "dromon-scratch"));
    }

    static Scratch create(String prefix) throws IOException {
        return new Scratch(Files.createTempDirectory(prefix));
    }

    Path directory() {
        return directory;
    }

    /** The command has failed: the logs in it may be wanted. */
    void keep() {
        settled = true;
    }

    /** Removes it, unless it is to be kept. Nothing may use it any more. */
    @Override
    public void close() throws IOException {
        if (!settled) {
            settled = true;
            BenchCommand.delete(directory);
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
            BenchCommand.delete(directory);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("dromon: " + directory + " was not removed: " + e.getMessage());
        }
    }
}
