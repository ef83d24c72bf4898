package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;

/** The way out: numbers the messages of this node and hands them to the mesh. */
final class EvsSender {
    private final GroupKnowledge group;
    private final EvsMesh mesh;
    /** Never reset. */
    private long fifoSeq = -1;

    EvsSender(GroupKnowledge group, EvsMesh mesh) {
        this.group = group;
        this.mesh = mesh;
    }

    long nextFifoSeq() {
        return ++fifoSeq;
    }

    /** During isolation nothing leaves this node (section 7.11). */
    void broadcast(Encodable message) {
        if (!group.isolated) {
            mesh.broadcast(message);
        }
    }

    void sendTo(KnownNode target, Encodable message) {
        if (!group.isolated) {
            mesh.sendTo(target.uuid, message);
        }
    }

    /** A GAP of the current view: an acknowledgement, or a request for messages of {@code origin}. */
    Gap gap(int flags, long seq, long aru, UUID origin, long lu, long hs) {
        return new Gap(
                group.self, group.settings.version(), flags, nextFifoSeq(), group.view, seq, aru, origin, lu, hs);
    }
}
