package io.dromon.transport.primary;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;
import java.util.Optional;
import java.util.UUID;

/** The primary component: which partition may go on, at most one. Specification: chapter 03. */
public final class Primary {
    /** Largest payload of {@link #send}, bytes. */
    public static final int MAX_PAYLOAD = 32636;

    /** State of an endpoint (section 4.1). */
    public enum State {
        CLOSED,
        NON_PRIM,
        TRANS,
        STATES_EXCHANGE,
        INSTALL,
        PRIM
    }

    /** What the layer asks of EVS and tells the layer above. */
    public interface Effects {
        SendResult send(int userType, Order order, Encodable message);

        SendResult sendLocalCausal(int userType, Encodable message);

        /** A primary view is about to be delivered: it must be on disk when this returns. */
        void save(SavedView view);

        /** {@link Primary#send} may be called from inside. Afterwards the driver tells the mesh of the view. */
        void deliverView(PrimaryView view);

        /**
         * A message in its order.
         *
         * @param userType the tag given by the sender
         * @param toSeq group-wide number, -1 if not in the primary component
         * @param payload for a message of this node the very object that was given to {@link Primary#send}
         */
        void deliver(UUID source, int userType, long toSeq, Encodable payload);

        /** The layer cannot go on: the driver aborts EVS, closes the links and reports to the application. */
        void onFatal(String reason);
    }

    /**
     * @param restored the view that was saved before a crash, if the node continues from it
     */
    public Primary(PrimarySettings settings, UUID self, Optional<SavedView> restored, Effects effects) {
        throw new UnsupportedOperationException();
    }

    /**
     * CLOSED to NON_PRIM.
     *
     * @param startPrimary this node may declare itself the primary component
     */
    public void open(boolean startPrimary) {
        throw new UnsupportedOperationException();
    }

    public State state() {
        throw new UnsupportedOperationException();
    }

    /** A view from EVS, TRANS or REG. */
    public void onView(EvsView view) {
        throw new UnsupportedOperationException();
    }

    /** A message from EVS, in its order. A malformed one ends in {@link Effects#onFatal}. */
    public void onMessage(UUID source, int userType, Order order, Encodable body) {
        throw new UnsupportedOperationException();
    }

    /** Sends to the group (order SAFE); accepted in state PRIM only. */
    public SendResult send(int userType, Encodable payload) {
        throw new UnsupportedOperationException();
    }

    /** Sends to this node alone, behind everything that is known now. */
    public SendResult sendLocalCausal(int userType, Encodable payload) {
        throw new UnsupportedOperationException();
    }

    /** A node was evicted or is no longer: shown in the next state exchange. */
    public void setEvicted(java.util.Set<UUID> evicted) {
        throw new UnsupportedOperationException();
    }

    /** {@code pc.bootstrap}: makes this non-primary component the primary one. */
    public SendResult bootstrap() {
        throw new UnsupportedOperationException();
    }

    /** {@code pc.weight} at run time, 0 to 255; takes effect when delivered. */
    public SendResult changeWeight(int weight) {
        throw new UnsupportedOperationException();
    }

    /** {@code pc.ignore_sb} and {@code pc.ignore_quorum} at run time. */
    public void setIgnore(boolean splitBrain, boolean quorum) {
        throw new UnsupportedOperationException();
    }

    /** A graceful leave begins; EVS is closed by the driver. */
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** Sum of the weights of the primary component, 0 if not in it. */
    public int clusterWeight() {
        throw new UnsupportedOperationException();
    }

    /** Own weight as the group knows it. */
    public int weight() {
        throw new UnsupportedOperationException();
    }
}
