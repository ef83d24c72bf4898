package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;

/**
 * Header of a fragment of an action (chapter 04 section 4.2), followed by the data.
 *
 * <pre>
 *  0 PV (1) | 1 action id (7, big-endian) | 8 size (4) | 12 number (4) | 16 type (1) | 17 zero (3)
 * </pre>
 *
 * @param version gcs version of the configuration, 0 to 255
 * @param actionId the sender's counter, 56 bits
 * @param size bytes of the whole action, 0 to 2^31 - 1
 * @param number of the fragment, from 0, unsigned 32 bits
 * @param type {@link ActionType}
 */
record FragmentHeader(int version, long actionId, int size, long number, int type) {
    static final int LENGTH = 20;

    private static final long ID_MASK = 0x00ff_ffff_ffff_ffffL;

    static FragmentHeader decode(Bytes message) throws MalformedMessageException {
        ByteReader in = new ByteReader(message);
        long first = in.i64BigEndian();
        int size = in.i32();
        long number = in.i32() & 0xffff_ffffL;
        int type = in.u8();
        in.u8();
        in.u16();
        if (size < 0) {
            throw new MalformedMessageException("action of " + (size & 0xffff_ffffL) + " bytes");
        }
        return new FragmentHeader((int) (first >>> 56), first & ID_MASK, size, number, type);
    }

    void encode(ByteBuf out) {
        out.writeLong(((long) version << 56) | (actionId & ID_MASK));
        out.writeIntLE(size);
        out.writeIntLE((int) number);
        out.writeByte(type);
        out.writeMedium(0);
    }
}
