package io.dromon.node.ist.protocol;

import io.dromon.transport.wire.Bytes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the bytes of a payload. Its array grows with what has come: a length that was only announced takes no memory.
 */
final class PayloadReader {
    private static final int FIRST_CAPACITY = 64 * 1024;

    private byte[] bytes = new byte[0];
    private int length;
    private int filled;

    void begin(int newLength) {
        length = newLength;
        filled = 0;
        bytes = new byte[Math.min(length, FIRST_CAPACITY)];
    }

    /** Takes what belongs to the payload; whether it is whole. */
    boolean fill(ByteBuffer in) {
        int taken = Math.min(in.remaining(), length - filled);
        if (taken > bytes.length - filled) {
            long doubled = Math.max(bytes.length * 2L, (long) filled + taken);
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, doubled));
        }
        in.get(bytes, filled, taken);
        filled += taken;
        return filled == length;
    }

    /** The whole payload, which belongs to the caller. */
    Bytes take() {
        Bytes whole = new Bytes(bytes, 0, length);
        bytes = new byte[0];
        return whole;
    }
}
