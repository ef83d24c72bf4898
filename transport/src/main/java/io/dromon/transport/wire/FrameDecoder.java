package io.dromon.transport.wire;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Cuts the byte stream of one link into frame bodies, however it arrives: see {@link FrameEncoder} for the layout. Each
 * body is a fresh array of its own, filled straight from the buffers of the socket, which can be released at once.
 *
 * <p>A header is checked as soon as its 8 bytes are there. A body of more than {@link FrameEncoder#MAX_BODY} bytes is
 * refused at that moment (Galera reads on until its buffer is full and then closes without notice), so a link never
 * holds more than one body of that size.
 *
 * <p>After an exception the stream is lost: the caller closes the link and calls no more. Not thread-safe.
 */
public final class FrameDecoder {
    /** Takes the bodies, in order. */
    @FunctionalInterface
    public interface Sink {
        void accept(Bytes body) throws MalformedMessageException;
    }

    private static final byte[] NO_BODY = new byte[0];

    private final boolean verify;
    private final CRC32C crc32c = new CRC32C();
    private final CRC32 crc32 = new CRC32();
    private final byte[] lengthLe = new byte[4];

    /** The bytes of the header that came so far, the first one lowest. */
    private long header;

    private int headerBytes;
    private byte[] body = NO_BODY;
    private int bodyBytes;
    private boolean ended;

    /**
     * @param own this node's {@code socket.checksum}; {@link Checksum#NONE} switches the check off, any other value
     *     lets each frame say which one it carries
     */
    public FrameDecoder(Checksum own) {
        this.verify = own != Checksum.NONE;
    }

    /**
     * Consumes all of {@code in} and hands out the bodies that are complete. The caller keeps the ownership of the
     * buffer.
     *
     * @return false after an empty frame, which ends the stream (section 2.4): the peer is gone, what follows is ignored
     * @throws MalformedMessageException if the bytes are no frame, or the checksum is wrong
     */
    public boolean decode(ByteBuf in, Sink sink) throws MalformedMessageException {
        while (!ended && in.isReadable()) {
            if (headerBytes < FrameEncoder.HEADER_LENGTH) {
                readHeader(in);
            }
            if (headerBytes == FrameEncoder.HEADER_LENGTH && !ended) {
                readBody(in, sink);
            }
        }
        in.skipBytes(in.readableBytes());
        return !ended;
    }

    /** Whether a frame has begun and is not complete. */
    boolean isInsideFrame() {
        return headerBytes > 0;
    }

    /**
     * Whether two first bytes of a stream are those of a TLS handshake or alert record; a first frame never starts so,
     * its length is 36 or 132.
     *
     * @param first unsigned
     * @param second unsigned
     */
    public static boolean looksLikeTls(int first, int second) {
        return (first == 0x16 || first == 0x15) && second == 0x03;
    }

    /** The same for what is readable: one byte suffices if there are no more. */
    public static boolean looksLikeTls(ByteBuf in) {
        int at = in.readerIndex();
        return in.isReadable()
                && looksLikeTls(in.getUnsignedByte(at), in.readableBytes() > 1 ? in.getUnsignedByte(at + 1) : 0x03);
    }

    private void readHeader(ByteBuf in) throws MalformedMessageException {
        if (headerBytes == 0 && in.readableBytes() >= FrameEncoder.HEADER_LENGTH) {
            header = in.readLongLE();
            headerBytes = FrameEncoder.HEADER_LENGTH;
        } else {
            while (headerBytes < FrameEncoder.HEADER_LENGTH && in.isReadable()) {
                header |= (long) in.readUnsignedByte() << (8 * headerBytes++);
            }
            if (headerBytes < FrameEncoder.HEADER_LENGTH) {
                return;
            }
        }
        checkHeader();
    }

    private void checkHeader() throws MalformedMessageException {
        int word = (int) header;
        int length = word & 0xff_ffff;
        int flags = word >>> 24 & 0xf;
        int version = word >>> 28;
        if (version != 0 || (flags & ~3) != 0 || length > FrameEncoder.MAX_BODY) {
            throw new MalformedMessageException(notAFrame(word, length, flags, version));
        }
        if (length == 0) {
            // With a checksum or without: what counts is that nothing follows.
            ended = true;
        }
    }

    private static String notAFrame(int word, int length, int flags, int version) {
        if (looksLikeTls(word & 0xff, word >>> 8 & 0xff)) {
            return "TLS record where a Galera frame was expected: the peer runs with TLS";
        }
        if (version != 0) {
            return "no Galera frame: frame version " + version + ", only 0 is known (corrupt stream, port scanner or"
                    + " another application)";
        }
        if ((flags & ~3) != 0) {
            return "no Galera frame: unknown frame flags 0x" + Integer.toHexString(flags)
                    + " (corrupt stream, port scanner or another application)";
        }
        return "frame body of " + length + " bytes announced, at most " + FrameEncoder.MAX_BODY + " are allowed";
    }

    private void readBody(ByteBuf in, Sink sink) throws MalformedMessageException {
        int length = (int) header & 0xff_ffff;
        if (bodyBytes == 0) {
            if (!in.isReadable()) {
                return; // no memory for a body of which nothing came
            }
            body = new byte[length];
        }
        int count = Math.min(in.readableBytes(), length - bodyBytes);
        in.readBytes(body, bodyBytes, count);
        bodyBytes += count;
        if (bodyBytes < length) {
            return;
        }
        byte[] complete = body;
        int word = (int) header;
        int checksum = (int) (header >>> 32);
        header = 0;
        headerBytes = 0;
        body = NO_BODY;
        bodyBytes = 0;
        if (verify) {
            verify(complete, word >>> 24 & 0xf, checksum);
        }
        sink.accept(new Bytes(complete));
    }

    private void verify(byte[] complete, int flags, int announced) throws MalformedMessageException {
        int computed = 0;
        if (flags != 0) {
            java.util.zip.Checksum sum = (flags & Checksum.CRC32C.flag) != 0 ? crc32c : crc32;
            lengthLe[0] = (byte) complete.length;
            lengthLe[1] = (byte) (complete.length >>> 8);
            lengthLe[2] = (byte) (complete.length >>> 16);
            sum.reset();
            sum.update(lengthLe, 0, 4);
            sum.update(complete, 0, complete.length);
            computed = (int) sum.getValue();
        }
        if (computed != announced) {
            throw new MalformedMessageException("checksum of a frame with " + complete.length + " bytes and flags 0x"
                    + Integer.toHexString(flags) + " does not fit: header says 0x" + Integer.toHexString(announced)
                    + ", the bytes give 0x" + Integer.toHexString(computed));
        }
    }
}
