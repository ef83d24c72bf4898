package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsPeer;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** State of one connection; touched by the protocol thread alone. */
final class NettyLink {
    /** A dial that ends when the peer has spoken, or refused. */
    record Trial(TlsContexts contexts, CompletableFuture<Optional<LinkFailure>> verdict) {}

    /** Where a connection stands. */
    enum Phase {
        /** Being connected, probed, or in the TLS handshake: the mesh can neither send nor receive. */
        NEGOTIATING,
        UP,
        /** Gone for the mesh, though the socket may still be sending what is queued. */
        CLOSED
    }

    final long id;
    final boolean accepted;
    /** {@code scheme://ip:port} of the other end, for messages. */
    final String peer;
    /** Numeric, IPv6 in brackets. */
    final String ip;

    Phase phase = Phase.NEGOTIATING;
    /** Null until a dial has a socket. */
    @Nullable
    Channel channel;
    /** The deadline of the negotiation. */
    @Nullable
    Future<?> deadline;

    @Nullable
    TlsPeer tls;
    /** {@link TlsContexts#trustText} of the contexts that the link is made with. */
    String ownTrust = "";
    /** What the peer presented, its own certificate first. */
    List<X509Certificate> presented = List.of();

    Optional<PeerIdentity> identity = Optional.empty();
    /** Not for the mesh: only to see whether the peer takes what these contexts present. */
    @Nullable
    Trial trial;

    /** What ALPN agreed on. */
    @Nullable
    String applicationProtocol;

    @Nullable
    Instant since;
    /** Whether it counts as half-open: accepted, and not proven to be a peer yet. */
    boolean halfOpen;

    /** Range of the turn's buffer that is to be written, empty if the two are equal. */
    int pendingStart;

    int pendingEnd;
    /** Whether the turn has written to it. */
    boolean dirty;

    boolean compressed;
    /** With compression: what goes through TLS, where {@link #bytesIn} and {@link #bytesOut} count what it stands for. */
    long wireIn;

    long wireOut;
    long bytesIn;
    long bytesOut;
    long framesIn;
    long framesOut;

    NettyLink(long id, boolean accepted, String peer, String ip) {
        this.id = id;
        this.accepted = accepted;
        this.peer = peer;
        this.ip = ip;
    }

    void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** TLS is up: keeps what it has shown of the peer. */
    void proven(SslHandler handler) {
        applicationProtocol = handler.applicationProtocol();
        presented = presented(handler.engine().getSession());
        identity = presented.stream().findFirst().map(PeerIdentity::of);
    }

    private static List<X509Certificate> presented(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // refused before it comes here
        }
        return chain;
    }

    LinkStatus status() {
        return new LinkStatus(
                id,
                accepted,
                peer,
                Optional.ofNullable(tls),
                Optional.ofNullable(applicationProtocol),
                compressed ? Optional.of(new LinkStatus.Compressed(wireIn, wireOut)) : Optional.empty(),
                Optional.ofNullable(since),
                bytesIn,
                bytesOut,
                framesIn,
                framesOut);
    }
}
