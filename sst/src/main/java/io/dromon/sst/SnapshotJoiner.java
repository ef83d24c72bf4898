package io.dromon.sst;

import io.dromon.sst.archive.Manifest;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The taking end of one transfer, whatever the method. It listens from its beginning on. Half-open connections are
 * told nothing and do not end the wait; the first donor that proves certificate and token is the only one.
 */
public interface SnapshotJoiner extends AutoCloseable {
    /** Where it listens. */
    InetSocketAddress address() throws IOException;

    /** The counters, live. */
    Progress progress();

    /**
     * Waits for the snapshot; returns when it is on disk and in place.
     *
     * @throws TransferException if it did not come whole within the times; the old state is then untouched
     */
    Manifest await() throws IOException, InterruptedException;

    /** Ends a transfer that is not over, from another thread; {@link #await} then fails. */
    void cancel();

    /** Stops listening, ends what runs, and removes what is not whole. */
    @Override
    void close() throws IOException;
}
