package io.dromon.node.cli.member;

import io.dromon.node.Node;
import io.dromon.node.NodeException;
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
    private final AtomicReference<Node> node = new AtomicReference<>();

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
    void of(Node started) {
        node.set(started);
    }

    private void run() {
        Node running = node.get();
        String who = running == null ? "" : running.status().name() + ": ";
        if (log != null) {
            try {
                log.reopen();
            } catch (IOException e) {
                LOG.error("{}SIGHUP: the log file stays as it is, a new one cannot be opened: {}", who, e.getMessage());
            }
        }
        if (running == null || running.status().tls().isEmpty()) {
            LOG.info("{}SIGHUP: the log goes on here; there are no TLS files to read", who);
            return;
        }
        try {
            LOG.info("{}SIGHUP: {}; open links stay as they are until 'dromon relink'", who, running.reload());
        } catch (NodeException e) {
            LOG.warn("{}SIGHUP: the TLS files were not taken: {}", who, e.getMessage());
        }
    }
}
