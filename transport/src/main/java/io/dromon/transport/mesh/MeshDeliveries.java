package io.dromon.transport.mesh;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.UUID;

/**
 * What the mesh hands to the layer above, from inside of the call that brought it. Other than the layers above, the mesh
 * has no outbox: whether a message is relayed depends on the answer whether it is one.
 */
public interface MeshDeliveries {
    /**
     * A user message; {@code source} is the originator, never this node, never nil and never evicted. The same
     * message can come more than once, directly and by relays. Nothing of the mesh may be called from inside but to send.
     *
     * @throws MalformedMessageException if it is none: the mesh drops the link that it came from and does not relay
     *     it
     */
    void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException;

    /**
     * This node must not go on: a member of its group says that it is evicted, or that its UUID is taken. The saved
     * view must be removed. All links are closed already and nothing else follows.
     */
    void onFatal(String reason);
}
