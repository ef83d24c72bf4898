package io.dromon.node.state.core;

import io.dromon.node.group.Errno;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.Attempt.Way;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a node's state transfers. As long as nothing is missing it only counts; from a configuration on
 * behind which something is missing, it holds back what the group orders, has the missing part transferred, and lets the
 * rest pass behind it. So the application is given every number of the history once, in order, or, by a snapshot, stands
 * behind it.
 *
 * <p>What is held back passes when the group has counted the end of the transfer, not before: a component that is formed
 * again goes on from what its complete members have. A state that went ahead of them would be of a branch that no one else
 * has.
 *
 * <p>What the caller owes: {@link #onConfiguration} for each primary configuration before anything else that concerns it;
 * then for each event {@link #hold} if {@link #isHolding}, else {@link #passed}; {@link #drain} after each call; {@link
 * #tick} when {@link #nextDeadlineNs} is reached.
 *
 * @param <E> an event of the order
 */
public final class StateReceiver<E> {
    private static final int TRIES_OF_INCREMENTAL = 3;
    /** So few events are transferred faster than a snapshot is. */
    private static final long YOUNG = 1024;

    private static final long FIRST_PAUSE_NS = 1_000_000_000;
    private static final int MOST_DOUBLINGS = 5;
    private static final long NO_NUMBER = -1;

    private enum Phase {
        COMPLETE,
        PREPARING,
        REQUESTED,
        RECEIVING,
        RESTORING,
        LEAVING,
        PAUSED,
        /** All that was missing is here; the group is told. */
        JOINING,
        /** The node leaves with a gap: nothing passes any more. */
        OVER
    }

    /** @param seqno its number, if it is a write-set */
    private record Held<E>(E event, long seqno, long bytes) {}

    private final boolean takesSnapshots;
    private final ArrayDeque<StateOutput<E>> output = new ArrayDeque<>();
    private final ArrayDeque<Held<E>> held = new ArrayDeque<>();
    private Phase phase = Phase.COMPLETE;
    private UUID history;
    private long have;
    private long heldBytes;
    /** Number of the last event that is held back. */
    private long heldUpTo = NO_NUMBER;

    private @Nullable Attempt attempt;
    private int attempts;
    private UUID wantedHistory;
    private long needed = NO_NUMBER;
    private int failures;
    private boolean wantsSnapshot;
    /** The group did not go on from the configuration in which the snapshot was given that the application takes. */
    private boolean restoresAnotherBranch;

    private long retryAtNs = Long.MAX_VALUE;
    /** As the group has it: only a JOINER's end of a transfer is counted. */
    private MemberStatus status = MemberStatus.NON_PRIM;

    /**
     * @param position where the state of the application ends
     * @param takesSnapshots whether a snapshot can be had, if there is no other way
     */
    public StateReceiver(Position position, boolean takesSnapshots) {
        this.history = position.history();
        this.have = position.seqno();
        this.wantedHistory = position.history();
        this.takesSnapshots = takesSnapshots;
    }

    // ---- the order

    /** Whether what is ordered is held back. */
    public boolean isHolding() {
        return phase != Phase.COMPLETE;
    }

    /** An event with a number went to the application. */
    public void passed(long seqno) {
        have = seqno;
    }

    /**
     * Holds an event back.
     *
     * @param seqno of a write-set; of another event -1: it passes even if a snapshot stands behind it
     * @param bytes that it keeps
     */
    public void hold(E event, long seqno, long bytes) {
        if (phase == Phase.OVER) {
            output.add(new StateOutput.Drop<>(event));
            return;
        }
        held.add(new Held<>(event, seqno, bytes));
        heldBytes += bytes;
        if (seqno != NO_NUMBER) {
            heldUpTo = seqno;
        }
    }

    /** Events that are held back. */
    public int heldEvents() {
        return held.size();
    }

    /** Bytes of them. */
    public long heldBytes() {
        return heldBytes;
    }

    /** What is being tried; null if nothing is missing. */
    public @Nullable Attempt attempt() {
        return phase == Phase.COMPLETE ? null : attempt;
    }

    /**
     * A primary configuration.
     *
     * @param seqno its number
     * @param own status of this node in it
     * @param continues whether it goes on from the primary configuration before: what is held back is not of the group's
     *     history otherwise, even if its numbers fit
     * @param firstCached lowest number that a member can give by an incremental transfer, -1 if none can: a node without
     *     state can have all of a young history so
     * @return whether this node takes up the history from its beginning: it is to be given all of it, event by event
     */
    public boolean onConfiguration(
            UUID group, long seqno, MemberStatus own, boolean continues, long firstCached, long nowNs) {
        if (phase == Phase.OVER) {
            return false;
        }
        if (group.equals(history) && have >= seqno) {
            impossible(
                    "the group's history ends at " + (seqno - 1) + ", before this node's state, which ends at " + have);
            return false;
        }
        boolean without = have < 0;
        boolean goesOn = continues && group.equals(wantedHistory) && seqno == heldUpTo + 1;
        status = own;
        if (phase == Phase.COMPLETE) {
            enter(group, seqno, own, firstCached);
        } else if (phase == Phase.JOINING && own.isJoined() && goesOn) {
            release();
            have = seqno;
        } else if (own.isJoined()) {
            impossible("the group takes this node for complete at " + seqno + ", and " + missing());
        } else if (goesOn) {
            heldUpTo = seqno;
            goOn(own, nowNs);
        } else {
            dropHeld();
            miss(group, seqno, firstCached);
            startOver(continues, nowNs);
        }
        return without && have == 0;
    }

    private void enter(UUID group, long seqno, MemberStatus own, long firstCached) {
        boolean same = group.equals(history);
        if (!own.isJoined()) {
            miss(group, seqno, firstCached);
            begin();
            return;
        }
        long expected = same ? have + 1 : 1;
        if (seqno > Math.max(1, expected)) {
            impossible("the group takes this node for complete at " + seqno + ", and its state ends at " + history + ":"
                    + have);
            return;
        }
        history = group;
        have = seqno;
    }

    private void miss(UUID group, long seqno, long firstCached) {
        boolean young = seqno <= YOUNG || !takesSnapshots;
        if (have < 0 && young && (firstCached == 0 || firstCached == 1)) {
            history = group; // nothing is a state too, that before the first number
            have = 0;
        }
        wantedHistory = group;
        needed = seqno;
        heldUpTo = seqno;
        wantsSnapshot |= !group.equals(history) || have < 0;
    }

    /** The order goes on without a gap, in a new configuration. */
    private void goOn(MemberStatus own, long nowNs) {
        if (own != MemberStatus.PRIM) {
            return; // the transfer goes on, or its end is told again
        }
        if (phase == Phase.RECEIVING || phase == Phase.JOINING) {
            cancel(); // the group knows nothing of it any more
            begin();
        } else if (phase == Phase.LEAVING) {
            pause(nowNs);
        }
    }

    /** What was transferred so far does not reach the group's order as it goes on. */
    private void startOver(boolean continues, long nowNs) {
        if (phase == Phase.RESTORING) {
            restoresAnotherBranch |= !continues;
            return; // the application is not interrupted
        }
        cancel();
        if (status == MemberStatus.JOINER) {
            leaveTransfer(-Errno.ECANCELED, nowNs); // the group still waits for its end
        } else {
            begin();
        }
    }

    private String missing() {
        return "it has not got what lies between " + history + ":" + have + " and " + needed;
    }

    /** The node has left: what is held back will not be completed, and what follows holds nothing of the order. */
    public void end() {
        giveUp(Phase.COMPLETE);
    }

    private void giveUp(Phase last) {
        cancel();
        dropHeld();
        phase = last;
        retryAtNs = Long.MAX_VALUE;
    }

    private void dropHeld() {
        held.forEach(each -> output.add(new StateOutput.Drop<>(each.event())));
        held.clear();
        heldBytes = 0;
    }

    private void step(TransferStep step) {
        output.add(new StateOutput.Step<>(step));
    }

    private void impossible(String reason) {
        giveUp(Phase.OVER);
        output.add(new StateOutput.Impossible<>(reason));
    }

    // ---- an attempt

    private void begin() {
        retryAtNs = Long.MAX_VALUE;
        restoresAnotherBranch = false;
        if (wantsSnapshot && !takesSnapshots) {
            impossible("a snapshot of the group's state is needed, and this node takes none: "
                    + (have < 0 ? "it has no state" : "its state ends at " + history + ":" + have)
                    + ", the group is at " + wantedHistory + ":" + needed);
            return;
        }
        boolean known = history.equals(wantedHistory) && have >= 0;
        Attempt next = new Attempt(
                ++attempts,
                wantsSnapshot ? Way.SNAPSHOT : Way.INCREMENTAL,
                known ? new Position(history, have) : Position.NONE,
                wantedHistory,
                needed);
        attempt = next;
        phase = Phase.PREPARING;
        step(new TransferStep.Prepare(next));
    }

    private void cancel() {
        Attempt current = attempt;
        if (current != null && (phase == Phase.PREPARING || phase == Phase.REQUESTED || phase == Phase.RECEIVING)) {
            step(new TransferStep.Cancel(current));
        }
    }

    private boolean isCurrent(int number, Phase expected) {
        return phase == expected && attempt != null && attempt.number() == number;
    }

    /** The listener is open; this is the request that names it. */
    public void prepared(int number, Bytes request) {
        if (isCurrent(number, Phase.PREPARING) && attempt != null) {
            phase = Phase.REQUESTED;
            output.add(
                    new StateOutput.Ask<>(attempt.way() == Way.INCREMENTAL ? attempt.have() : Position.NONE, request));
        }
    }

    /**
     * The group has found a donor, or a reason why there is none: a negative errno. That of an own desync is ignored, which
     * has errors of its own.
     */
    public void onRequestResult(int donorIndex, long nowNs) {
        Attempt current = attempt;
        boolean ignored = phase == Phase.COMPLETE || phase == Phase.JOINING || phase == Phase.OVER;
        if (ignored || current == null) {
            return;
        }
        if (donorIndex >= 0 || donorIndex == -Errno.ECANCELED) {
            status = MemberStatus.JOINER;
        }
        if (donorIndex >= 0 && phase == Phase.REQUESTED) {
            phase = Phase.RECEIVING;
            step(new TransferStep.Receive(current));
        } else if (donorIndex >= 0 || donorIndex == -Errno.ECANCELED) {
            // The answer to a request that was given up, or a transfer that the group remembers: it ends first.
            cancel();
            leaveTransfer(-Errno.ECANCELED, nowNs);
        } else if (phase == Phase.REQUESTED && donorIndex != -Errno.EAGAIN && donorIndex != -Errno.ENOTCONN) {
            fail(current, "the group has no donor: error " + donorIndex, false, nowNs);
        }
    }

    /** The donor is gone, or has told the group that it failed. */
    public void onTransferLost(String reason, boolean cannotServe, long nowNs) {
        if (phase == Phase.RECEIVING && attempt != null) {
            fail(attempt, reason, cannotServe, nowNs);
        }
    }

    /** The donor has found that this node's state is none of the group's history: what follows there does not belong to it. */
    public void onAnotherBranch() {
        if (phase == Phase.RECEIVING) {
            impossible("its state, which ends at " + history + ":" + have
                    + ", is of another branch of that history: it holds what the group never had, or has given up. Keep"
                    + " what is needed of it, then remove the data directory, and start again");
        }
    }

    /** The group has counted the end of an own transfer. */
    public void onJoined(MemberStatus own, long nowNs) {
        status = own;
        if (phase == Phase.LEAVING && !own.isJoined()) {
            pause(nowNs);
        } else if (phase == Phase.JOINING && own.isJoined()) {
            release();
        }
    }

    /** The donor has sent an event, in the order of numbers. */
    public void received(int number, IstEvent event, long nowNs) {
        if (!isCurrent(number, Phase.RECEIVING) || event.seqno() <= have || event.seqno() >= needed) {
            return; // it is in the state, or held back
        }
        if (event.seqno() != have + 1) {
            failed(number, "the donor went from " + have + " to " + event.seqno(), true, nowNs);
            return;
        }
        have = event.seqno();
        failures = 0;
        output.add(new StateOutput.Transferred<>(event));
    }

    /** The donor has sent all events. */
    public void ended(int number, long nowNs) {
        if (isCurrent(number, Phase.RECEIVING)) {
            if (have >= needed - 1) {
                complete();
            } else {
                failed(number, "the donor ended at " + have + ", needed is all below " + needed, true, nowNs);
            }
        }
    }

    /** A snapshot has arrived whole. */
    public void snapshotArrived(int number) {
        if (isCurrent(number, Phase.RECEIVING) && attempt != null) {
            phase = Phase.RESTORING;
            step(new TransferStep.Restore(attempt));
        }
    }

    /** The application stands at the snapshot's position now, whatever became of the attempt meanwhile. */
    public void restored(int number, Position position, long nowNs) {
        if (!isCurrent(number, Phase.RESTORING) || attempt == null) {
            return;
        }
        if (!position.history().equals(wantedHistory) || position.seqno() > heldUpTo) {
            impossible("the donor's snapshot is of " + position + ", this node has seen the group's history up to "
                    + wantedHistory + ":" + heldUpTo);
            return;
        }
        history = position.history();
        have = position.seqno();
        if (restoresAnotherBranch) { // its numbers may be right, and stand for something else
            wantsSnapshot = true;
            leaveTransfer(-Errno.ECANCELED, nowNs);
            return;
        }
        wantsSnapshot = false;
        failures = 0;
        if (have >= needed - 1) {
            complete();
        } else { // the group went on while this node was cut off
            leaveTransfer(-Errno.EAGAIN, nowNs);
        }
    }

    /**
     * An attempt has failed; the state is what it was.
     *
     * @param cannotServe whether the same way would fail again
     */
    public void failed(int number, String reason, boolean cannotServe, long nowNs) {
        Attempt current = attempt;
        boolean runs = phase == Phase.PREPARING
                || phase == Phase.REQUESTED
                || phase == Phase.RECEIVING
                || phase == Phase.RESTORING;
        if (runs && current != null && current.number() == number) {
            fail(current, reason, cannotServe, nowNs);
        }
    }

    private void fail(Attempt current, String reason, boolean cannotServe, long nowNs) {
        cancel();
        failures++;
        if (current.way() == Way.INCREMENTAL && (cannotServe || failures >= TRIES_OF_INCREMENTAL)) {
            wantsSnapshot |= cannotServe || takesSnapshots;
        }
        Duration pause = Duration.ofNanos(pauseNs());
        step(new TransferStep.Failed(current, reason, wantsSnapshot ? Way.SNAPSHOT : Way.INCREMENTAL, pause));
        if (phase == Phase.RECEIVING || phase == Phase.RESTORING) {
            leaveTransfer(-Errno.ECANCELED, nowNs);
        } else {
            pause(nowNs);
        }
    }

    private void leaveTransfer(long code, long nowNs) {
        if (status == MemberStatus.PRIM) {
            pause(nowNs); // the group knows of none, and would not count its end
            return;
        }
        phase = Phase.LEAVING;
        output.add(new StateOutput.Join<>(Math.max(0, have), code));
    }

    private long pauseNs() {
        return failures == 0 ? 0 : FIRST_PAUSE_NS << Math.min(MOST_DOUBLINGS, failures - 1);
    }

    private void pause(long nowNs) {
        phase = Phase.PAUSED;
        retryAtNs = nowNs + pauseNs();
    }

    /** When {@link #tick} is due. */
    public long nextDeadlineNs() {
        return retryAtNs;
    }

    /** The time has come for the next attempt. */
    public void tick(long nowNs) {
        if (phase == Phase.PAUSED && nowNs >= retryAtNs) {
            begin();
        }
    }

    private void complete() {
        Attempt done = attempt;
        wantsSnapshot = false;
        failures = 0;
        if (status == MemberStatus.PRIM) {
            begin(); // a member becomes complete by a transfer that the group knows of, be it of nothing
            return;
        }
        phase = Phase.JOINING;
        output.add(new StateOutput.Join<>(have, 0));
        if (done != null) {
            step(new TransferStep.Completed(done));
        }
    }

    /** The group takes this node for complete, and it is: what was held back passes. */
    private void release() {
        for (Held<E> each : held) {
            boolean contained = each.seqno() != NO_NUMBER && each.seqno() <= have;
            output.add(contained ? new StateOutput.Drop<>(each.event()) : new StateOutput.Pass<>(each.event()));
        }
        held.clear();
        heldBytes = 0;
        have = Math.max(have, heldUpTo);
        history = wantedHistory;
        phase = Phase.COMPLETE;
    }

    /** Hands over what the calls have led to. */
    public void drain(Consumer<StateOutput<E>> above) {
        for (StateOutput<E> next = output.poll(); next != null; next = output.poll()) {
            above.accept(next);
        }
    }
}
