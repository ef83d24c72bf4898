package io.dromon.node.cli.member.lines;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A line of the order as it is stored.
 *
 * @param name bytes of the name of the node that wrote it
 * @param line with or without a line feed at its end; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by text
record LineRecord(long seqno, byte[] name, byte[] line) {
    /** Length and checksum in front of a record. */
    static final int HEAD = 8;

    private static final int FIXED = 10;
    private static final int LONGEST_NAME = 0xffff;

    /** The bytes behind {@link #HEAD}. */
    int bodyLength() {
        return FIXED + name.length + line.length;
    }

    /** Writes all of it; as many bytes as {@link #HEAD} and {@link #bodyLength} must be free. */
    void write(ByteBuffer out) {
        int head = out.position();
        int length = bodyLength();
        out.position(head + HEAD);
        out.putLong(seqno).putShort((short) name.length).put(name).put(line);
        CRC32C crc = new CRC32C();
        crc.update(out.array(), out.arrayOffset() + head + HEAD, length);
        out.putInt(head, length).putInt(head + Integer.BYTES, (int) crc.getValue());
    }

    /** Whether this may be the length of a body. */
    static boolean isPossible(int bodyLength) {
        return bodyLength >= FIXED;
    }

    /** Whether a body, all of an array, is whole. */
    static boolean isWhole(byte[] body, int checksum) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue() == checksum
                && FIXED + Short.toUnsignedInt(ByteBuffer.wrap(body).getShort(Long.BYTES)) <= body.length;
    }

    /** Reads a body that {@link #isWhole}. */
    static LineRecord read(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        long seqno = in.getLong();
        byte[] name = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(name);
        byte[] line = new byte[in.remaining()];
        in.get(line);
        return new LineRecord(seqno, name, line);
    }

    static LineRecord of(long seqno, String origin, ByteBuffer data) {
        byte[] name = origin.getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_NAME) {
            throw new IllegalArgumentException("a name of " + name.length + " bytes");
        }
        byte[] line = new byte[data.remaining()];
        data.duplicate().get(line);
        return new LineRecord(seqno, name, line);
    }

    /** As it is printed, with the line feed at its end. */
    byte[] text() {
        byte[] number = Long.toString(seqno).getBytes(StandardCharsets.US_ASCII);
        boolean open = line.length == 0 || line[line.length - 1] != '\n';
        ByteBuffer out = ByteBuffer.allocate(number.length + name.length + line.length + (open ? 3 : 2));
        out.put(number).put((byte) '\t').put(name).put((byte) '\t').put(line);
        if (open) {
            out.put((byte) '\n');
        }
        return out.array();
    }
}
