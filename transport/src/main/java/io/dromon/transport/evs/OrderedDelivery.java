package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is due for the layer above, in its order (chapter 02 sections 5.8, 5.9 and 7.9 step 3), and the outbox in which it
 * stands until that layer takes it.
 */
final class OrderedDelivery {
    private final GroupKnowledge group;
    private final ArrayDeque<EvsOutput> outbox = new ArrayDeque<>();
    /** Views in the outbox. */
    private int views;

    final CausalQueue causal = new CausalQueue();

    OrderedDelivery(GroupKnowledge group) {
        this.group = group;
    }

    // Into the outbox

    /** Delivers what is safe. */
    void deliverSafe() {
        InputMap input = group.input;
        for (User message = input.next(); message != null; message = input.next()) {
            outbox.add(message);
        }
        input.trim();
        deliverCausal(input.safe());
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
        for (User message = input.nextTransitional(limit); message != null; message = input.nextTransitional(limit)) {
            outbox.add(message);
        }
        deliverCausal(group.lastSent);
        causal.clear();
    }

    private void deliverCausal(long upToSeq) {
        if (causal.isEmpty()) {
            return;
        }
        for (CausalQueue.Entry entry = causal.pollUpTo(upToSeq); entry != null; entry = causal.pollUpTo(upToSeq)) {
            outbox.add(new EvsOutput.CausalPoint(group.view, entry.userType(), entry.body()));
        }
    }

    void deliverView(EvsView view) {
        outbox.add(view);
        views++;
    }

    // Out of it

    boolean isTaken() {
        return outbox.isEmpty();
    }

    /**
     * Whether a view was delivered that the layer above has not taken: until then it is in the old one, and nothing
     * that it sends belongs into the new one.
     */
    boolean awaitsView() {
        return views > 0;
    }

    void drain(EvsDeliveries above) {
        for (EvsOutput next = outbox.poll(); next != null; next = outbox.poll()) {
            if (next instanceof User message) {
                hand(message, above);
            } else if (next instanceof EvsView view) {
                views--;
                above.onView(view);
            } else if (next instanceof EvsOutput.CausalPoint point) {
                above.onMessage(group.self, point.view(), point.userType(), Order.SAFE, point.body());
            }
        }
    }

    private static void hand(User message, EvsDeliveries above) {
        Encodable payload = message.payload();
        if (payload instanceof Aggregate aggregate) {
            for (int i = 0; i < aggregate.size(); i++) {
                above.onMessage(
                        message.source(), message.view(), aggregate.userType(i), message.order(), aggregate.body(i));
            }
        } else if (message.isAggregate()) {
            handParts(message, (Bytes) payload, above);
        } else {
            above.onMessage(message.source(), message.view(), message.userType(), message.order(), payload);
        }
    }

    /** The decoder has checked that the parts fill the payload exactly. */
    private static void handParts(User message, Bytes payload, EvsDeliveries above) {
        byte[] in = payload.array();
        int end = payload.offset() + payload.length();
        int at = payload.offset();
        while (at < end) {
            int length = EvsDecoder.partLength(in, at);
            Bytes part = new Bytes(in, at + Aggregate.HEAD, length);
            above.onMessage(message.source(), message.view(), in[at + 1] & 0xff, message.order(), part);
            at += Aggregate.HEAD + length;
        }
    }
}
