package io.dromon.node.cli.member;

import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.cli.log.LogFile;
import io.dromon.node.cli.process.HangUp;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A SIGHUP opens the log file again and reads the TLS files again, as it does for other servers; the node goes on. */
final class ReloadOnHangUp {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadOnHangUp.class);

    private final @Nullable LogFile log;
    private final AtomicReference<Started> started = new AtomicReference<>();

    /** A SIGHUP must do its work though the node does not answer: only what waits for nothing is asked before that is done. */
    private record Started(Node node, String name) {
        /** Of now: a restart can have changed it. */
        boolean tls() {
            return ((AdminOperations) node).config().tls();
        }
    }

    private ReloadOnHangUp(@Nullable LogFile log) {
        this.log = log;
    }

    /** From now on, also while the node is still being started. */
    static ReloadOnHangUp install(@Nullable LogFile log) {
        ReloadOnHangUp self = new ReloadOnHangUp(log);
        HangUp.does(self::run);
        return self;
    }

    /** The node is there. */
    void of(Node node) {
        started.set(new Started(node, ((AdminOperations) node).config().name()));
    }

    private void run() {
        Started running = started.get();
        String who = running == null ? "" : running.name + ": ";
        if (log != null) {
            try {
                log.reopen();
            } catch (IOException e) {
                LOG.error("{}SIGHUP: the log file stays as it is, a new one cannot be opened: {}", who, e.getMessage());
            }
        }
        if (running == null || !running.tls()) {
            LOG.info("{}SIGHUP: the log goes on here; there are no TLS files to read", who);
            return;
        }
        try {
            LOG.info("{}SIGHUP: {}; open links stay as they are until 'dromon relink'", who, running.node.reload());
        } catch (NodeException e) {
            LOG.warn("{}SIGHUP: the TLS files were not taken: {}", who, e.getMessage());
        }
    }
}
