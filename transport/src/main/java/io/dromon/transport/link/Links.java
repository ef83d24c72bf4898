package io.dromon.transport.link;

import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.PeerIdentity;
import java.util.Optional;

/**
 * The connections of one node as the mesh sees them: numbered, ordered, whole messages. Implemented on sockets and by
 * the simulator's network. All calls, and all calls of {@link LinkEvents}, happen on the node's one protocol thread; an
 * implementation never calls back from inside a call of this interface.
 */
public interface Links {
    /**
     * Starts to connect to {@code address} ({@code tcp://ip:port} or {@code ssl://ip:port}). Answered later by {@link
     * LinkEvents#onConnected} or {@link LinkEvents#onClosed}.
     *
     * @return number of the new link, never used before
     */
    long dial(String address);

    /**
     * Asks for the numeric addresses of {@code address}, whose host is a name. Answered later by {@link
     * LinkEvents#onResolved}, also where the name is not known.
     */
    void resolve(String address);

    /**
     * Queues one message (a frame body, at most 32768 bytes) in order. Written out at the end of the turn. Ignored if
     * the link is gone.
     */
    void send(long link, Encodable message);

    /** Sends what is queued, for a bounded time, then closes. No event follows for this link. */
    void close(long link);

    /** What TLS proved of the peer of a link that is up; empty in plain text. */
    default Optional<PeerIdentity> identity(long link) {
        return Optional.empty();
    }
}
