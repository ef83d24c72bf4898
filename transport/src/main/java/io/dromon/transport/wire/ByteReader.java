package io.dromon.transport.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * Reads little-endian fields from a range of bytes; every read checks that the bytes are there. Not thread-safe; made
 * for one message and thrown away.
 */
public final class ByteReader {
    private static final VarHandle LE_SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LE_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] array;
    private final int end;
    private int position;

    public ByteReader(Bytes bytes) {
        this.array = bytes.array();
        this.position = bytes.offset();
        this.end = bytes.offset() + bytes.length();
    }

    /** Bytes not yet read. */
    public int remaining() {
        return end - position;
    }

    /** Unsigned byte, 0 to 255. */
    public int u8() throws MalformedMessageException {
        return array[advance(1)] & 0xff;
    }

    /** Unsigned 16 bit, 0 to 65535. */
    public int u16() throws MalformedMessageException {
        return (short) LE_SHORT.get(array, advance(2)) & 0xffff;
    }

    /** 32 bit, signed. */
    public int i32() throws MalformedMessageException {
        return (int) LE_INT.get(array, advance(4));
    }

    /** 64 bit, signed. */
    public long i64() throws MalformedMessageException {
        return (long) LE_LONG.get(array, advance(8));
    }

    /** 64 bit, signed, big-endian. */
    public long i64BigEndian() throws MalformedMessageException {
        return (long) BE_LONG.get(array, advance(8));
    }

    /** 16 raw bytes, big-endian fields. */
    public UUID uuid() throws MalformedMessageException {
        int at = advance(16);
        return new UUID((long) BE_LONG.get(array, at), (long) BE_LONG.get(array, at + 8));
    }

    /** The next {@code length} bytes, not copied. */
    public Bytes bytes(int length) throws MalformedMessageException {
        if (length < 0) {
            throw new MalformedMessageException("negative length " + length);
        }
        return new Bytes(array, advance(length), length);
    }

    /** Everything that is left, not copied. */
    public Bytes rest() {
        Bytes rest = new Bytes(array, position, end - position);
        position = end;
        return rest;
    }

    private int advance(int count) throws MalformedMessageException {
        int at = position;
        if (count > end - at) {
            throw new MalformedMessageException(
                    "message too short: " + count + " bytes wanted, " + (end - at) + " left");
        }
        position = at + count;
        return at;
    }
}
