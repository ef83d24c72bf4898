package io.dromon.transport.link;

import io.dromon.transport.tls.TlsFailures;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** The texts of failures: who, what was seen, what to do. */
final class Verdicts {
    private Verdicts() {}

    static LinkFailure tlsPeer(NettyLink link) {
        return new LinkFailure.TlsPeer(link.peer
                + ": the peer speaks TLS, this node plain text; all nodes of a cluster use the same mode: set"
                + " socket.ssl=YES, socket.ssl_cert and socket.ssl_key here, or socket.ssl=NO there");
    }

    static LinkFailure addressWantsTls(String address) {
        return new LinkFailure.TlsPeer(address
                + ": the address says TLS, this node runs plain text; set socket.ssl=YES, socket.ssl_cert and"
                + " socket.ssl_key here, or use tcp:// and socket.ssl=NO there");
    }

    static LinkFailure plainPeer(NettyLink link, FirstBytes.Kind kind) {
        String seen = switch (kind) {
            case PLAIN_FRAME -> "the peer speaks Galera's protocol in plain text";
            case PLAIN_NOTICE -> "the peer answered that it runs in plain text";
            default -> "the peer does not speak TLS (a node in plain text, a port scanner or another program)";
        };
        return new LinkFailure.PlainPeer(link.peer + ": " + seen
                + ", this node TLS; all nodes of a cluster use the same mode: set socket.ssl=YES, socket.ssl_cert and"
                + " socket.ssl_key there, or socket.ssl=NO here");
    }

    static LinkFailure plainIsOver(NettyLink link) {
        return new LinkFailure.PlainPeer(link.peer
                + ": closed, it is in plain text and socket.dynamic is over (tls.dynamic_until, tls.dynamic_grace); set"
                + " socket.ssl=YES, socket.ssl_cert and socket.ssl_key there");
    }

    static LinkFailure silentDialler(NettyLink link, Duration waited, int bytes) {
        return new LinkFailure.SilentPeer(link.peer + ": the peer connected and "
                + (bytes == 0 ? "said nothing" : "sent " + bytes + " bytes only") + " for " + waited.toMillis()
                + " ms, where TLS was expected; "
                + (bytes == 0
                        ? "most likely it runs in plain text (there the accepting side speaks first): set socket.ssl=YES,"
                                + " socket.ssl_cert and socket.ssl_key there; a health check of a load balancer does"
                                + " the same, and a node with TLS that is slow or far away: raise tls.probe_timeout here"
                                + " then"
                        : "it, or the way to it, is slow: raise tls.probe_timeout here; or it is no node"));
    }

    static LinkFailure slowHandshake(NettyLink link, Duration waited) {
        return new LinkFailure.SilentPeer(link.peer + ": the TLS handshake was not done after " + waited.toMillis()
                + " ms; the peer hangs, is overloaded, or is no node");
    }

    static LinkFailure slowDial(NettyLink link, Duration waited, boolean connected) {
        return new LinkFailure.SilentPeer(link.peer + ": "
                + (connected
                        ? "connected, but the TLS handshake was not done after "
                        : "no connection could be made within ")
                + waited.toMillis() + " ms; "
                + (connected
                        ? "the peer hangs, is overloaded, or is no node"
                        : "check the address, and firewalls that drop packets"));
    }

    static LinkFailure tooManyHalfOpen(NettyLink link, int cap) {
        return new LinkFailure.SilentPeer(link.peer + ": dropped, because " + cap
                + " accepted connections have not proven to be nodes yet, and no address holds more of them than "
                + link.ip
                + "; look for a port scanner or a health check there");
    }

    static LinkFailure notAllowed(String ip) {
        return new LinkFailure.UntrustedPeer(
                ip + ": connection refused, wsrep_allowlist does not name this address; add it if a node is there");
    }

    static LinkFailure doesNotRead(NettyLink link, long waiting) {
        return new LinkFailure.Disconnected(link.peer + ": the peer does not read: " + waiting
                + " bytes wait for it; it hangs or its network is too slow");
    }

    /** What a channel reported. */
    static LinkFailure of(NettyLink link, Throwable cause) {
        return TlsFailures.of(link.peer, cause, link.ownTrust).orElseGet(() -> {
            for (Throwable at = cause; at != null; at = at.getCause()) {
                if (at instanceof ConnectException) {
                    return new LinkFailure.Disconnected(link.peer
                            + ": connection refused or not possible; is the node running, and is the port right?");
                }
                if (at instanceof ClosedChannelException || at instanceof javax.net.ssl.SSLException) {
                    return new LinkFailure.Disconnected(link.peer
                            + (link.phase == NettyLink.Phase.UP
                                    ? ": closed by the peer"
                                    : ": closed by the peer during the TLS handshake; see its log for why"));
                }
                if (at instanceof IOException) {
                    return new LinkFailure.Disconnected(link.peer + ": connection lost: " + at.getMessage());
                }
            }
            return new LinkFailure.Disconnected(
                    link.peer + ": failed: " + cause.getClass().getSimpleName());
        });
    }
}
