package io.dromon.node;

import io.dromon.transport.wire.Bytes;

/**
 * A change to be replicated: opaque bytes, at least one of them. The array is given away: it is not
 * copied, and must not be changed until the write-set was delivered on this node.
 */
public final class WriteSet {
    private final Bytes data;

    private WriteSet(Bytes data) {
        this.data = data;
    }

    /**
     * A write-set of these bytes.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static WriteSet of(byte[] data) {
        if (data.length == 0) {
            throw new IllegalArgumentException("a write-set has at least one byte");
        }
        return new WriteSet(new Bytes(data));
    }

    /** Size in bytes. */
    public int size() {
        return data.length();
    }

    /** Its bytes, the very array that was given away. */
    public Bytes data() {
        return data;
    }
}
