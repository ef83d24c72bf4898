package io.dromon.node.ist;

import io.dromon.node.ist.protocol.StoredEvent;
import java.io.IOException;

/**
 * What a donor reads events from, one transfer's: a lease on its cache, which keeps what it still has to give. Used by one
 * thread.
 */
public interface IstSource extends AutoCloseable {
    /**
     * The next event; the first call gives the first one of the range, and there are as many calls as the range is long.
     *
     * @throws IOException if it is not there any more, or cannot be read: the transfer fails
     */
    StoredEvent next() throws IOException;

    /** Gives the lease back. Called once, by the thread of the transfer or by {@link IstDonor#close}. */
    @Override
    void close();
}
