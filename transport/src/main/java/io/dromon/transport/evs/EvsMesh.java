package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import java.util.UUID;

/** What EVS asks of the mesh below it. None of these calls back. */
public interface EvsMesh {
    void broadcast(Encodable message);

    /** To one node if its link is up, else to everybody. */
    void sendTo(UUID target, Encodable message);

    /** A node is listed as operational: its connections are welcome again. */
    void allow(UUID node);

    void evict(UUID node);

    void unevict(UUID node);
}
