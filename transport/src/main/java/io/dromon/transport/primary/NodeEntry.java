package io.dromon.transport.primary;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * What a STATE or INSTALL message says about one node, 52 bytes (section 2.3):
 *
 * <pre>
 *   0 uuid (16) | 16 flags (1) | 17 zero (1) | 18 segment (1) | 19 weight (1)
 *  20 last_seq (4) | 24 last_prim (20) | 44 to_seq (8)
 *  flags: 1 prim, 2 weight present, 4 un, 8 evicted
 * </pre>
 *
 * @param un the sender does not know whether this node installed a primary view that the sender did not
 * @param weight 0 to 255, or {@link #UNKNOWN_WEIGHT}
 * @param lastSeq number of its last safe user message, {@link #NEVER} if it was in no primary component yet
 * @param lastPrim its last primary view; type NON_PRIM: none, or one that was restored from disk
 * @param toSeq number of group-ordered messages minus 1
 */
record NodeEntry(
        UUID uuid,
        boolean prim,
        boolean un,
        boolean evicted,
        int segment,
        int weight,
        int lastSeq,
        ViewId lastPrim,
        long toSeq) {
    static final int LENGTH = 52;
    static final int UNKNOWN_WEIGHT = -1;
    static final int NEVER = 0xFFFF_FFFF;

    private static final int PRIM = 1;
    private static final int WEIGHT_PRESENT = 2;
    private static final int UN = 4;
    private static final int EVICTED = 8;

    static NodeEntry read(ByteReader in) throws MalformedMessageException {
        UUID uuid = in.uuid();
        int flags = in.u8();
        in.u8();
        int segment = in.u8();
        int weight = in.u8();
        return new NodeEntry(
                uuid,
                (flags & PRIM) != 0,
                (flags & UN) != 0,
                (flags & EVICTED) != 0,
                segment,
                (flags & WEIGHT_PRESENT) != 0 ? weight : UNKNOWN_WEIGHT,
                in.i32(),
                ViewId.read(in),
                in.i64());
    }

    void write(ByteBuf out) {
        Uuids.write(out, uuid);
        int flags = (prim ? PRIM : 0) | (un ? UN : 0) | (evicted ? EVICTED : 0);
        out.writeByte(weight == UNKNOWN_WEIGHT ? flags : flags | WEIGHT_PRESENT);
        out.writeByte(0);
        out.writeByte(segment);
        out.writeByte(weight == UNKNOWN_WEIGHT ? 0 : weight);
        out.writeIntLE(lastSeq);
        lastPrim.write(out);
        out.writeLongLE(toSeq);
    }

    NodeEntry withWeight(int newWeight) {
        return new NodeEntry(uuid, prim, un, evicted, segment, newWeight, lastSeq, lastPrim, toSeq);
    }
}
