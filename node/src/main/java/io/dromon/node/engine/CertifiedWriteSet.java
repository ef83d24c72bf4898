package io.dromon.node.engine;

import io.dromon.node.certification.Verdict;
import io.dromon.node.group.Ticket;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.Bytes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A write-set of the group's order with its verdict.
 *
 * @param origin the member that sent it
 * @param originIndex its place in the view, -1 if it is in it no more
 * @param data what the application gave there; empty if no member can read the write-set
 * @param content all of it; null if no member can read it
 * @param ticket of {@link NodeCore#replicate} if this node sent it
 */
public record CertifiedWriteSet(
        UUID origin,
        int originIndex,
        Bytes data,
        @Nullable ReceivedWriteSet content,
        Verdict verdict,
        Ticket.@Nullable OfWriteSet ticket) {
    /** Its place in the order. */
    public long seqno() {
        return verdict.seqno();
    }
}
