package io.dromon.node.engine;

import io.dromon.node.CertificationFailedException;
import io.dromon.node.CertificationFailedException.Against;
import io.dromon.node.ClusterView;
import io.dromon.node.NodeException;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.certification.Conflict;
import io.dromon.node.certification.Refusal;
import io.dromon.node.certification.Verdict;
import io.dromon.node.writeset.Key;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The failures of own write-sets in certification, in the words of the public API. Thread-safe.
 *
 * @param sendQueueBytes {@code node.send_queue_bytes}
 */
record CertificationFailures(long sendQueueBytes) {
    private static final String AGAIN = ". Read again and try again";
    private static final String TOO_OLD =
            "the snapshot of the transaction is older than what the members remember: the membership has changed since, or"
                    + " too much was committed" + AGAIN;

    /** A write-set was ordered and failed; of another node's nobody waits for it. */
    NodeException ofVerdict(@Nullable PendingCommit own, Verdict verdict, ClusterView members) {
        return switch (verdict.outcome()) {
            case CONFLICT -> ofConflict(own, verdict.conflict(), members);
            case TOO_OLD -> new CertificationFailedException(TOO_OLD, null);
            case WRONG_VERSION, MALFORMED, PASSED ->
                new NodeException(
                        NodeException.Reason.PROTOCOL,
                        "write-set " + verdict.seqno() + " was applied by no member: " + verdict.outcome());
        };
    }

    /** A write-set was not sent. */
    NodeException ofRefusal(PendingCommit own, Refusal why, ClusterView members) {
        return switch (why.reason()) {
            case IN_FLIGHT, COMMITTED -> ofConflict(own, why.conflict(), members);
            case SNAPSHOT_TOO_OLD -> new CertificationFailedException(TOO_OLD, null);
            case SNAPSHOT_UNKNOWN ->
                new CertificationFailedException(
                        "the transaction is based on number " + own.change().basedOn() + " or on the history of before,"
                                + " which this node has not delivered" + AGAIN,
                        null);
            case TABLE_FULL ->
                new NodeException(
                        NodeException.Reason.BUSY,
                        "too many write-sets with keys, or too many keys, are on their way; wait for Node.room(), or for"
                                + " what was asked for before, and try again");
            case QUEUE_FULL -> CallFailures.busy(sendQueueBytes);
        };
    }

    private static NodeException ofConflict(
            @Nullable PendingCommit own, @Nullable Conflict conflict, ClusterView members) {
        if (conflict == null) {
            return new CertificationFailedException(TOO_OLD, null);
        }
        List<Bytes> path = own == null
                ? conflict.path()
                : own.change().pathOf(conflict.key()).orElse(conflict.path());
        Conflict.Party winner = conflict.winner();
        String name = name(winner.source(), members);
        boolean ordered = winner.seqno() != Conflict.Party.UNORDERED;
        String text = "the transaction has " + conflict.type() + " key " + Key.text(path) + ", which "
                + (ordered ? "write-set " + winner.seqno() : "a write-set that is on its way") + " of "
                + (name.isEmpty() ? Uuids.brief(winner.source()) : name) + " has as " + conflict.winnerType()
                + (ordered ? " since" : "") + AGAIN;
        return new CertificationFailedException(
                text,
                new Against(
                        ordered ? OptionalLong.of(winner.seqno()) : OptionalLong.empty(),
                        winner.source(),
                        name,
                        Key.texts(path)));
    }

    private static String name(UUID member, ClusterView members) {
        return members.members().stream()
                .filter(other -> other.uuid().equals(member))
                .map(ClusterView.Member::name)
                .findFirst()
                .orElse("");
    }
}
