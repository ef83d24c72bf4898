package io.dromon.transport.primary;

import io.dromon.transport.evs.Order;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Numbers the messages of the layer above, and checks the numbers of those that come (section 5.9). */
final class UserMessages {
    private final Component component;
    private final boolean checksum;
    private final PrimaryOutbox outbox;
    private int lastSentSeq;

    UserMessages(Component component, boolean checksum, PrimaryOutbox outbox) {
        this.component = component;
        this.checksum = checksum;
        this.outbox = outbox;
    }

    /** A primary view begins: the next message is number 1. */
    void restart() {
        lastSentSeq = 0;
    }

    /** The next safe message; its number is taken when {@link #sent} is called. */
    PcMessage.User next(Encodable payload) {
        return new PcMessage.User(component.version(), checksum, lastSentSeq + 1, payload);
    }

    void sent(PcMessage.User message) {
        lastSentSeq = message.seq();
    }

    /**
     * Delivers a message of a state in which user messages come.
     *
     * @return null, or which rule it broke that every member sees it break; it was dropped then
     */
    @Nullable
    String deliver(UUID source, int userType, Order order, int seq, Encodable payload) throws FatalException {
        if (!component.self.prim) {
            return deliverUncounted(source, userType, order, seq, payload);
        }
        long toSeq = -1;
        if (order == Order.SAFE) {
            Instance sender = component.instances.find(source);
            if (sender == null) {
                throw new FatalException("user message of node " + Uuids.brief(source) + ", which is not known");
            }
            if (seq != sender.lastSeq + 1 && !(sender.restarted && seq == 1)) {
                throw new FatalException("gap in message sequence of node " + Uuids.brief(source) + ": "
                        + Integer.toUnsignedString(seq) + " after " + Integer.toUnsignedString(sender.lastSeq));
            }
            sender.restarted = false;
            sender.lastSeq = seq;
            toSeq = ++component.self.toSeq;
        }
        outbox.message(source, userType, toSeq, payload);
        return null;
    }

    /** Without quorum: those who are here are heard, but nothing counts any more. */
    private @Nullable String deliverUncounted(UUID source, int userType, Order order, int seq, Encodable payload) {
        Instance sender = component.instances.find(source);
        if (sender == null || !component.isPresent(source)) {
            return null;
        }
        if (order == Order.SAFE) {
            if (seq != sender.lastSeq + 1) {
                return "gap in message sequence outside of the primary component";
            }
            sender.lastSeq = seq;
        }
        outbox.message(source, userType, -1, payload);
        return null;
    }
}
