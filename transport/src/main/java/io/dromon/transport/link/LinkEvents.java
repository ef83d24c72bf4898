package io.dromon.transport.link;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.util.List;

/** The events of connections, for the mesh; all calls on the protocol thread of the node ({@link Links}). */
public interface LinkEvents {
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
    void onClosed(long link, LinkFailure failure, long nowNs);

    /**
     * The answer to {@link Links#resolve}.
     *
     * @param numeric {@code scheme://ip:port} for each address of the host; empty if the name is not known
     */
    void onResolved(String address, List<String> numeric, long nowNs);

    /** One whole frame body with a right checksum. */
    void onMessage(long link, Bytes message, long nowNs);
}
