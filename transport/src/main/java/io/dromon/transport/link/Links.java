package io.dromon.transport.link;

import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.PeerIdentity;
import java.util.List;
import java.util.Optional;

/**
 * The connections of one node as the mesh sees them: numbered, ordered, whole messages. Implemented on sockets and by
 * the simulator's network. All calls, and all calls of {@link Events}, happen on the node's one protocol thread; an
 * implementation never calls back from inside a call of this interface.
 */
public interface Links {
    /**
     * Starts to connect to {@code address} ({@code tcp://ip:port} or {@code ssl://ip:port}). Answered later by {@link
     * Events#onConnected} or {@link Events#onClosed}.
     *
     * @return number of the new link, never used before
     */
    long dial(String address);

    /**
     * Asks for the numeric addresses of {@code address}, whose host is a name. Answered later by {@link
     * Events#onResolved}, also where the name is not known.
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

    /** What connections report to the mesh. */
    interface Events {
        /**
         * A peer connected to the listener, TLS (if on) is done and its identity is accepted.
         *
         * @param scheme {@code tcp} or {@code ssl}
         * @param remoteIp numeric address of the peer, IPv6 in brackets
         */
        void onAccepted(long link, String scheme, String remoteIp, long nowNs);

        /** A dialled link is up, TLS (if on) included. */
        void onConnected(long link, long nowNs);

        /** The link failed or was closed by the peer; also the answer to a dial that failed. */
        void onClosed(long link, io.dromon.transport.wire.LinkFailure failure, long nowNs);

        /**
         * The answer to {@link Links#resolve}.
         *
         * @param numeric {@code scheme://ip:port} for each address of the host; empty if the name is not known
         */
        void onResolved(String address, List<String> numeric, long nowNs);

        /** One whole frame body with a right checksum. */
        void onMessage(long link, io.dromon.transport.wire.Bytes message, long nowNs);
    }
}
