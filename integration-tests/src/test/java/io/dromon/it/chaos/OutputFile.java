package io.dromon.it.chaos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/**
 * A file that one process after the other appends to. Each line is told once, when its end is there, on a thread of this
 * file: what a killed process leaves of a line is told with the rest of it.
 */
final class OutputFile implements AutoCloseable {
    private static final long LOOK_MS = 10;

    private final Path file;
    private final Consumer<String> told;
    private final FileChannel channel;
    private final ByteBuffer read = ByteBuffer.allocate(1 << 16);
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private volatile boolean closed;

    /** @param file is made */
    OutputFile(Path file, Consumer<String> told) {
        this.file = file;
        this.told = told;
        try {
            this.channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::follow, file.getFileName() + " reader");
        thread.setDaemon(true);
        thread.start();
    }

    Path file() {
        return file;
    }

    /** Those of a command line that runs the rest with this file as its standard output. */
    List<String> command() {
        return List.of("sh", "-c", "exec \"$@\" >> '" + file + "'", "sh");
    }

    private void follow() {
        while (!closed) {
            readOn();
            ChaosFault.sleep(LOOK_MS);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /** Tells all that is there. */
    synchronized void readOn() {
        try {
            while (!closed && channel.read(read.clear()) > 0) {
                for (read.flip(); read.hasRemaining(); ) {
                    byte next = read.get();
                    if (next == '\n') {
                        told.accept(begun.toString(StandardCharsets.UTF_8));
                        begun.reset();
                    } else {
                        begun.write(next);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
