package io.dromon.sst.channel;

import io.dromon.sst.TransferException;
import io.dromon.sst.archive.Blocks;
import io.dromon.transport.wire.PeerText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The frames on a proven connection, big-endian.
 *
 * <pre>
 *   0        4     5      6        8          16           20        24       24+m
 *   | length | type | flags | m      | segment  | raw length | CRC-32C | meta   | data ...
 * </pre>
 *
 * {@code length} counts all of the frame. {@code raw length} and the checksum are of the data before compression
 * (flag 1). {@code meta}, of {@code m} bytes, is never compressed.
 */
public final class Frame {
    public static final int HEADER = 24;

    /** Data of a segment, uncompressed. */
    public static final int MOST_DATA = Blocks.PIECE;

    /** Largest frame of either side. */
    public static final int LARGEST = MOST_DATA + 16 * 1024;

    public static final int ZSTD = 1;

    /** Text or other bytes of a frame that carries no segment. */
    private static final int LONGEST_TEXT = 8192;

    private Frame() {}

    /** Kinds of frames; the first four carry segments. */
    public enum Type {
        BATCH,
        CHUNK,
        HOLE,
        LIVE,
        BEGIN,
        MANIFEST,
        ABORT,
        ALIVE,
        ACK,
        DONE,
        FAIL;

        private static final Type[] ALL = values();

        static Type of(int code) throws TransferException {
            if (code < 0 || code >= ALL.length) {
                throw protocol("unknown frame type " + code);
            }
            return ALL[code];
        }
    }

    /** Text of the other side, for people: nothing that could fake a line or turn it round. */
    public static String words(byte[] text) {
        return PeerText.printable(new String(text, StandardCharsets.UTF_8));
    }

    public static TransferException protocol(String what) {
        return new TransferException(TransferException.Reason.PROTOCOL, "the other side breaks the protocol: " + what);
    }

    /** A received header; the frame is whole in the buffer. */
    public record Header(int length, Type type, int flags, int metaLength, long segment, int rawLength, int crc) {}

    /** Reads the length, which is checked. */
    public static int length(ByteBuffer in) throws TransferException {
        int length = in.getInt(in.position());
        if (length < HEADER || length > LARGEST) {
            throw protocol("a frame of " + length + " bytes");
        }
        return length;
    }

    public static Header header(ByteBuffer in) throws TransferException {
        Header header = new Header(
                in.getInt(),
                Type.of(in.get()),
                in.get(),
                Short.toUnsignedInt(in.getShort()),
                in.getLong(),
                in.getInt(),
                in.getInt());
        if (header.metaLength > header.length - HEADER || header.rawLength < 0 || header.rawLength > MOST_DATA) {
            throw protocol("lengths that do not fit in a " + header.type + " frame");
        }
        return header;
    }

    /** Writes a header at the buffer's start and sets the buffer to be sent: {@code end} is the frame's length. */
    public static void seal(
            ByteBuffer frame, int end, Type type, int flags, int metaLength, long segment, int rawLength, int crc) {
        frame.putInt(0, end)
                .put(4, (byte) type.ordinal())
                .put(5, (byte) flags)
                .putShort(6, (short) metaLength)
                .putLong(8, segment)
                .putInt(16, rawLength)
                .putInt(20, crc)
                .position(0)
                .limit(end);
    }

    /** A frame with a text for people, which is cut where it is long. */
    public static ByteBuffer text(Type type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return message(type, 0, bytes.length > LONGEST_TEXT ? Arrays.copyOf(bytes, LONGEST_TEXT) : bytes);
    }

    /** The meta part behind a header that was read; the buffer stays where it is. */
    public static byte[] text(ByteBuffer in, Header header) throws TransferException {
        if (header.metaLength() > LONGEST_TEXT) {
            throw protocol("a long text");
        }
        byte[] text = new byte[header.metaLength()];
        in.get(in.position(), text);
        return text;
    }

    /** A frame without segment, with a short text or other bytes as its meta. */
    public static ByteBuffer message(Type type, long segment, byte[] meta) {
        ByteBuffer frame = ByteBuffer.allocateDirect(HEADER + meta.length);
        frame.position(HEADER);
        frame.put(meta);
        seal(frame, HEADER + meta.length, type, 0, meta.length, segment, 0, 0);
        return frame;
    }
}
