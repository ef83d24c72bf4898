package io.dromon.node.cli;

import io.dromon.node.Node;
import io.dromon.node.NodeException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A SIGHUP opens the log file again and reads the TLS files again, as it does for other servers; the node goes on. */
final class ReloadOnHangUp {
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
        PrintStream err = System.err;
        if (log != null) {
            try {
                log.reopen();
            } catch (IOException e) {
                err.println("SIGHUP: the log file stays as it is, a new one cannot be opened: " + e.getMessage());
            }
        }
        Node running = node.get();
        if (running == null || running.status().tls().isEmpty()) {
            err.println("SIGHUP: the log goes on here; there are no TLS files to read");
            return;
        }
        try {
            err.println("SIGHUP: " + running.reload() + "; open links stay as they are until 'dromon relink'");
        } catch (NodeException e) {
            err.println("SIGHUP: the TLS files were not taken: " + e.getMessage());
        }
    }
}
