package io.dromon.node.writeset;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Fields in a byte array; the caller has checked the range. */
final class LittleEndian {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private LittleEndian() {}

    static int u8(byte[] array, int at) {
        return array[at] & 0xff;
    }

    static int u16(byte[] array, int at) {
        return (short) SHORT.get(array, at) & 0xffff;
    }

    static int i32(byte[] array, int at) {
        return (int) INT.get(array, at);
    }

    static long i64(byte[] array, int at) {
        return (long) LONG.get(array, at);
    }

    /** Half a UUID, which is written in the order of its text. */
    static long uuidHalf(byte[] array, int at) {
        return (long) BIG_LONG.get(array, at);
    }

    static void put16(byte[] array, int at, int value) {
        SHORT.set(array, at, (short) value);
    }

    static void put32(byte[] array, int at, int value) {
        INT.set(array, at, value);
    }

    static void put64(byte[] array, int at, long value) {
        LONG.set(array, at, value);
    }

    static void putUuidHalf(byte[] array, int at, long value) {
        BIG_LONG.set(array, at, value);
    }
}
