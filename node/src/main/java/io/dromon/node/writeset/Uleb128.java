package io.dromon.node.writeset;

import io.dromon.transport.wire.MalformedMessageException;

/** Numbers of seven bits a byte, the lowest first; the top bit says that more follows (chapter 05 section 4.3). */
final class Uleb128 {
    private static final int MAX_BITS = 63;

    private final byte[] array;
    private final int limit;
    private int position;

    Uleb128(byte[] array, int position, int limit) {
        this.array = array;
        this.position = position;
        this.limit = limit;
    }

    int position() {
        return position;
    }

    /** The next number, 0 to 2^63 - 1. */
    long read() throws MalformedMessageException {
        long value = 0;
        for (int shift = 0; shift < MAX_BITS; shift += 7) {
            if (position >= limit) {
                throw new MalformedMessageException("a number in the header of a record set does not end");
            }
            byte next = array[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("a number in the header of a record set has more than 63 bits");
    }

    /** Writes a number that is not negative; returns the index behind it. */
    static int write(byte[] array, int at, int value) {
        int left = value;
        int next = at;
        for (; left > 0x7f; left >>>= 7) {
            array[next++] = (byte) (left | 0x80);
        }
        array[next++] = (byte) left;
        return next;
    }
}
