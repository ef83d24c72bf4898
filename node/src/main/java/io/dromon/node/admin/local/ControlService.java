package io.dromon.node.admin.local;

import io.dromon.node.admin.AdminOperations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    private final AdminOperations node;
    private volatile @Nullable ControlServer server;
    private volatile boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param directory where the socket is to lie
     * @param thread opens it and ends slow clients; the caller's
     * @param node carries the commands out
     */
    public ControlService(Path directory, String nodeName, ScheduledExecutorService thread, AdminOperations node) {
        this.directory = directory;
        this.nodeName = nodeName;
        this.thread = thread;
        this.node = node;
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
            server = ControlServer.open(
                    directory, "dromon-" + nodeName + "-control", thread, new ControlCommands(node, nodeName));
        } catch (IOException | UnsupportedOperationException e) {
            if (attempt < MOST_ATTEMPTS) {
                thread.schedule(() -> open(attempt + 1), ATTEMPT_PAUSE_MS, TimeUnit.MILLISECONDS);
            } else {
                LOG.warn("{}: no control socket (dromon status, reload, relink): {}", nodeName, e.getMessage());
            }
        }
    }

    /** Closes the socket and removes it. On the thread that opens it. */
    @Override
    public void close() {
        closed = true;
        ControlServer open = server;
        if (open != null) {
            open.close();
        }
    }
}
