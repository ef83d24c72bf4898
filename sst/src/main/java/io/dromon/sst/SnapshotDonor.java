package io.dromon.sst;

import io.dromon.sst.archive.Manifest;
import io.dromon.transport.wire.Position;
import java.io.IOException;

/** The giving end of one transfer, whatever the method. */
public interface SnapshotDonor {
    /** The counters, live. */
    Progress progress();

    /**
     * Sends the snapshot; returns when the joiner has it on disk and in place.
     *
     * @param position the last event that it holds
     * @throws TransferException if it did not come to that; the joiner then still has its old state, except that
     *     {@link TransferException.Reason#IDLE} and {@link TransferException.Reason#UNREACHABLE} after the last byte
     *     may leave it unknown
     */
    Manifest send(Position position) throws IOException, InterruptedException;

    /** Ends a transfer that is not over, from another thread; {@link #send} then fails. */
    void cancel();
}
