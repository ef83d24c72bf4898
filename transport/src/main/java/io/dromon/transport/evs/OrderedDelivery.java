package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Hands messages to the layer above, in their order (chapter 02 sections 5.8, 5.9 and 7.9 step 3). */
final class OrderedDelivery {
    private final GroupKnowledge group;
    private final EvsEffects effects;
    final CausalQueue causal = new CausalQueue();
    private boolean delivering;

    OrderedDelivery(GroupKnowledge group, EvsEffects effects) {
        this.group = group;
        this.effects = effects;
    }

    /** Delivers what is safe; does nothing inside of a delivery. Returns whether anything was delivered. */
    boolean deliverSafe() {
        if (delivering) {
            return false;
        }
        delivering = true;
        boolean any = false;
        try {
            InputMap input = group.input;
            for (User message = input.next(); message != null; message = input.next()) {
                any = true;
                deliver(message);
            }
            input.trim();
            any |= deliverCausal(input.safe());
        } finally {
            delivering = false;
        }
        return any;
    }

    /**
     * Delivers what is left of the view that ends.
     *
     * @param install what the next view's members have agreed on; null if there is none, on leaving
     */
    void deliverTransitional(@Nullable Install install) {
        InputMap input = group.input;
        long[] limit = new long[input.size()];
        Arrays.fill(limit, Long.MAX_VALUE);
        if (install != null) {
            for (KnownNode member : group.members) {
                NodeRecord record = install.record(member.uuid);
                limit[member.index] = record == null ? -1 : record.hs();
            }
        }
        delivering = true;
        try {
            for (User message = input.nextTransitional(limit);
                    message != null;
                    message = input.nextTransitional(limit)) {
                deliver(message);
            }
            deliverCausal(group.lastSent);
            causal.clear();
        } finally {
            delivering = false;
        }
    }

    private boolean deliverCausal(long upToSeq) {
        boolean any = false;
        if (causal.isEmpty()) {
            return any;
        }
        for (CausalQueue.Entry entry = causal.pollUpTo(upToSeq); entry != null; entry = causal.pollUpTo(upToSeq)) {
            any = true;
            effects.deliver(group.self, group.view, entry.userType(), Order.SAFE, entry.body());
        }
        return any;
    }

    private void deliver(User message) {
        Encodable payload = message.payload();
        if (payload instanceof Aggregate aggregate) {
            for (int i = 0; i < aggregate.size(); i++) {
                effects.deliver(
                        message.source(), message.view(), aggregate.userType(i), message.order(), aggregate.body(i));
            }
        } else if (message.isAggregate()) {
            deliverParts(message, (Bytes) payload);
        } else {
            effects.deliver(message.source(), message.view(), message.userType(), message.order(), payload);
        }
    }

    /** The decoder has checked that the parts fill the payload exactly. */
    private void deliverParts(User message, Bytes payload) {
        byte[] in = payload.array();
        int end = payload.offset() + payload.length();
        int at = payload.offset();
        while (at < end) {
            int length = EvsDecoder.partLength(in, at);
            Bytes part = new Bytes(in, at + Aggregate.HEAD, length);
            effects.deliver(message.source(), message.view(), in[at + 1] & 0xff, message.order(), part);
            at += Aggregate.HEAD + length;
        }
    }
}
