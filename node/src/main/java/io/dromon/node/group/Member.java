package io.dromon.node.group;

import io.dromon.transport.wire.PeerText;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is tracked of one member (chapter 04 section 5.1). */
final class Member {
    final UUID uuid;
    int index;
    int segment;
    /** Raw bytes of the text as Latin-1, see {@link StateMessage}. */
    String name = "";

    String address = "";
    MemberStatus status = MemberStatus.NON_PRIM;
    long lastApplied;
    long voteSeqno = -1;
    long voteValue;
    int desyncCount;
    /** STOPs of flow control less CONTs, in this configuration. */
    int stops;
    /** Bytes of its write-sets since this node's last STOP. */
    long bytesSinceStop;

    /** What it has told that it has synced ({@link DurabilityReports}). */
    long synced = DurabilityReports.UNKNOWN;
    /** It has told what cannot be true of that. */
    boolean toldNonsense;

    boolean countsLastApplied;
    boolean arbitrator;
    boolean bootstrap;
    long cached = -1;
    /** The member that it gives its state to, nil if none. */
    UUID joiner = Uuids.NIL;
    /** The member that gives it the state, nil if none. */
    UUID donor = Uuids.NIL;

    @Nullable
    StateMessage stateMessage;

    final Reassembly channel;

    Member(UUID uuid, Reassembly.Budget budget) {
        this.uuid = uuid;
        this.channel = new Reassembly(budget);
    }

    /** Whether its progress is part of the commit cut and its votes count. */
    boolean isCounted() {
        return countsLastApplied && !arbitrator;
    }

    GroupMember snapshot() {
        return new GroupMember(
                uuid,
                PeerText.printable(text(name)),
                PeerText.printable(text(address)),
                segment,
                status,
                arbitrator,
                cached);
    }

    static String raw(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String text(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
