package io.dromon.transport.evs;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.ViewId;
import java.util.UUID;

/** What EVS asks of the mesh and tells the layer above. None of these may call back into {@link Evs#receive}. */
public interface EvsEffects {
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
}
