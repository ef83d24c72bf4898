package io.dromon.node.ist;

import io.dromon.node.ist.protocol.IstException;
import io.dromon.transport.wire.LinkFailure;
import org.jspecify.annotations.Nullable;

/** A connection that did not become one of a transfer, with the verdict as links give it. */
final class RefusedPeerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final IstException.Reason reason;
    private final transient LinkFailure failure;

    RefusedPeerException(IstException.Reason reason, LinkFailure failure, @Nullable Throwable cause) {
        super(failure.message(), cause);
        this.reason = reason;
        this.failure = failure;
    }

    LinkFailure failure() {
        return failure;
    }

    IstException asIst() {
        return new IstException(reason, failure.message(), this);
    }
}
