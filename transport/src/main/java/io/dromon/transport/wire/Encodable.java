package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;

/**
 * Something that can be written to the wire. An instance never changes after it was handed over, so it may be encoded
 * more than once (to several links, or again as a retransmission) and kept as long as a layer needs it.
 */
public interface Encodable {
    /** Number of bytes that {@link #encode} writes. */
    int encodedLength();

    /**
     * Writes exactly {@link #encodedLength} bytes at the writer index of {@code out}. The caller owns the buffer and
     * has made room.
     */
    void encode(ByteBuf out);
}
