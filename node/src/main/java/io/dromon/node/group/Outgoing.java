package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.TransportNews;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * All that this node has to tell the group: control messages, what is durable, causal reads, actions. It is sent in this order, as far as
 * the layer below takes it; the rest is tried again 10 ms later.
 */
final class Outgoing {
    private static final long RETRY_NS = 10_000_000;

    final ControlMessages control;
    final DurabilityReports durability;
    final CausalReads reads;
    final SendQueue queue;

    private final Configuration configuration;
    private final FlowControl flow;
    private long retryAtNs = Long.MAX_VALUE;

    Outgoing(
            GroupSettings settings,
            Configuration configuration,
            FlowControl flow,
            ToIntFunction<UUID> weights,
            GroupSender below,
            GroupOutbox outbox,
            TransportNews news) {
        this.configuration = configuration;
        this.flow = flow;
        this.control = new ControlMessages(settings, configuration, flow, below);
        this.durability = new DurabilityReports(settings, configuration, weights, below, outbox, news);
        this.reads = new CausalReads(configuration, outbox, below);
        this.queue = new SendQueue(settings.maxPacketSize(), outbox, below);
    }

    /** A primary configuration begins: what was cut off starts over, and write-sets end that no member would count. */
    void onPrimaryConfiguration() {
        Member self = configuration.self;
        queue.rewind();
        if (!self.status.isJoined()) {
            queue.failUnsent(ReplicationFailure.NOT_JOINED);
        }
        control.onConfiguration(self.status, self.lastApplied);
        durability.onPrimaryConfiguration();
    }

    /** Nothing is ordered any more. */
    void onNonPrimaryConfiguration(ReplicationFailure reason) {
        queue.rewind();
        queue.failUnsent(reason);
        queue.failSent();
        queue.failRequests();
        reads.fail(reason);
        durability.onNonPrimaryConfiguration();
    }

    /** This node leaves because it must not be a member. */
    void onWithdrawal() {
        queue.rewind();
        queue.failUnsent(ReplicationFailure.CLOSED);
        queue.failSent();
        reads.fail(ReplicationFailure.CLOSED);
    }

    /** When {@link #send} is due though nothing happens; {@link Long#MAX_VALUE} if it is not. */
    long nextDeadlineNs() {
        return retryAtNs == Long.MAX_VALUE ? durability.nextDeadlineNs() : retryAtNs;
    }

    void send(long nowNs) {
        retryAtNs = sendAll(nowNs) ? Long.MAX_VALUE : nowNs + RETRY_NS;
    }

    /** Returns whether the layer below has taken all that may be sent now. */
    private boolean sendAll(long nowNs) {
        return switch (configuration.state()) {
            case WAIT_STATE_UUID, WAIT_STATE_MSG -> control.sendExchange();
            case PRIMARY -> control.send() && durability.send(nowNs) && reads.send(nowNs) && sendActions();
            case NON_PRIMARY, INCONSISTENT, CLOSED -> true;
        };
    }

    private boolean sendActions() {
        while (configuration.isPrimary() && queue.hasNext(!flow.isPaused(), configuration.self.status.isJoined())) {
            if (queue.sendNext(configuration.gcs()) != SendResult.ACCEPTED) {
                return false;
            }
        }
        return true;
    }
}
