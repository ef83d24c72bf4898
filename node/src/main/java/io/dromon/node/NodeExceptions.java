package io.dromon.node;

import io.dromon.node.apply.CallFailures;
import io.dromon.transport.StackFailure;

/** What the transport reports, in the words of the public API. */
public final class NodeExceptions {
    private NodeExceptions() {}

    public static NodeException closed() {
        return CallFailures.ended(null);
    }

    static NodeException of(StackFailure failure) {
        return new NodeException(
                switch (failure.kind()) {
                    case NO_PRIMARY -> NodeException.Reason.NO_PRIMARY_COMPONENT;
                    case REFUSED -> NodeException.Reason.REFUSED;
                    case INCOMPATIBLE -> NodeException.Reason.INCOMPATIBLE_GROUP;
                    case PROTOCOL -> NodeException.Reason.PROTOCOL;
                },
                failure.message());
    }
}
