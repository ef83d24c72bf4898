package io.dromon.transport.evs;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.ViewId;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Extended virtual synchrony: views and totally ordered safe messages over the mesh. Specification: chapter 02.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #receive}, {@link
 * #send} and {@link #tick} (queued messages, completions and acknowledgements go out there, once for the whole batch);
 * {@link #tick} when {@link #nextDeadlineNs} is reached.
 */
public final class Evs {
    /** State of a node (section 7.1). */
    public enum State {
        CLOSED,
        JOINING,
        LEAVING,
        GATHER,
        INSTALL,
        OPERATIONAL
    }

    /** What EVS asks of the mesh and tells the layer above. None of these may call back into {@link #receive}. */
    public interface Effects {
        void broadcast(Encodable message);

        /** To one node if its link is up, else to everybody. */
        void sendTo(UUID target, Encodable message);

        /**
         * A message in its order. {@link Evs#send} may be called from inside.
         *
         * @param body for a message of this node the very object that was given to {@link Evs#send}; else {@link Bytes}
         */
        void deliver(UUID source, ViewId view, int userType, Order order, Encodable body);

        /** A view in its order. {@link Evs#send} may be called from inside. */
        void deliverView(EvsView view);

        /** A node is listed as operational: its connections are welcome again. */
        void allow(UUID node);

        void evict(UUID node);

        void unevict(UUID node);

        /** The group layer cannot go on (the reference would abort): close the transport without a LEAVE. */
        void onFatal(String reason);
    }

    /**
     * @param restoredView the primary view that was saved before a crash, if this node continues from it
     */
    public Evs(EvsSettings settings, UUID self, Optional<ViewId> restoredView, Effects effects) {
        throw new UnsupportedOperationException();
    }

    /** CLOSED to JOINING. The first transitional view {self} is delivered on entering the first regular view. */
    public void open(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Broadcasts a JOIN without processing it; for the announce phase of a joiner (section 7.13). */
    public void announce(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Sends a JOIN and processes it: bootstraps, or ends the announce phase (section 7.13). */
    public void gather(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Whether any node but this one is known. */
    public boolean knowsOthers() {
        throw new UnsupportedOperationException();
    }

    public State state() {
        throw new UnsupportedOperationException();
    }

    /**
     * A message from the mesh.
     *
     * @param source originator, from the header of the mesh
     * @throws MalformedMessageException if it is none; nothing was changed, the caller drops the link it came from
     */
    public void receive(UUID source, Bytes message, long nowNs) throws MalformedMessageException {
        throw new UnsupportedOperationException();
    }

    /** Queues a message to the group; it is delivered to this node as well, in its order. */
    public SendResult send(int userType, Order order, Encodable body) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks for {@code body} to be delivered to this node alone (order LOCAL_CAUSAL, {@link Effects#deliver} with order
     * {@link Order#SAFE} and the given user type), once everything that is known now is safely delivered (section 5.8).
     */
    public SendResult sendLocalCausal(int userType, Encodable body, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** The end of a batch: sends what is queued and due, delivers what is safe. */
    public void endTurn(long nowNs) {
        throw new UnsupportedOperationException();
    }

    public void tick(long nowNs) {
        throw new UnsupportedOperationException();
    }

    public long nextDeadlineNs() {
        throw new UnsupportedOperationException();
    }

    /** Leaves gracefully; the empty view is the answer. */
    public void close(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Ends at once, without a LEAVE; delivers the last views as section 7.10 says (linger ran out, or after a fatal). */
    public void abort(long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** Changes settings at run time (section 9, column R). */
    public void configure(EvsSettings settings, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** {@code evs.evict}: evicts by hand. */
    public void evict(UUID node, long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** {@code evs.evict} with an empty value. */
    public void clearEvicted(long nowNs) {
        throw new UnsupportedOperationException();
    }

    public Set<UUID> evicted() {
        throw new UnsupportedOperationException();
    }

    /** Bytes queued by {@link #send} and not sent yet. */
    public int queuedBytes() {
        throw new UnsupportedOperationException();
    }
}
