package io.dromon.node.ist;

import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.transport.tls.TlsFailures;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection did not become one of a transfer: who, what was seen, what to do.
 *
 * @param peer address of the peer
 * @param accepted whether this node is the joiner
 * @param ownTrust what this node trusts, for a peer that does not trust it; empty in plain text
 * @param limit deadline of the present step
 */
record Verdicts(String peer, boolean accepted, Optional<String> ownTrust, Duration limit) {
    private static final int LONGEST = 200;
    private static final String SAME_MODE =
            "; all nodes of a cluster use the same mode: set socket.ssl=YES," + " socket.ssl_cert and socket.ssl_key ";

    RefusedPeerException tlsPeer() {
        return refused(
                Reason.REFUSED,
                new LinkFailure.TlsPeer(
                        peer + ": the peer speaks TLS on the port of incremental state transfers, this node"
                                + " plain text" + SAME_MODE + "here, or socket.ssl=NO there"),
                null);
    }

    static IstException addressWantsTls(String address) {
        return new IstException(
                Reason.REFUSED,
                address + ": the joiner's address says TLS, this node runs plain text" + SAME_MODE
                        + "here, or socket.ssl=NO there");
    }

    RefusedPeerException notAllowed() {
        return refused(
                Reason.REFUSED,
                new LinkFailure.UntrustedPeer(
                        peer + ": connection refused, wsrep_allowlist does not name this address; add it if a node is"
                                + " there"),
                null);
    }

    RefusedPeerException identity(LinkFailure failure) {
        return refused(Reason.REFUSED, failure, null);
    }

    /** What became of a step: the connection, TLS, or the handshake of IST. */
    RefusedPeerException of(Throwable cause) {
        if (cause instanceof RefusedPeerException refused) {
            return refused;
        }
        if (cause instanceof IstException ist) {
            return refused(ist.reason(), new LinkFailure.Corrupt(peer + ": " + ist.getMessage()), cause);
        }
        if (TlsFailures.isPlain(cause)) {
            return refused(
                    Reason.REFUSED,
                    new LinkFailure.PlainPeer(
                            peer + ": the peer does not speak TLS (a node in plain text, a port scanner or"
                                    + " another program), this node does" + SAME_MODE + "there, or socket.ssl=NO here"),
                    cause);
        }
        Optional<LinkFailure> tls = TlsFailures.of(peer, cause, ownTrust.orElse(""));
        if (tls.isPresent()) {
            return refused(Reason.REFUSED, tls.get(), cause);
        }
        if (cause instanceof SocketTimeoutException) {
            return refused(Reason.SILENT, new LinkFailure.SilentPeer(peer + ": " + silent()), cause);
        }
        if (cause instanceof InterruptedIOException || cause instanceof ClosedByInterruptException) {
            return refused(
                    Reason.CANCELLED,
                    new LinkFailure.SilentPeer(peer
                            + ": dropped, it had not proven to be a node yet, and others waited or the transfer was"
                            + " closed"),
                    cause);
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return refused(
                    Reason.UNREACHABLE,
                    new LinkFailure.Disconnected(peer + ": no connection for an incremental state transfer ("
                            + cause.getMessage() + "); does the joiner listen there (ist.recv_addr), and can this node"
                            + " reach it?"),
                    cause);
        }
        if (cause instanceof RuntimeException) {
            return refused(Reason.REFUSED, new LinkFailure.Disconnected(peer + ": failed: " + printable(cause)), cause);
        }
        return refused(
                ownTrust.isPresent() ? Reason.REFUSED : Reason.CUT,
                new LinkFailure.Disconnected(peer + ": closed before its handshake was done"
                        + (ownTrust.isPresent() || accepted
                                ? "; see its log for why"
                                : "; see its log for why: it may want TLS, this node runs plain text")),
                cause);
    }

    private String silent() {
        String waited = " for " + limit.toMillis() + " ms, where its handshake was expected; ";
        return (accepted ? "the peer connected and said nothing" : "the joiner said nothing")
                + waited
                + (accepted && ownTrust.isPresent()
                        ? "it may run in plain text (there the accepting side speaks first), be a health check of a load"
                                + " balancer, or hang"
                        : "it hangs, is overloaded, or is no node");
    }

    /** What an exception says, for people. */
    static String printable(Throwable e) {
        String text = e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
        return PeerText.printable(text, LONGEST);
    }

    private static RefusedPeerException refused(Reason reason, LinkFailure failure, @Nullable Throwable cause) {
        return new RefusedPeerException(reason, failure, cause);
    }
}
