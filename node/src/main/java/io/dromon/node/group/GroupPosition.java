package io.dromon.node.group;

import io.dromon.transport.wire.Uuids;
import java.util.UUID;

/**
 * A place in a history of write-sets (GTID).
 *
 * @param uuid the history, {@link Uuids#NIL} if none
 * @param seqno last seqno that is included, -1 if none
 */
public record GroupPosition(UUID uuid, long seqno) {
    /** No history. */
    public static final GroupPosition NONE = new GroupPosition(Uuids.NIL, -1);

    public GroupPosition {
        if (uuid.equals(Uuids.NIL) != (seqno < 0) || seqno < -1) {
            throw new IllegalArgumentException("a history without a seqno, or the reverse: " + uuid + ":" + seqno);
        }
    }

    @Override
    public String toString() {
        return uuid + ":" + seqno;
    }
}
