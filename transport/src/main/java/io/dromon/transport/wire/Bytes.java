package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A range of a byte array. Its creator gives the array away: it never changes afterwards. Received messages
 * are such ranges of the array of their frame, so a layer strips its header without copying.
 *
 * @param array the backing array
 * @param offset index of the first byte
 * @param length number of bytes
 */
@SuppressWarnings("ArrayRecordComponent") // equality is by content, see equals
public record Bytes(byte[] array, int offset, int length) implements Encodable {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    public Bytes {
        Objects.checkFromIndexSize(offset, length, array.length);
    }

    /** The whole array. */
    public Bytes(byte[] array) {
        this(array, 0, array.length);
    }

    /** The bytes of {@code message} as they go to the wire; {@code message} itself if it is a range already. */
    public static Bytes of(Encodable message) {
        if (message instanceof Bytes bytes) {
            return bytes;
        }
        byte[] array = new byte[message.encodedLength()];
        ByteBuf out = Unpooled.wrappedBuffer(array).writerIndex(0);
        message.encode(out);
        if (out.writerIndex() != array.length) {
            throw new IllegalStateException(message.getClass().getName() + " announced " + array.length
                    + " bytes and wrote " + out.writerIndex());
        }
        return new Bytes(array);
    }

    /** The range without its first {@code count} bytes. */
    public Bytes skip(int count) {
        return new Bytes(array, offset + count, length - count);
    }

    /** The range as a read-only buffer, not copied. */
    public ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /** A copy of the range. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    @Override
    public int encodedLength() {
        return length;
    }

    @Override
    public void encode(ByteBuf out) {
        out.writeBytes(array, offset, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** Never the content: payloads are not logged. */
    @Override
    public String toString() {
        return "Bytes[" + length + "]";
    }
}
