package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.ViewId;

/** What stands in the outbox of EVS until the layer above takes it. */
sealed interface EvsOutput permits EvsMessage.User, EvsView, EvsOutput.CausalPoint {
    /** The answer to a request of this node ({@link CausalQueue}). */
    record CausalPoint(ViewId view, int userType, Encodable body) implements EvsOutput {}
}
