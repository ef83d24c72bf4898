package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Points in the order behind all that the group had ordered when they were asked for (chapter 04 section 3.1, type
 * CAUSAL; chapter 05 section 8.9). They go through the layers below and back, never on the wire.
 */
final class CausalReads {
    /** What the layer below brings back. */
    static final class Mark implements Encodable {
        private final Ticket.OfRead ticket;

        private Mark(Ticket.OfRead ticket) {
            this.ticket = ticket;
        }

        @Override
        public int encodedLength() {
            return 1;
        }

        @Override
        public void encode(ByteBuf out) {
            out.writeByte(0);
        }
    }

    /** Reads asked for at a time. */
    static final int MAX_READS = 65_536;

    private final Configuration configuration;
    private final GroupOutbox outbox;
    private final GroupSender below;
    private final ArrayDeque<Mark> waiting = new ArrayDeque<>();
    /** Given to the layer below, in this order, and not back. */
    private final ArrayDeque<Mark> asked = new ArrayDeque<>();

    CausalReads(Configuration configuration, GroupOutbox outbox, GroupSender below) {
        this.configuration = configuration;
        this.outbox = outbox;
        this.below = below;
    }

    /** {@link GroupCore#sync}. */
    boolean ask(Ticket.OfRead ticket) {
        if (configuration.isOver()) {
            outbox.readFailed(ticket, ReplicationFailure.CLOSED);
        } else if (configuration.state() == GroupState.NON_PRIMARY) {
            outbox.readFailed(ticket, ReplicationFailure.PRIMARY_LOST);
        } else if (waiting.size() + asked.size() >= MAX_READS) {
            return false;
        } else {
            waiting.addLast(new Mark(ticket));
        }
        return true;
    }

    /** A view begins: what did not come back will not. */
    void askAgain() {
        while (!asked.isEmpty()) {
            waiting.addFirst(asked.removeLast());
        }
    }

    /** Ends all of them. */
    void fail(ReplicationFailure reason) {
        askAgain();
        for (Mark mark = waiting.pollFirst(); mark != null; mark = waiting.pollFirst()) {
            outbox.readFailed(mark.ticket, reason);
        }
    }

    /** In a primary configuration; returns false if the layer below takes no more. */
    boolean send(long nowNs) {
        while (!waiting.isEmpty()) {
            if (below.sendLocalCausal(MessageType.CAUSAL, waiting.getFirst(), nowNs) != SendResult.ACCEPTED) {
                return false;
            }
            asked.addLast(waiting.removeFirst());
        }
        return true;
    }

    void onMark(Mark mark) {
        // The layer below keeps their order: it is the first, or was asked for again after a view.
        if (configuration.isPrimary() && asked.removeFirstOccurrence(mark)) {
            outbox.deliver(new GroupEvent.CausalPoint(configuration.actId, mark.ticket));
        }
    }
}
