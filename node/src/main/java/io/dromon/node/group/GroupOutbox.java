package io.dromon.node.group;

import io.dromon.transport.wire.Position;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** What the calls of the group layer have led to, in order, until the node takes it. */
final class GroupOutbox {
    /** What is no event of the order. */
    private record Other(Consumer<GroupDeliveries> hand) {}

    /** Events as they are, so that nothing is made for one; else {@link Other}. */
    private final ArrayDeque<Object> output = new ArrayDeque<>();

    void deliver(GroupEvent event) {
        output.add(event);
    }

    void writeSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
        output.add(new Other(above -> above.onWriteSetFailed(ticket, reason)));
    }

    void readFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        output.add(new Other(above -> above.onReadFailed(ticket, reason)));
    }

    void majoritySynced(Position position) {
        output.add(new Other(above -> above.onMajoritySynced(position)));
    }

    void inconsistent(String reason) {
        output.add(new Other(above -> above.onInconsistent(reason)));
    }

    void incompatible(String reason) {
        output.add(new Other(above -> above.onIncompatible(reason)));
    }

    void drain(GroupDeliveries above) {
        for (Object next = output.poll(); next != null; next = output.poll()) {
            if (next instanceof GroupEvent event) {
                above.deliver(event);
            } else if (next instanceof Other other) {
                other.hand().accept(above);
            }
        }
    }
}
