package io.dromon.node.state.snapshot;

import io.dromon.sst.TransferListener;
import io.dromon.transport.wire.PeerText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in a transfer, for the log. */
record TransferLog(String what) implements TransferListener {
    private static final Logger LOG = LoggerFactory.getLogger(TransferLog.class);

    @Override
    public void note(String line) {
        LOG.warn("{}: {}", what, PeerText.lines(line));
    }

    /** A listener that fails is no reason to end a transfer. */
    static void tell(SnapshotListener listener, SnapshotProgress progress) {
        try {
            listener.onProgress(progress);
        } catch (RuntimeException e) {
            LOG.warn("who listens to a snapshot has failed", e);
        }
    }
}
