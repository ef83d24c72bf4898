package io.dromon.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS for one role of one service of a tunnel, where the links of a group have {@link TlsContexts}: how the peer is
 * verified, the versions and the suites are chosen per service. TLS 1.3 and 1.2 only; no session is ever resumed
 * ({@link Sessions}).
 * Close it when no new connection is to be made with it; open ones live on.
 */
public final class TlsEndpoint implements AutoCloseable {
    /** All suites of TLS 1.3 that are offered. */
    public static final List<String> TLS13 = CipherList.TLS13;

    /** What the peer has to prove. */
    public enum Verification {
        /** Nothing: encrypted, with any peer. */
        NONE,
        /** Verified if it shows a certificate; a peer that shows none is let in. */
        IF_PRESENT,
        /** A chain to a self-signed anchor. */
        CHAIN,
        /** Its own certificate is among the anchors, whoever signed it. */
        PINNED,
        /** Both. */
        CHAIN_AND_PINNED;

        /** Whether a peer that was let in has proven who it is. */
        public boolean authenticates() {
            return this != NONE && this != IF_PRESENT;
        }
    }

    /**
     * What an endpoint is made of.
     *
     * @param server whether it accepts
     * @param own key and chain; a server has them, a client may do without
     * @param trust what a peer is verified against; empty if nothing is verified
     * @param verification what the peer has to prove
     * @param subjects who it has to be
     * @param protocols of {@code TLSv1.3} and {@code TLSv1.2}
     * @param ciphers OpenSSL cipher list for TLS 1.2; empty for the provider's default
     * @param suites of {@link #TLS13}; BoringSSL offers all or none of them, so that the JDK serves a part
     * @param provider who does the cryptography
     */
    public record Spec(
            boolean server,
            Optional<TlsGeneration> own,
            Trust trust,
            Verification verification,
            PeerSubjects subjects,
            List<String> protocols,
            String ciphers,
            List<String> suites,
            TlsSettings.Provider provider) {
        public Spec {
            protocols = List.copyOf(protocols);
            suites = List.copyOf(suites);
            if (server && own.isEmpty()) {
                throw new IllegalArgumentException("a server has a certificate");
            }
            if (verification != Verification.NONE && trust.anchors().isEmpty()) {
                throw new IllegalArgumentException("nothing to verify a peer against");
            }
        }
    }

    private final Spec spec;
    private final boolean boringSsl;
    private final Verifier verifier;
    private final SslContext context;

    private TlsEndpoint(Spec spec, boolean boringSsl, Verifier verifier, SslContext context) {
        this.spec = spec;
        this.boringSsl = boringSsl;
        this.verifier = verifier;
        this.context = context;
    }

    /** An endpoint; what makes that impossible is said in the exception. */
    public static TlsEndpoint of(Spec spec, InstantSource clock) throws TlsConfigException {
        boolean allSuites = spec.suites.isEmpty() || spec.suites.containsAll(TLS13);
        CipherList list =
                CipherList.of(spec.ciphers.isBlank() && !spec.suites.isEmpty() ? "HIGH:!aNULL:!DH" : spec.ciphers);
        if (!list.tls13().isEmpty()) {
            throw new TlsConfigException("socket.ssl_cipher: " + String.join(", ", list.tls13())
                    + ": a suite of TLS 1.3, which is named in ciphersuites");
        }
        boolean older = spec.protocols.contains("TLSv1.2");
        boolean boringSsl = spec.provider != TlsSettings.Provider.JDK
                && allSuites
                && OpenSsl.isAvailable()
                && (!older
                        || spec.provider == TlsSettings.Provider.BORINGSSL
                        || ProviderSuites.obstacle(list, true).isEmpty());
        if (spec.provider == TlsSettings.Provider.BORINGSSL && !boringSsl) {
            throw new TlsConfigException(
                    allSuites
                            ? "BoringSSL's library cannot be loaded here"
                            : "BoringSSL cannot leave out suites of TLS 1.3");
        }
        String obstacle = older ? ProviderSuites.obstacle(list, boringSsl) : "";
        if (!obstacle.isEmpty()) {
            throw new TlsConfigException("socket.ssl_cipher: " + obstacle + "; remove what it names from the list");
        }
        Verifier verifier = new Verifier(spec, clock, boringSsl);
        try {
            SslContextBuilder builder = spec.server
                    ? SslContextBuilder.forServer(new NodeKey(spec.own.orElseThrow(), boringSsl))
                            .clientAuth(clientAuth(spec.verification))
                    : SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
            if (!spec.server && spec.own.isPresent()) {
                builder.keyManager(new NodeKey(spec.own.get(), boringSsl));
            }
            builder.sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                    .trustManager(verifier)
                    .protocols(spec.protocols);
            List<String> suites =
                    list.isEmpty() ? List.<String>of() : ProviderSuites.select(list, spec.suites, boringSsl);
            if (!suites.isEmpty()) {
                builder.ciphers(suites);
            }
            return new TlsEndpoint(spec, boringSsl, verifier, Sessions.build(builder, boringSsl));
        } catch (SSLException | RuntimeException e) {
            throw new TlsConfigException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static ClientAuth clientAuth(Verification verification) {
        return switch (verification) {
            case NONE -> ClientAuth.NONE;
            case IF_PRESENT -> ClientAuth.OPTIONAL;
            default -> ClientAuth.REQUIRE;
        };
    }

    /**
     * A handler for one connection, without a deadline: that is the caller's.
     *
     * @param serverName what a client asks for (SNI); empty: nothing
     */
    public SslHandler handler(ByteBufAllocator allocator, Optional<String> serverName) {
        // An engine made like this takes one record at a time, so that nothing behind the handshake is lost to
        // the code that replaces the handler.
        SslHandler handler = new SslHandler(Sessions.withoutTickets(
                serverName.isPresent()
                        ? context.newEngine(allocator, serverName.get(), -1)
                        : context.newEngine(allocator)));
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /**
     * The verdict on the peer of an established session, whatever was asked during its handshake.
     *
     * @throws SSLException with the rule that was broken; the connection must not be used
     */
    public void verify(SSLSession session) throws SSLException {
        if (spec.verification == Verification.NONE) {
            return;
        }
        try {
            verifier.verify(session, spec.server);
        } catch (SSLPeerUnverifiedException none) {
            if (spec.verification.authenticates()) {
                throw none;
            }
        }
    }

    /**
     * Who the peer of an established session proved to be, verified once more.
     *
     * @return empty if it presented no certificate and needed none, or if nothing is verified here
     * @throws SSLException with the rule that was broken; the connection must not be used
     */
    public Optional<ProvenPeer> proven(SSLSession session) throws SSLException {
        if (spec.verification == Verification.NONE) {
            return Optional.empty();
        }
        verify(session);
        try {
            return Optional.of(ProvenPeer.of((X509Certificate) session.getPeerCertificates()[0]));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty(); // verify() lets it through only where none is needed
        }
    }

    /** What it was made of. */
    public Spec spec() {
        return spec;
    }

    /** {@code BoringSSL} or {@code JDK}. */
    public String provider() {
        return boringSsl ? "BoringSSL" : "JDK";
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }

    /** The rules of a service. */
    private static final class Verifier extends HandshakeVerifier {
        private final Spec spec;
        private final InstantSource clock;

        Verifier(Spec spec, InstantSource clock, boolean openSsl) {
            super(openSsl);
            this.spec = spec;
            this.clock = clock;
        }

        @Override
        void verify(List<X509Certificate> presented, Role role) throws Refused {
            Verification wanted = spec.verification;
            if (wanted == Verification.NONE) {
                return;
            }
            if (wanted != Verification.PINNED) {
                CertificateRules.check(presented, spec.trust, role, clock.instant());
            }
            if (wanted == Verification.PINNED || wanted == Verification.CHAIN_AND_PINNED) {
                CertificateRules.checkPinned(presented, spec.trust, role, clock.instant());
            }
            spec.subjects.check(presented.get(0));
        }
    }
}
