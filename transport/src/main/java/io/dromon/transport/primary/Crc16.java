package io.dromon.transport.primary;

import io.netty.buffer.ByteBuf;

/** CRC-16/ARC as PC messages carry it: over a 32-bit length and the message from offset 4 on (section 2.5). */
final class Crc16 {
    private static final int POLYNOMIAL = 0xA001;
    private static final short[] TABLE = new short[256];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            TABLE[i] = (short) crc;
        }
    }

    private Crc16() {}

    static int of(byte[] array, int offset, int length) {
        return update(0, array, offset, length);
    }

    /** Of the PC message that begins at {@code offset}; its first four bytes do not count. */
    static int ofMessage(byte[] array, int offset, int length) {
        return update(ofLength(length - 4), array, offset + 4, length - 4);
    }

    /** Of the PC message that was written to {@code out} from index {@code start} to the writer index. */
    static int ofMessage(ByteBuf out, int start) {
        int end = out.writerIndex();
        int crc = ofLength(end - start - 4);
        for (int i = start + 4; i < end; i++) {
            crc = next(crc, out.getByte(i));
        }
        return crc;
    }

    private static int ofLength(int length) {
        int crc = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            crc = next(crc, length >>> shift);
        }
        return crc;
    }

    private static int update(int initial, byte[] array, int offset, int length) {
        int crc = initial;
        for (int i = offset; i < offset + length; i++) {
            crc = next(crc, array[i]);
        }
        return crc;
    }

    private static int next(int crc, int octet) {
        return (crc >>> 8) ^ (TABLE[(crc ^ octet) & 0xff] & 0xffff);
    }
}
