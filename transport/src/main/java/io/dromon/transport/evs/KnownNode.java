package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is kept of each node that this node knows of, itself included (chapter 02 section 4). */
final class KnownNode {
    /** Before every time: the next inactivity check finds the node silent for longer than any timeout. */
    static final long LONG_AGO = Long.MIN_VALUE / 2;

    final UUID uuid;
    /** Rank in the current view, -1 if it is not a member. */
    int index = -1;
    /** Once false it stays so until the entry is removed. */
    boolean operational = true;

    boolean suspected;
    boolean inactive;
    /** What a node was before it was started again, and named by others only. */
    boolean former;

    /** A JOIN of this node has ended a proposal in this gather. */
    boolean hasRestartedGather;

    boolean committed;
    boolean installed;

    @Nullable
    Join join;

    @Nullable
    Leave leave;

    @Nullable
    DelayedList delayedList;

    long delayedListNs;
    /** Last progress. */
    long progressNs;
    /** Last message that came from the node itself. */
    long seenNs;
    /** fifo_seq of the last accepted message. */
    long fifoSeq = -1;
    /** When messages were last requested from this node. */
    long requestedNs = LONG_AGO;

    KnownNode(UUID uuid, long nowNs) {
        this.uuid = uuid;
        this.progressNs = nowNs;
        this.seenNs = nowNs;
    }

    void describe(StringBuilder text) {
        text.append(" [").append(Uuids.brief(uuid)).append(isMember() ? " member" : "");
        text.append(operational ? "" : " gone").append(suspected ? " suspected" : "");
        text.append(join == null ? "" : " JOIN").append(leave == null ? "" : " LEAVE");
        text.append(committed ? " committed" : "")
                .append(installed ? " installed" : "")
                .append(']');
    }

    /** Gone, and not by a LEAVE. Whatever it still repeats is no sign of life: the others are to see it suspected. */
    boolean isGivenUp() {
        return !operational && leave == null;
    }

    boolean isMember() {
        return index >= 0;
    }
}
