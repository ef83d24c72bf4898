package io.dromon.sst.archive;

import java.nio.ByteBuffer;

/** Finds blocks of zeros, which become holes. */
public final class Zeros {
    /** Blocks of this size, at multiples of it, are looked at. */
    public static final int BLOCK = 64 * 1024;

    private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(BLOCK).asReadOnlyBuffer();

    private Zeros() {}

    /** Whether {@code length} bytes from an index on are zero; at most {@link #BLOCK}. */
    public static boolean isZero(ByteBuffer buffer, int index, int length) {
        // Nearly always the first bytes tell.
        if (length >= 8 && buffer.getLong(index) != 0) {
            return false;
        }
        return buffer.slice(index, length).mismatch(ZERO.slice(0, length)) < 0;
    }
}
