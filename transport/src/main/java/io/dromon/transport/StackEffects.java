package io.dromon.transport;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.mesh.Mesh;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the stack tells the node above. */
public interface StackEffects {
    /** A primary view is about to be delivered: it must be on disk when this returns. */
    void save(SavedView view);

    /** An orderly end, or an identity that must not be used again: the saved view is to be removed. */
    void removeSavedView();

    void deliverView(PrimaryView view);

    /**
     * EVS has a new view, transitional or regular; in order with the messages. For log and status (
     * {@code evs.info_log_mask}): what counts for a node is {@link #deliverView}.
     */
    default void onGroupView(EvsView view) {}

    /** A message in total order; {@code payload} of an own message is the object that was sent. */
    void deliver(UUID source, int userType, long toSeq, Encodable payload);

    /** Joining is done: this node is in a primary component, or was not told to wait for one. */
    void onConnected();

    /** The transport ended. Nothing follows. {@code failure} is null after a leave that was asked for. */
    void onClosed(@Nullable StackFailure failure);

    void onLinkUp(long link, UUID peer, String address);

    void onLinkDown(long link, UUID peer, String address, LinkFailure failure);

    void onRefused(String address, LinkFailure failure);

    /** The answer to {@link Mesh#relink}. */
    default void onRelinked(int relinked, @Nullable LinkFailure failure) {}

    /** A line for the log. Peers can provoke these: limit their rate. */
    default void onNotice(String text) {}
}
