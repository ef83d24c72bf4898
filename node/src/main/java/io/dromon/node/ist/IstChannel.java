package io.dromon.node.ist;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * A connection of one thread, TLS or plain text. An interrupt ends every wait with {@link InterruptedIOException}; the end
 * of the connection is {@link EOFException}.
 */
interface IstChannel extends AutoCloseable {
    /** What was received and not yet read; valid until the next wait. */
    ByteBuffer received();

    /** Waits for more than {@link #received} holds; false if nothing came for so long. */
    boolean awaitMore(long limitNs) throws IOException;

    /**
     * Sends all that remains.
     *
     * @param stallNs how long nothing of it may move
     * @throws SocketTimeoutException if nothing moved for so long
     */
    void write(ByteBuffer data, long stallNs) throws IOException;

    /**
     * Waits until the peer closes, and forgets what it says.
     *
     * @throws InterruptedIOException on an interrupt
     */
    void awaitEnd(long limitNs) throws IOException;

    @Override
    void close();
}
