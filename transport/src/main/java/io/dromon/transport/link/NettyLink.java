package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsPeer;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    /** Whether it counts as half open: accepted and not proven to be a peer. */
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
