package io.dromon.transport.primary;

import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;

/**
 * What the primary component asks of EVS and tells the layer above. None of these may call back into {@link
 * Primary#onMessage}.
 */
public interface PrimaryEffects {
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

    /**
     * A member broke the protocol with a message that is wrong in itself, so that every member dropped it. The group
     * may be stuck until that member is out (its state is missing in the exchange): the driver reports it and
     * excludes the member, all members do the same at the same message.
     */
    default void onViolation(UUID source, String reason) {}

    /** Something that an operator should be able to find in a log; at most one for a message or view. */
    default void onNotice(String text) {}
}
