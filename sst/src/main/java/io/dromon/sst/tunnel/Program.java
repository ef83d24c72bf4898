package io.dromon.sst.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that serves one connection by its standard input and output, which are pipes; its standard error is this
 * process's.
 */
final class Program implements StreamSide.Owner {
    private static final long AT_ONCE_MS = 100;

    private final List<String> command;
    private final List<String> environment;
    private final Duration patience;
    private volatile @Nullable Process process;

    /**
     * @param environment {@code NAME=VALUE}
     * @param patience how long it may take to end after its connection has
     */
    Program(List<String> command, List<String> environment, Duration patience) {
        this.command = List.copyOf(command);
        this.environment = List.copyOf(environment);
        this.patience = patience;
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        for (String variable : environment) {
            int equals = variable.indexOf('=');
            builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        process = builder.start();
    }

    InputStream output() {
        return started().getInputStream();
    }

    OutputStream input() {
        return started().getOutputStream();
    }

    /** Most programs end when their output does. */
    @Override
    public void outputEnded() throws InterruptedException {
        boolean unused = started().waitFor(AT_ONCE_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isGone() {
        return !started().isAlive() && started().exitValue() == 0;
    }

    /** Waits for its end; after a while it is ended. */
    @Override
    public void release() {
        try {
            if (!started().waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                started().destroyForcibly();
            }
        } catch (InterruptedException e) {
            started().destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void kill() {
        started().destroyForcibly();
    }

    private Process started() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running;
    }
}
