package io.dromon.transport.evs;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.ViewId;
import java.util.UUID;

/**
 * Takes what {@link Evs#drain} hands over: messages and views, in one order. {@link Evs#send} and {@link
 * Evs#sendLocalCausal} may be called from inside; what was sent from inside of a regular view goes out before the
 * acknowledgement of that view.
 */
public interface EvsDeliveries {
    /**
     * A message in its order.
     *
     * @param body for a message of this node the very object that was given to {@link Evs#send}; else {@link Bytes}
     */
    void onMessage(UUID source, ViewId view, int userType, Order order, Encodable body);

    /** A view in its order, transitional or regular. */
    void onView(EvsView view);
}
