package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The checksum of the CCHANGE (chapter 04 section 8): the first 64-bit word of {@link Murmur128},
 * of SpookyHash V1 from 512 bytes on.
 */
final class GroupHash {
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SPOOKY_FROM = 512;

    private static final int SPOOKY_BLOCK = 96;
    private static final int SPOOKY_WORDS = 12;
    private static final long SPOOKY_CONSTANT = 0xDEADBEEFDEADBEEFL;
    private static final int[] MIX_ROTATIONS = {11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46};
    private static final int[] END_ROTATIONS = {44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54};

    private GroupHash() {}

    /** By length, as the checksum of a CCHANGE. */
    static long checksum(Bytes data) {
        return data.length() < SPOOKY_FROM ? Murmur128.first(data) : spooky(data);
    }

    /** The path for long messages, whatever the length. */
    static long spooky(Bytes data) {
        long[] s = new long[SPOOKY_WORDS];
        for (int i = 2; i < SPOOKY_WORDS; i += 3) {
            s[i] = SPOOKY_CONSTANT;
        }
        int at = data.offset();
        int end = at + data.length();
        for (; end - at >= SPOOKY_BLOCK; at += SPOOKY_BLOCK) {
            mix(s, data.array(), at);
        }
        byte[] last = Arrays.copyOf(Arrays.copyOfRange(data.array(), at, end), SPOOKY_BLOCK);
        last[SPOOKY_BLOCK - 1] = (byte) (end - at);
        mix(s, last, 0);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < SPOOKY_WORDS; i++) {
                int before = (i + 11) % SPOOKY_WORDS;
                int next = (i + 1) % SPOOKY_WORDS;
                int second = (i + 2) % SPOOKY_WORDS;
                s[before] += s[next];
                s[second] ^= s[before];
                s[next] = Long.rotateLeft(s[next], END_ROTATIONS[i]);
            }
        }
        return s[0];
    }

    private static void mix(long[] s, byte[] block, int at) {
        for (int i = 0; i < SPOOKY_WORDS; i++) {
            int before = (i + 11) % SPOOKY_WORDS;
            s[i] += (long) LE_LONG.get(block, at + 8 * i);
            s[(i + 2) % SPOOKY_WORDS] ^= s[(i + 10) % SPOOKY_WORDS];
            s[before] ^= s[i];
            s[i] = Long.rotateLeft(s[i], MIX_ROTATIONS[i]);
            s[before] += s[(i + 1) % SPOOKY_WORDS];
        }
    }
}
