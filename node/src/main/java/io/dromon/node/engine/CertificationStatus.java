package io.dromon.node.engine;

import io.dromon.node.NodeStatus;
import io.dromon.node.certification.Conflict;
import io.dromon.node.writeset.Key;
import java.util.HexFormat;
import java.util.List;

/**
 * Certification at one moment; safe to hand to other threads.
 *
 * @param failed ordered write-sets that have failed since the start
 * @param ownFailed those of them that this node has sent
 * @param refused own write-sets that were refused before they were sent
 * @param indexedKeys keys in the index
 * @param claims own write-sets with keys on their way
 * @param conflicts the last conflicts of ordered write-sets, the oldest first
 * @param ordered how many write-sets were ordered
 */
public record CertificationStatus(
        long failed,
        long ownFailed,
        long refused,
        int indexedKeys,
        int claims,
        List<Conflict> conflicts,
        NodeStatus.Ordered ordered) {
    /** Of a node that certifies nothing. */
    static final CertificationStatus NONE = new CertificationStatus(0, 0, 0, 0, 0, List.of(), NodeStatus.Ordered.NONE);

    public CertificationStatus {
        conflicts = List.copyOf(conflicts);
    }

    /** In the words of the public API. */
    NodeStatus.Certification inPublic() {
        return new NodeStatus.Certification(
                failed,
                ownFailed,
                refused,
                indexedKeys,
                claims,
                conflicts.stream().map(CertificationStatus::conflict).toList(),
                ordered);
    }

    private static NodeStatus.Conflict conflict(Conflict conflict) {
        return new NodeStatus.Conflict(
                conflict.failed().seqno(),
                conflict.failed().source(),
                conflict.winner().seqno(),
                conflict.winner().source(),
                conflict.path().isEmpty()
                        ? HexFormat.of().toHexDigits(Long.reverseBytes(conflict.key()))
                        : Key.text(conflict.path()));
    }
}
