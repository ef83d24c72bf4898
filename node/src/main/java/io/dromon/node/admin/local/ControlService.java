package io.dromon.node.admin.local;

import io.dromon.node.admin.http.AdminServer;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control socket of a node from its start to its end. A node without one runs all the same, and the log says so. */
public final class ControlService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlService.class);
    private static final int MOST_ATTEMPTS = 10;
    private static final long ATTEMPT_PAUSE_MS = 200;

    private final Path directory;
    private final String nodeName;
    private final ScheduledExecutorService thread;
    private final AdminServer server;
    private volatile boolean open;
    private volatile boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param directory where the socket is to lie
     * @param thread opens it; the caller's
     * @param server serves it; the caller's
     */
    public ControlService(Path directory, String nodeName, ScheduledExecutorService thread, AdminServer server) {
        this.directory = directory;
        this.nodeName = nodeName;
        this.thread = thread;
        this.server = server;
    }

    /** Opens the socket, now or a little later: the node that ran in this directory before may not have ended quite yet. */
    public void open() {
        open(0);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it handles what can go wrong
    private void open(int attempt) {
        if (closed) {
            return;
        }
        try {
            ServerSocketChannel socket = ControlSocket.bind(directory);
            open = true;
            server.listen(socket, ControlSocket.NAME);
        } catch (IOException | UnsupportedOperationException e) {
            if (attempt < MOST_ATTEMPTS) {
                thread.schedule(() -> open(attempt + 1), ATTEMPT_PAUSE_MS, TimeUnit.MILLISECONDS);
            } else {
                LOG.warn("{}: no control socket (dromon status, reload, relink): {}", nodeName, e.getMessage());
            }
        }
    }

    /** Removes the socket; the server closes it. On the thread that opens it. */
    @Override
    public void close() {
        closed = true;
        if (!open) {
            return;
        }
        open = false;
        try {
            // Before the end of the listener: a node that starts now must not lose its own.
            Files.deleteIfExists(ControlSocket.in(directory).toAbsolutePath());
        } catch (IOException e) {
            LOG.warn("control socket {} was not removed: {}", ControlSocket.in(directory), e.toString());
        }
    }
}
