package io.dromon.transport.mesh;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the mesh tells the layers above. */
public interface MeshEffects {
    /**
     * A user message; {@code source} is the originator, never this node, never nil and never evicted. The same
     * message can come more than once, directly and by relays. The methods of the mesh may be called from inside.
     *
     * @throws MalformedMessageException if it is none: the mesh drops the link that it came from and does not relay
     *     it
     */
    void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException;

    /** A link is established, or an established one is gone ({@code failure} says why). */
    void onLinkUp(long link, UUID peer, String address);

    void onLinkDown(long link, UUID peer, String address, LinkFailure failure);

    /** A peer was refused, or refused this node, before its link was established. For log, counters and status. */
    void onRefused(String address, LinkFailure failure);

    /**
     * This node must not go on: a member of its group says that it is evicted, or that its UUID is taken. The saved
     * view must be removed. All links are closed already and no other effect follows.
     */
    void onFatal(String reason);

    /**
     * A {@link Mesh#relink} is over: {@code relinked} links were made anew. {@code failure} says why not all of
     * them: the rest goes on with the links that it has.
     */
    default void onRelinked(int relinked, @Nullable LinkFailure failure) {}

    /** One line for the log, at info level: what the mesh decided. A peer can provoke these: limit their rate. */
    default void onNotice(String text) {}
}
