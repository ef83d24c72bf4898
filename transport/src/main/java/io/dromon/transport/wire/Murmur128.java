package io.dromon.transport.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * MurmurHash3 x64-128 with Galera's two initial words (chapter 05 section 5): the hash of keys, record sets, write-set
 * headers, votes and configuration changes. Libraries take one seed for both words and cannot be used.
 *
 * <p>Bytes are added piece by piece; {@link #digest} may be called in between, so that one running state gives the
 * hash of every prefix. Not thread-safe; reusable after {@link #reset}.
 */
public final class Murmur128 {
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LE_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED_1 = 0x6C62272E07BB0142L;
    private static final long SEED_2 = 0x62B821756295C58DL;
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;
    private static final int BLOCK = 16;

    private final byte[] pending = new byte[BLOCK];
    private int filled;
    private long length;
    private long h1;
    private long h2;
    private long first;
    private long second;

    public Murmur128() {
        reset();
    }

    /** The first word of the digest of {@code data}, which is MMH128-64. */
    public static long first(Bytes data) {
        return new Murmur128()
                .add(data.array(), data.offset(), data.length())
                .digest()
                .first();
    }

    /** Forgets all bytes. */
    public Murmur128 reset() {
        filled = 0;
        length = 0;
        h1 = SEED_1;
        h2 = SEED_2;
        return this;
    }

    /** Adds a range of bytes. */
    public Murmur128 add(byte[] array, int offset, int count) {
        int at = offset;
        int end = offset + count;
        length += count;
        if (filled > 0) {
            int taken = Math.min(count, BLOCK - filled);
            System.arraycopy(array, at, pending, filled, taken);
            filled += taken;
            at += taken;
            if (filled < BLOCK) {
                return this;
            }
            blocks(pending, 0, BLOCK);
        }
        int rest = (end - at) % BLOCK;
        blocks(array, at, end - rest);
        System.arraycopy(array, end - rest, pending, 0, rest);
        filled = rest;
        return this;
    }

    /** Adds four bytes, little-endian. */
    public Murmur128 addInt(int value) {
        if (filled <= BLOCK - 4) {
            LE_INT.set(pending, filled, value);
            filled += 4;
            length += 4;
            if (filled == BLOCK) {
                blocks(pending, 0, BLOCK);
                filled = 0;
            }
            return this;
        }
        byte[] four = new byte[4];
        LE_INT.set(four, 0, value);
        return add(four, 0, four.length);
    }

    /** Computes {@link #first} and {@link #second} of all bytes so far; more may be added afterwards. */
    public Murmur128 digest() {
        long a = h1 ^ scramble1(tail(0, Math.min(filled, 8))) ^ length;
        long b = h2 ^ scramble2(tail(8, filled)) ^ length;
        a += b;
        b += a;
        a = finish(a);
        b = finish(b);
        first = a + b;
        second = b + first;
        return this;
    }

    /** The first 8 bytes of the digest, little-endian. */
    public long first() {
        return first;
    }

    /** The last 8 bytes of the digest, little-endian. */
    public long second() {
        return second;
    }

    private void blocks(byte[] array, int from, int to) {
        long a = h1;
        long b = h2;
        for (int at = from; at < to; at += BLOCK) {
            a ^= scramble1((long) LE_LONG.get(array, at));
            a = (Long.rotateLeft(a, 27) + b) * 5 + 0x52dce729;
            b ^= scramble2((long) LE_LONG.get(array, at + 8));
            b = (Long.rotateLeft(b, 31) + a) * 5 + 0x38495ab5;
        }
        h1 = a;
        h2 = b;
    }

    private static long scramble1(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long scramble2(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private long tail(int from, int to) {
        long k = 0;
        for (int i = to - 1; i >= from; i--) {
            k = (k << 8) | (pending[i] & 0xff);
        }
        return k;
    }

    private static long finish(long k) {
        k = (k ^ (k >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
    }
}
