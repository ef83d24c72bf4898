package io.dromon.node.engine;

import io.dromon.node.group.GroupCore;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.DonorCode;
import io.dromon.node.state.core.StateOutput;
import io.dromon.node.state.core.StateReceiver;
import io.dromon.node.state.core.TransferInputs;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the order and the application: lets events pass, or holds them back until a state transfer has brought
 * what lies before them. A part of the core; for the node's one protocol thread.
 */
public final class OrderGate implements TransferInputs {
    /** Estimate of what an event keeps that is no write-set. */
    private static final int EVENT_BYTES = 256;

    private static final long NO_NUMBER = -1;

    /** An event that is held back: one of both. */
    private record Held(
            @Nullable GroupEvent event, @Nullable CertifiedWriteSet writeSet) {}

    private final GroupCore group;
    private final NodeCore.Effects effects;
    private final Consumer<String> impossible;
    /** Null for an application that keeps no state: everything passes. */
    private final @Nullable StateReceiver<Held> receiver;

    /** @param impossible told why this node must leave */
    OrderGate(
            GroupCore group,
            NodeCore.Effects effects,
            Consumer<String> impossible,
            Position position,
            TransfersState transfers) {
        this.group = group;
        this.effects = effects;
        this.impossible = impossible;
        this.receiver = transfers == TransfersState.NO
                ? null
                : new StateReceiver<>(position, transfers == TransfersState.AS_EVENTS_OR_SNAPSHOT);
    }

    // ---- the order

    void deliver(CertifiedWriteSet writeSet) {
        if (receiver == null) {
            effects.deliver(writeSet);
        } else if (receiver.isHolding()) {
            receiver.hold(
                    new Held(null, writeSet),
                    writeSet.seqno(),
                    EVENT_BYTES + writeSet.data().length());
            drain(receiver);
        } else {
            receiver.passed(writeSet.seqno());
            effects.deliver(writeSet);
        }
    }

    void deliver(GroupEvent event, long nowNs) {
        if (receiver != null) {
            judge(event, receiver, nowNs);
        } else {
            effects.deliver(event);
        }
    }

    private void judge(GroupEvent event, StateReceiver<Held> to, long nowNs) {
        boolean waits = event instanceof GroupEvent.CausalPoint;
        if (event instanceof GroupEvent.ConfigurationChange change) {
            waits = !change.members().isEmpty();
            if (!waits) {
                to.end();
            } else if (change.isPrimary()
                    && to.onConfiguration(
                            change.groupUuid(),
                            change.seqno(),
                            change.ownStatus(),
                            change.continues(),
                            firstCached(change),
                            nowNs)) {
                effects.onHistory(change);
            }
        } else if (event instanceof GroupEvent.StateRequestResult result) {
            to.onRequestResult(result.donorIndex(), nowNs);
        } else if (event instanceof GroupEvent.StateTransferLost lost && lost.code() == DonorCode.OF_ANOTHER_BRANCH) {
            to.onAnotherBranch();
        } else if (event instanceof GroupEvent.StateTransferLost lost) {
            String reason = lost.reason() + (lost.code() < 0 ? ": " + DonorCode.meaning(lost.code()) : "");
            to.onTransferLost(reason, DonorCode.cannotServe(lost.code()), nowNs);
        } else if (event instanceof GroupEvent.Joined joined) {
            to.onJoined(joined.status(), nowNs);
        }
        drain(to);
        if (waits && to.isHolding()) {
            to.hold(new Held(event, null), NO_NUMBER, EVENT_BYTES);
            if (event instanceof GroupEvent.ConfigurationChange change) {
                effects.onHeld(change);
            }
            drain(to);
        } else {
            effects.deliver(event);
        }
    }

    private static long firstCached(GroupEvent.ConfigurationChange change) {
        return change.members().stream()
                .filter(member -> member.status().isJoined() && member.cached() >= 0)
                .mapToLong(GroupMember::cached)
                .min()
                .orElse(NO_NUMBER);
    }

    /** What the receiver's calls have led to. */
    private void drain(StateReceiver<Held> from) {
        from.drain(this::take);
    }

    private void take(StateOutput<Held> output) {
        if (output instanceof StateOutput.Step<Held> step) {
            effects.onTransfer(step.step());
        } else if (output instanceof StateOutput.Ask<Held> ask) {
            group.requestState(ask.have(), ask.request());
        } else if (output instanceof StateOutput.Join<Held> join) {
            group.join(join.seqno(), join.code());
        } else if (output instanceof StateOutput.Transferred<Held> transferred) {
            effects.deliver(transferred.event());
        } else if (output instanceof StateOutput.Pass<Held> pass) {
            pass(pass.event());
        } else if (output instanceof StateOutput.Drop<Held> drop) {
            drop(drop.event());
        } else if (output instanceof StateOutput.Impossible<Held> why) {
            impossible.accept(why.reason());
        }
    }

    private void pass(Held held) {
        if (held.writeSet() != null) {
            effects.deliver(held.writeSet());
        } else if (held.event() != null) {
            effects.deliver(held.event());
        }
    }

    /** Whoever waits for it is told. */
    private void drop(Held held) {
        if (held.writeSet() != null && held.writeSet().ticket() != null) {
            effects.onWriteSetFailed(held.writeSet().ticket(), ReplicationFailure.OUTCOME_UNKNOWN);
        } else if (held.event() instanceof GroupEvent.CausalPoint point) {
            effects.onReadFailed(point.ticket(), ReplicationFailure.PRIMARY_LOST);
        }
    }

    // ---- time

    void tick(long nowNs) {
        if (receiver != null) {
            receiver.tick(nowNs);
            drain(receiver);
        }
    }

    long nextDeadlineNs() {
        return receiver == null ? Long.MAX_VALUE : receiver.nextDeadlineNs();
    }

    /** Events that are held back. */
    int heldEvents() {
        return receiver == null ? 0 : receiver.heldEvents();
    }

    /** Bytes of them. */
    long heldBytes() {
        return receiver == null ? 0 : receiver.heldBytes();
    }

    // ---- the transfer's driver

    private StateReceiver<Held> receiver() {
        if (receiver == null) {
            throw new IllegalStateException("a node without state takes none");
        }
        return receiver;
    }

    @Override
    public void prepared(int number, Bytes request) {
        receiver().prepared(number, request);
        drain(receiver());
    }

    @Override
    public void received(int number, IstEvent event, long nowNs) {
        receiver().received(number, event, nowNs);
        drain(receiver());
    }

    @Override
    public void ended(int number, long nowNs) {
        receiver().ended(number, nowNs);
        drain(receiver());
    }

    @Override
    public void snapshotArrived(int number) {
        receiver().snapshotArrived(number);
        drain(receiver());
    }

    @Override
    public void restored(int number, Position position, long nowNs) {
        receiver().restored(number, position, nowNs);
        drain(receiver());
    }

    @Override
    public void failed(int number, String reason, boolean cannotServe, long nowNs) {
        receiver().failed(number, reason, cannotServe, nowNs);
        drain(receiver());
    }
}
