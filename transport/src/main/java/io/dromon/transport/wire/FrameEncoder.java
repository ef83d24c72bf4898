package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Writes frames: an 8-byte header, then the body (chapter 01 section 2.1). All fields are little-endian.
 *
 * <pre>
 *  byte 0        1        2        3          4        5        6        7
 *      +--------+--------+--------+----+----+--------+--------+--------+--------+
 *      |     length of the body   |ver |flag|             checksum              |
 *      +--------+--------+--------+----+----+--------+--------+--------+--------+
 *       bits 0-23 of the first      high low  over (length as LE 32 bit || body);
 *       word                        nibbles   0 if no flag is set
 *
 *  ver  0        flag  1 CRC-32 present, 2 CRC-32C present, 4 and 8 never
 * </pre>
 *
 * <p>Not thread-safe: one instance for each thread that writes.
 */
public final class FrameEncoder {
    /** Bytes in front of each body. */
    public static final int HEADER_LENGTH = 8;
    /** Largest body that a node accepts (section 2.3). */
    public static final int MAX_BODY = 32768;

    private final Checksum checksum;
    private final CRC32C crc32c = new CRC32C();
    private final CRC32 crc32 = new CRC32();

    public FrameEncoder(Checksum checksum) {
        this.checksum = checksum;
    }

    /** Bytes that {@link #encode} writes for {@code body}. */
    public static int frameLength(Encodable body) {
        return HEADER_LENGTH + body.encodedLength();
    }

    /**
     * Writes one frame at the writer index of {@code out}, which grows if it has to.
     *
     * @throws IllegalArgumentException if the body is empty (a peer would read the end of the stream) or longer than
     *     {@link #MAX_BODY}; nothing was written
     * @throws IllegalStateException if the body did not write what it announced
     */
    public void encode(Encodable body, ByteBuf out) {
        int length = body.encodedLength();
        if (length <= 0 || length > MAX_BODY) {
            throw new IllegalArgumentException("frame body of " + length + " bytes, allowed are 1 to " + MAX_BODY);
        }
        int start = out.writerIndex();
        out.ensureWritable(HEADER_LENGTH + length);
        out.writeIntLE(length | checksum.flag << 24);
        // What the checksum covers starts with the length: it stands where the checksum goes, so that one pass does.
        out.writeIntLE(length);
        body.encode(out);
        if (out.writerIndex() != start + HEADER_LENGTH + length) {
            throw new IllegalStateException(body.getClass().getName() + " announced " + length + " bytes and wrote "
                    + (out.writerIndex() - start - HEADER_LENGTH));
        }
        out.setIntLE(start + 4, checksum(out, start + 4, length + 4));
    }

    private int checksum(ByteBuf buffer, int index, int length) {
        if (checksum == Checksum.NONE) {
            return 0;
        }
        java.util.zip.Checksum sum = checksum == Checksum.CRC32C ? crc32c : crc32;
        sum.reset();
        if (buffer.hasArray()) {
            sum.update(buffer.array(), buffer.arrayOffset() + index, length);
        } else if (buffer.nioBufferCount() == 1) {
            sum.update(buffer.internalNioBuffer(index, length));
        } else {
            for (ByteBuffer part : buffer.nioBuffers(index, length)) {
                sum.update(part);
            }
        }
        return (int) sum.getValue();
    }
}
