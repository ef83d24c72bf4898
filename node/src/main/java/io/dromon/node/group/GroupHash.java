package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The hash of votes and of the CCHANGE (chapter 04 sections 8 and 11): the first 64-bit word of MurmurHash3 x64-128
 * with fixed initial words, of SpookyHash V1 from 512 bytes on.
 */
final class GroupHash {
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SPOOKY_FROM = 512;

    private static final long MURMUR_SEED_1 = 0x6C62272E07BB0142L;
    private static final long MURMUR_SEED_2 = 0x62B821756295C58DL;
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;

    private static final int SPOOKY_BLOCK = 96;
    private static final int SPOOKY_WORDS = 12;
    private static final long SPOOKY_CONSTANT = 0xDEADBEEFDEADBEEFL;
    private static final int[] MIX_ROTATIONS = {11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46};
    private static final int[] END_ROTATIONS = {44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54};

    private GroupHash() {}

    /** By length, as the checksum of a CCHANGE. */
    static long checksum(Bytes data) {
        return data.length() < SPOOKY_FROM ? murmur(data) : spooky(data);
    }

    static long murmur(Bytes data) {
        byte[] array = data.array();
        int at = data.offset();
        int end = at + data.length();
        long h1 = MURMUR_SEED_1;
        long h2 = MURMUR_SEED_2;
        for (; end - at >= 16; at += 16) {
            h1 ^= scramble1((long) LE_LONG.get(array, at));
            h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= scramble2((long) LE_LONG.get(array, at + 8));
            h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }
        h2 ^= scramble2(tail(array, at + 8, end));
        h1 ^= scramble1(tail(array, at, Math.min(end, at + 8)));
        h1 ^= data.length();
        h2 ^= data.length();
        h1 += h2;
        h2 += h1;
        return finish(h1) + finish(h2);
    }

    private static long scramble1(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long scramble2(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private static long tail(byte[] array, int from, int to) {
        long k = 0;
        for (int i = to - 1; i >= from; i--) {
            k = (k << 8) | (array[i] & 0xff);
        }
        return k;
    }

    private static long finish(long k) {
        k = (k ^ (k >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
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
