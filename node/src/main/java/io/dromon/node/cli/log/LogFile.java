package io.dromon.node.cli.log;

import io.dromon.node.cli.process.CommandFailure;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code --log}, for what a node tells. It is opened again after it was renamed (logrotate), without a
 * line that is lost: the old file takes lines until the new one is open.
 */
public final class LogFile extends OutputStream {
    private final String name;
    private OutputStream file;

    private LogFile(String name) throws IOException {
        this.name = name;
        this.file = new FileOutputStream(name, true);
    }

    /**
     * Has standard error, and the log with it, go to a file from now on.
     *
     * @param name null leaves them where they are
     */
    public static @Nullable LogFile use(@Nullable String name) {
        if (name == null) {
            return null;
        }
        try {
            LogFile log = new LogFile(name);
            System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
            return log;
        } catch (IOException e) {
            throw new CommandFailure("--log: cannot write to " + e.getMessage());
        }
    }

    /** Opens the file again. If that fails the old one stays in use. */
    public synchronized void reopen() throws IOException {
        OutputStream fresh = new FileOutputStream(name, true);
        OutputStream before = file;
        file = fresh;
        before.close();
    }

    @Override
    public synchronized void write(int b) throws IOException {
        file.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        file.write(bytes, offset, length);
    }
}
