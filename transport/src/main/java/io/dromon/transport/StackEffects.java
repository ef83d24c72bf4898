package io.dromon.transport;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the stack tells the node above. Called from the stack's own loop, never from inside of EVS or the primary component; {@link
 * GroupStack#send} and {@link GroupStack#sendLocalCausal} may be called from inside.
 */
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
}
