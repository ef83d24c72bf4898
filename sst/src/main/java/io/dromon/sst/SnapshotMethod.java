package io.dromon.sst;

import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A way how a snapshot gets from donor to joiner. Both ends use the same one: {@link
 * io.dromon.sst.stream.StreamMethod}, {@link io.dromon.sst.rsync.RsyncMethod} or {@link
 * io.dromon.sst.script.ScriptMethod}. All methods prove certificates and token before the first byte of state, need
 * nothing but what they check for beforehand, and leave the old state untouched unless all has arrived.
 */
public interface SnapshotMethod {
    /**
     * What one end brings to a transfer.
     *
     * @param tls this end's certificate and trust; stays open
     * @param token of this transfer, the same at both ends
     * @param settings times, rate and more
     * @param listener told what happens
     */
    record Terms(TlsContexts tls, Token token, TransferSettings settings, TransferListener listener) {}

    /**
     * Begins to listen. The target is locked until the joiner is closed.
     *
     * @param address port 0 for any
     */
    SnapshotJoiner listen(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException;

    /**
     * Makes ready to send; nothing is connected yet.
     *
     * @param joiner where it listens; a name that is not resolved is looked up for each connection
     */
    SnapshotDonor donor(InetSocketAddress joiner, Terms terms, SnapshotSource source) throws IOException;
}
