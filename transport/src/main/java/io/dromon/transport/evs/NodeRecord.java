package io.dromon.transport.evs;

import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import io.netty.buffer.ByteBuf;
import java.util.UUID;

/**
 * What the sender of a JOIN or INSTALL knows of one node (chapter 02 section 2.7): 70 bytes, the UUID and
 *
 * <pre>
 *  0 flags    1 segment    2 leave_seq (8)    10 view id (20)    30 safe_seq (8)    38 lu (8)    46 hs (8)
 * </pre>
 *
 * @param flags {@link #OPERATIONAL}, {@link #SUSPECTED}, {@link #EVICTED}; other bits are kept and mean nothing
 * @param segment 0 on the wire but for one quirk; never compared
 * @param leaveSeq seq of the node's LEAVE, or -1
 * @param view current view of the node, {@link ViewId#NIL} if unknown
 * @param safeSeq what the node has reported to hold of everybody
 * @param lu lowest seq of the node that is missing
 * @param hs highest seq of the node that was seen
 */
record NodeRecord(UUID uuid, int flags, int segment, long leaveSeq, ViewId view, long safeSeq, long lu, long hs) {
    static final int LENGTH = 70;

    static final int OPERATIONAL = 0x01;
    static final int SUSPECTED = 0x02;
    static final int EVICTED = 0x04;

    boolean isOperational() {
        return (flags & OPERATIONAL) != 0;
    }

    boolean isSuspected() {
        return (flags & SUSPECTED) != 0;
    }

    boolean isEvicted() {
        return (flags & EVICTED) != 0;
    }

    boolean hasLeave() {
        return leaveSeq != -1;
    }

    /** Whether the node leaves gracefully. */
    boolean isLeaving() {
        return hasLeave() && !isOperational();
    }

    /** Equality as consensus wants it (section 2.7): neither segment nor the evicted bit counts. */
    boolean sameAs(NodeRecord other) {
        return ((flags ^ other.flags) & (OPERATIONAL | SUSPECTED)) == 0
                && leaveSeq == other.leaveSeq
                && safeSeq == other.safeSeq
                && lu == other.lu
                && hs == other.hs
                && view.equals(other.view);
    }

    void write(ByteBuf out) {
        Uuids.write(out, uuid);
        out.writeByte(flags);
        out.writeByte(segment);
        out.writeLongLE(leaveSeq);
        view.write(out);
        out.writeLongLE(safeSeq);
        out.writeLongLE(lu);
        out.writeLongLE(hs);
    }
}
