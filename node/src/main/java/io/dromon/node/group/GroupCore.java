package io.dromon.node.group;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The group layer of one node. Specification: chapter 04.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #onView}, {@link
 * #onMessage}, {@link #replicate} and the other requests, with {@link #onQueueLength} just before it; {@link #tick}
 * when {@link #nextDeadlineNs} is reached. Effects are called from inside of the calls and must not call back, save
 * {@link #replicate}, which may be called from anywhere.
 */
public final class GroupCore {
    /** What the layer asks of the one below and tells the one above. */
    public interface Effects {
        /** Sends to the group through the primary-component layer (order SAFE). */
        SendResult send(int userType, Encodable message);

        /** To the application's queue, in the total order. */
        void deliver(GroupEvent event);

        /** An own write-set got its seqno; the {@link GroupEvent.WriteSet} with the same ticket follows at once. */
        void replicated(Object ticket, long seqno);

        /**
         * An own write-set gets no seqno at this node. Each ticket ends once: here or in {@link #replicated}.
         */
        void failed(Object ticket, ReplicationFailure reason);

        /** This node contradicts the group: it must leave now and not come back with this state. */
        void onInconsistent(String reason);

        /** A peer sent what it should not have; it was dropped. For log and counters only. */
        void onAnomaly(UUID source, String what);
    }

    /**
     * @param self own UUID
     * @param initialPosition where the saved history ends, {@link GroupPosition#NONE} without one
     * @param uuids fresh time-based UUIDs, for exchanges and histories
     */
    public GroupCore(
            GroupSettings settings, UUID self, GroupPosition initialPosition, Supplier<UUID> uuids, Effects effects) {
        throw new UnsupportedOperationException();
    }

    /** A view of the primary-component layer, in its order. */
    public void onView(PrimaryView view, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * A message of the primary-component layer, in its order.
     *
     * @param payload for an own message the very object that was sent, else {@link Bytes}
     */
    public void onMessage(UUID source, int userType, Encodable payload, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * Queues a write-set; it goes out at the end of the turn. Its end is reported by {@link Effects#replicated} or
     * {@link Effects#failed} (for a hopeless one from inside of this call).
     *
     * @param writeSet at least one byte; never copied, never changed by anybody from now on
     * @param ticket names it in the effects
     * @return false if the queue is full: nothing was done, try again after a turn
     */
    public boolean replicate(Bytes writeSet, Object ticket) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks for the state (section 7.3), when this node is PRIM. Answered by {@link GroupEvent.StateRequestResult};
     * while no donor is free the core asks again each second. Not for settings that join by themselves.
     *
     * @param wanted end of the own history, for IST; {@link GroupPosition#NONE} if it has none
     * @param request the application's request
     */
    public void requestState(GroupPosition wanted, Bytes request) {
        throw new UnsupportedOperationException();
    }

    /**
     * A transfer is over, at the joiner or at the donor (section 7.5); also the end of a desync.
     *
     * @param seqno seqno of the state received or given
     * @param code 0, or a negative errno
     */
    public void join(long seqno, long code) {
        throw new UnsupportedOperationException();
    }

    /** Desyncs this node (section 7.6); answered by {@link GroupEvent.StateRequestResult}. */
    public void desync() {
        throw new UnsupportedOperationException();
    }

    /** Takes one {@link #desync} back. */
    public void resync() {
        throw new UnsupportedOperationException();
    }

    /** The application has applied all up to {@code seqno}. Cheap; call as often as convenient (section 9). */
    public void reportApplied(long seqno) {
        throw new UnsupportedOperationException();
    }

    /**
     * The application failed to apply {@code seqno} (section 11).
     *
     * @param error text of the error as it is hashed, its own NUL included if it has one
     */
    public void vote(long seqno, Bytes error) {
        throw new UnsupportedOperationException();
    }

    /** Lowest seqno that this node can give by IST, -1 if none; told to the others at the next exchange. */
    public void setCached(long seqno) {
        throw new UnsupportedOperationException();
    }

    /**
     * Length of the application's queue: events delivered and not yet taken. Called at the end of each turn, before
     * {@link #endTurn}.
     */
    public void onQueueLength(int actionsNotTaken, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** The end of a batch: sends what is queued as far as the layer below takes it. */
    public void endTurn(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        throw new UnsupportedOperationException();
    }

    /** Changes settings at run time: {@code gcs.fc_limit}, {@code gcs.fc_factor}, {@code gcs.sync_donor}. */
    public void configure(GroupSettings settings) {
        throw new UnsupportedOperationException();
    }

    /** Whether {@link #replicate} would be sent now: in the primary component, joined, not paused. */
    public boolean isReady() {
        throw new UnsupportedOperationException();
    }

    /** A snapshot. */
    public GroupStatus status() {
        throw new UnsupportedOperationException();
    }
}
