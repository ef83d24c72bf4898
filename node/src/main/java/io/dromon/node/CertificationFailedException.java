package io.dromon.node;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The transaction must be run again: another one that it did not see came first. The write-set was applied by no member. Read
 * again, then replicate what follows from that.
 */
public final class CertificationFailedException extends NodeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Against against;

    /** @param against null if the snapshot was too old to tell */
    public CertificationFailedException(String message, @Nullable Against against) {
        super(Reason.CERTIFICATION_FAILED, message);
        this.against = against;
    }

    /** Against whom, and on which key; empty if the members need not know any more what was committed since the snapshot. */
    public Optional<Against> against() {
        return Optional.ofNullable(against);
    }

    /**
     * The write-set that came first.
     *
     * @param seqno its number; empty if it is one of this node that is still on its way
     * @param node the member that sent it
     * @param nodeName its name; empty if it has left
     * @param key the key that decided, or the branch of one, as the failed write-set has given it; a part that is no text
     *     in hexadecimal
     */
    public record Against(OptionalLong seqno, UUID node, String nodeName, List<String> key) {
        public Against {
            key = List.copyOf(key);
        }
    }
}
