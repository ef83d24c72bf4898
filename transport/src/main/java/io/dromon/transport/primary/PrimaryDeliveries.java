package io.dromon.transport.primary;

import io.dromon.transport.wire.Encodable;
import java.util.UUID;

/** Takes what {@link Primary#drain} hands over, in its order. {@link Primary#send} may be called from inside. */
public interface PrimaryDeliveries {
    /** The primary view that follows: it must be on disk when this returns. */
    void save(SavedView view);

    /** A view, primary or not. The driver tells the mesh of it once the layer above has taken it. */
    void onView(PrimaryView view);

    /**
     * A message in its order.
     *
     * @param userType the tag given by the sender
     * @param toSeq group-wide number, -1 if not in the primary component
     * @param payload for a message of this node the very object that was given to {@link Primary#send}
     */
    void onMessage(UUID source, int userType, long toSeq, Encodable payload);

    /**
     * A member broke the protocol with a message that is wrong in itself, so that every member dropped it. The group
     * may be stuck until that member is out (its state is missing in the exchange): the driver reports it and
     * excludes the member, all members do the same at the same message.
     */
    void onViolation(UUID source, String reason);

    /** The layer cannot go on: the driver aborts EVS, closes the links and reports to the application. Nothing follows. */
    void onFatal(String reason);
}
