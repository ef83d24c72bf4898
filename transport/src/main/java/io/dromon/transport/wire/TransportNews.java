package io.dromon.transport.wire;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one place that hears what is for logs, counters and the status only; every layer tells it at once, without the
 * layers between. Nothing may be called back. Peers can provoke most of these: limit their rate.
 */
public interface TransportNews {
    /** A link is established. */
    default void onLinkUp(long link, UUID peer, String address) {}

    /** A link that was established is gone. */
    default void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {}

    /** A peer was refused, or refused this node, before its link was established. */
    default void onRefused(String address, LinkFailure failure) {}

    /**
     * A relink is over: {@code relinked} links were replaced. {@code failure} says why not all of them: the rest goes on
     * with the links that it has.
     */
    default void onRelinked(int relinked, @Nullable LinkFailure failure) {}

    /** A line for the log, at info level. */
    default void onNotice(String text) {}

    /** A member sent what it should not have, and it was dropped. */
    default void onAnomaly(UUID source, String what) {}
}
