package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import org.jspecify.annotations.Nullable;

/** An action of this node on its way to the group and back. */
final class OwnAction {
    final int type;
    final Bytes data;
    /** Null for state requests. */
    final Ticket.@Nullable OfWriteSet ticket;
    /** What a state request asks; null for write-sets. */
    final @Nullable StateRequestPayload request;

    int sentFragments;
    int sentBytes;
    /** Whether its end was reported. */
    boolean done;

    private OwnAction(int type, Bytes data, Ticket.@Nullable OfWriteSet ticket, @Nullable StateRequestPayload request) {
        this.type = type;
        this.data = data;
        this.ticket = ticket;
        this.request = request;
    }

    static OwnAction writeSet(Bytes data, Ticket.OfWriteSet ticket) {
        return new OwnAction(ActionType.WRITESET, data, ticket, null);
    }

    static OwnAction stateRequest(StateRequestPayload request) {
        return new OwnAction(ActionType.STATE_REQ, request.encode(), null, request);
    }

    /** The same once more, as a new action. */
    OwnAction again() {
        return new OwnAction(type, data, ticket, request);
    }

    /** Starts over with fragment 0. */
    void rewind() {
        sentFragments = 0;
        sentBytes = 0;
    }

    boolean isDesync() {
        return request != null && request.isDesync();
    }

    boolean isSent() {
        return sentBytes == data.length();
    }
}
