package io.dromon.transport.tls;

import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Makes TLS handlers of one {@link TlsGeneration} for both ends of a link: TLS 1.3 and 1.2, the peer's certificate
 * required and verified by {@link CertificateRules}, no session ever resumed ({@link Sessions}), so that every handshake
 * shows a certificate. Close it when no new link is to be made with it; open links live on.
 */
public final class TlsContexts implements AutoCloseable {
    private static final String CIPHER = "socket.ssl_cipher: ";

    private final TlsGeneration generation;
    private final boolean boringSsl;
    private final List<String> warnings;
    private final List<String> refusals;
    private final List<String> ciphers;
    private final TlsSettings settings;
    private final SslContext server;
    private final SslContext client;
    private final PeerVerifier verifier;
    private final PeerPolicy policy;
    private final String trustText;

    private TlsContexts(
            TlsGeneration generation,
            boolean boringSsl,
            List<String> warnings,
            List<String> refusals,
            List<String> ciphers,
            TlsSettings settings,
            SslContext server,
            SslContext client,
            PeerVerifier verifier,
            PeerPolicy policy) {
        this.generation = generation;
        this.trustText = TrustText.own(generation.trust(), generation.chain());
        this.verifier = verifier;
        this.policy = policy;
        this.boringSsl = boringSsl;
        this.warnings = List.copyOf(warnings);
        this.refusals = List.copyOf(refusals);
        this.ciphers = ciphers;
        this.settings = settings;
        this.server = server;
        this.client = client;
    }

    /**
     * Loads BoringSSL if it is there, which takes a tenth of a second. A program whose start counts calls it early, on
     * a thread of its own.
     *
     * @return whether it is there
     */
    public static boolean prepare() {
        return OpenSsl.isAvailable();
    }

    /** Loads the files of the settings as generation {@code number}. */
    public static TlsContexts load(long number, TlsSettings settings) throws TlsConfigException {
        TlsGeneration generation;
        try {
            generation = new Material(settings, true).load(number);
        } catch (TlsConfigException e) {
            try {
                CipherList.of(settings.cipher());
            } catch (TlsConfigException ciphers) {
                throw e.and(ciphers.problems());
            }
            throw e;
        }
        return of(generation, settings, InstantSource.system());
    }

    /** Contexts of a generation that is in memory already. */
    public static TlsContexts of(TlsGeneration generation, TlsSettings settings, InstantSource clock)
            throws TlsConfigException {
        PeerPolicy policy = new PeerPolicy(settings.peers(), generation.trust());
        List<String> warnings = new ArrayList<>(generation.notes());
        warnings.addAll(generation.warnings(clock.instant()));
        List<String> refusals = new ArrayList<>(generation.refusals(clock.instant()));
        policy.refusalOfOwn(generation.chain(), clock.instant()).ifPresent(refusal -> {
            warnings.add(refusal);
            refusals.add(refusal);
        });
        if (settings.provider() != TlsSettings.Provider.JDK) {
            KeyRules.jdkOnly(generation.certificate().getPublicKey())
                    .ifPresent(kind -> refusals.add("socket.ssl_cert: its key is " + kind
                            + ": every Dromon node with a key of another kind uses BoringSSL and will refuse it; make a"
                            + " new pair (EC P-256), or set tls.provider=jdk on every node"));
        }
        try {
            return of(generation, settings, clock, policy, warnings, refusals);
        } catch (TlsConfigException e) {
            throw e.and(refusals);
        }
    }

    private static TlsContexts of(
            TlsGeneration generation,
            TlsSettings settings,
            InstantSource clock,
            PeerPolicy policy,
            List<String> warnings,
            List<String> refusals)
            throws TlsConfigException {
        CipherList list = CipherList.of(settings.cipher());
        checkVersions(settings, list, warnings);
        boolean boringSsl = useBoringSsl(settings, list, generation, warnings);
        List<String> ciphers = ciphers(settings, list, generation.certificate(), boringSsl);
        NodeKey key = new NodeKey(generation, boringSsl);
        PeerVerifier verifier = new PeerVerifier(generation.trust(), policy, clock, boringSsl);
        try {
            SslContext server = NettyContexts.build(
                    SslContextBuilder.forServer(key).clientAuth(ClientAuth.REQUIRE),
                    verifier,
                    ciphers,
                    settings,
                    boringSsl);
            try {
                // Netty compares the host name by default; nodes are known by their certificate alone.
                SslContext client = NettyContexts.build(
                        SslContextBuilder.forClient().keyManager(key).endpointIdentificationAlgorithm(null),
                        verifier,
                        ciphers,
                        settings,
                        boringSsl);
                return new TlsContexts(
                        generation, boringSsl, warnings, refusals, ciphers, settings, server, client, verifier, policy);
            } catch (SSLException | RuntimeException e) {
                ReferenceCountUtil.release(server);
                throw e;
            }
        } catch (SSLException | RuntimeException e) {
            throw new TlsConfigException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static boolean useBoringSsl(
            TlsSettings settings, CipherList list, TlsGeneration generation, List<String> warnings)
            throws TlsConfigException {
        TlsSettings.Provider wanted = settings.provider();
        if (wanted == TlsSettings.Provider.JDK) {
            return false;
        }
        boolean available = OpenSsl.isAvailable();
        if (!available && wanted == TlsSettings.Provider.AUTO) {
            warnings.add("tls.provider: BoringSSL's library cannot be loaded here ("
                    + CertificateText.printable(String.valueOf(OpenSsl.unavailabilityCause()))
                    + "); the JDK's TLS is used instead, which is slower; tls.provider=jdk says that this is meant");
        }
        if (!available && wanted == TlsSettings.Provider.BORINGSSL) {
            throw new TlsConfigException(
                    "tls.provider=boringssl: its library cannot be loaded here; set tls.provider=auto or jdk",
                    OpenSsl.unavailabilityCause());
        }
        String obstacle = available ? obstacle(settings, list, generation) : "";
        if (!obstacle.isEmpty() && wanted == TlsSettings.Provider.BORINGSSL) {
            throw new TlsConfigException(obstacle + "; set tls.provider=auto or jdk, or change it");
        }
        if (!obstacle.isEmpty()) {
            String jdk = settings.allows("TLSv1.2") ? ProviderSuites.obstacle(list, false) : "";
            if (!jdk.isEmpty()) {
                throw new TlsConfigException(
                        obstacle + ", and for " + CIPHER + jdk + "; remove what is named from the list");
            }
            warnings.add(obstacle + "; the JDK's TLS is used instead, which is slower");
        }
        return available && obstacle.isEmpty();
    }

    /** What is configured and BoringSSL cannot do; empty if there is nothing. */
    private static String obstacle(TlsSettings settings, CipherList list, TlsGeneration generation)
            throws TlsConfigException {
        Optional<String> jdkOnly = KeyRules.jdkOnly(generation.certificate().getPublicKey());
        if (jdkOnly.isPresent()) {
            return "socket.ssl_key: its kind is " + jdkOnly.get() + ", which BoringSSL takes from no node and no peer:"
                    + " every Dromon node of the cluster needs tls.provider=jdk then, or such a key; EC P-256 works"
                    + " everywhere";
        }
        List<String> tls13 = list.tls13();
        if (settings.allows("TLSv1.3") && !tls13.isEmpty() && !tls13.containsAll(CipherList.TLS13)) {
            return CIPHER + String.join(", ", tls13) + ": BoringSSL always offers all three suites of TLS 1.3";
        }
        String older = settings.allows("TLSv1.2") ? ProviderSuites.obstacle(list, true) : "";
        return older.isEmpty() ? "" : CIPHER + older;
    }

    /** Each version that is allowed keeps a suite, and what has no effect is told. */
    private static void checkVersions(TlsSettings settings, CipherList list, List<String> warnings)
            throws TlsConfigException {
        if (list.isEmpty()) {
            return;
        }
        String protocols = "tls.protocols=" + String.join(",", settings.protocols());
        if (list.tls12().isEmpty() && settings.allows("TLSv1.2")) {
            throw new TlsConfigException(CIPHER + "\"" + settings.cipher()
                    + "\" names suites of TLS 1.3 alone and leaves none for TLS 1.2, which " + protocols
                    + " allows; set tls.protocols=TLSv1.3, or add suites of TLS 1.2, for instance HIGH");
        }
        if (!list.tls12().isEmpty() && !settings.allows("TLSv1.2")) {
            warnings.add(CIPHER + "what \"" + settings.cipher() + "\" says of TLS 1.2 is ignored, " + protocols
                    + " does not allow it");
        }
        if (!list.tls13().isEmpty() && !settings.allows("TLSv1.3")) {
            warnings.add(
                    CIPHER + String.join(", ", list.tls13()) + ": ignored, " + protocols + " does not allow TLS 1.3");
        }
    }

    /** Names for the builder, IANA; empty for the provider's default. */
    private static List<String> ciphers(TlsSettings settings, CipherList list, X509Certificate own, boolean boringSsl)
            throws TlsConfigException {
        if (list.isEmpty()) {
            return List.of();
        }
        String obstacle = settings.allows("TLSv1.2") ? ProviderSuites.obstacle(list, boringSsl) : "";
        if (!obstacle.isEmpty()) {
            throw new TlsConfigException(CIPHER + obstacle + "; remove what it names from the list");
        }
        List<String> usable = ProviderSuites.select(list, list.tls13(), boringSsl);
        boolean rsa = own.getPublicKey() instanceof RSAPublicKey;
        if (settings.allows("TLSv1.2")
                && usable.stream().noneMatch(name -> name.contains("_WITH_") && name.contains("_ECDSA_") != rsa)) {
            throw new TlsConfigException(CIPHER + "none of the suites that \"" + settings.cipher()
                    + "\" selects can be used in TLS 1.2 with the "
                    + own.getPublicKey().getAlgorithm()
                    + " key of socket.ssl_cert (the first is "
                    + CipherList.openSslName(list.tls12().get(0))
                    + "); select suites with " + (rsa ? "aRSA" : "aECDSA") + ", or set tls.protocols=TLSv1.3");
        }
        return usable;
    }

    /** For a connection that was accepted. */
    public SslHandler serverHandler(ByteBufAllocator allocator) {
        return handler(server, allocator);
    }

    /** For a connection that was dialled. */
    public SslHandler clientHandler(ByteBufAllocator allocator) {
        return handler(client, allocator);
    }

    /**
     * The engine of a connection that was accepted, for a caller that does its own input and output. It wants direct
     * buffers, and encrypts as many records in one call as there is room for. Give it to {@link #release} at the end.
     */
    public SSLEngine serverEngine() {
        return Sessions.withoutTickets(
                server.newHandler(ByteBufAllocator.DEFAULT).engine());
    }

    /** The same for a connection that was dialled. */
    public SSLEngine clientEngine() {
        return Sessions.withoutTickets(
                client.newHandler(ByteBufAllocator.DEFAULT).engine());
    }

    /** Frees what an engine holds outside the heap; it must not be used any more. */
    public static void release(SSLEngine engine) {
        ReferenceCountUtil.release(engine);
    }

    private static SslHandler handler(SslContext context, ByteBufAllocator allocator) {
        // No host and port: the JDK would look for a session of the same host and port, and a real node answers an
        // attempt to resume one with internal_error (chapter 01, pitfall 6). ALPN has its place in the builders above.
        SslHandler handler = context.newHandler(allocator);
        Sessions.withoutTickets(handler.engine());
        // The owner of the link has the deadline, for the first byte and for the handshake as a whole.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /**
     * Who the peer of an established session is, and which rule admitted it.
     *
     * @param accepted whether this node was the TLS server
     * @param peer for the text of the failure
     * @param ip numeric address of the peer
     * @param admitted takes the peer if all is well
     * @return why it is refused after all ({@code tls.check_host}, or no certificate)
     */
    public Optional<LinkFailure> identify(
            SSLSession session, boolean accepted, String peer, String ip, Consumer<TlsPeer> admitted) {
        try {
            Certificate[] presented = session.getPeerCertificates();
            String rule = verifier.admit(presented, accepted ? Role.CLIENT : Role.SERVER);
            X509Certificate certificate = (X509Certificate) presented[0];
            if (!accepted) {
                policy.checkHost(certificate, ip);
            }
            admitted.accept(TlsPeer.of(session, certificate, generation.number(), rule));
            return Optional.empty();
        } catch (Refused refused) {
            return TlsFailures.of(peer, refused);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.of(
                    new LinkFailure.UntrustedPeer(peer + ": presented no certificate; set socket.ssl_cert there"));
        }
    }

    /**
     * The verdict on the peer of an established session, for a caller that does its own input and output.
     *
     * @param accepted whether this node was the TLS server
     * @throws SSLException with the rule that was broken; the connection must not be used
     */
    public void verify(SSLSession session, boolean accepted) throws SSLException {
        verifier.verify(session, accepted);
    }

    /**
     * What would become of a peer, as client and as server.
     *
     * @param refusal why it would be refused; empty if it would be let in
     * @param admittedBy the rule that would let it in; empty if none does
     */
    public record Judgement(Optional<String> refusal, String admittedBy) {}

    /**
     * Judges what a peer presented, by the rules of links.
     *
     * @param presented its certificates, its own first
     * @param dialledIp numeric address at which it was dialled, for {@code tls.check_host}
     */
    public Judgement judge(List<X509Certificate> presented, Optional<String> dialledIp, Instant now) {
        String rule = "";
        try {
            for (Role role : Role.values()) {
                rule = policy.admit(CertificateRules.check(presented, generation.trust(), role, now));
            }
            if (dialledIp.isPresent()) {
                policy.checkHost(presented.get(0), dialledIp.get());
            }
            return new Judgement(Optional.empty(), rule);
        } catch (Refused refused) {
            return new Judgement(Optional.of(String.valueOf(refused.getMessage())), "");
        }
    }

    /**
     * A client that presents what these contexts present and takes whatever the server presents, to inspect it.
     *
     * @return for one connection; the caller closes it
     */
    public TlsInspection inspection() {
        return TlsInspection.of(Optional.of(new NodeKey(generation, boringSsl)), ciphers, settings, boringSsl);
    }

    /** What this node trusts and whom its own chain names, for the text of a peer's refusal. */
    public String trustText() {
        return trustText;
    }

    /** What the contexts were made of. */
    public TlsGeneration generation() {
        return generation;
    }

    /** {@code BoringSSL} or {@code JDK}, for log and status. */
    public String provider() {
        return boringSsl ? "BoringSSL" : "JDK";
    }

    /** Why peers with the same trust and rules would refuse this node; one line each. */
    public List<String> refusals() {
        return refusals;
    }

    /** What the operator should know although TLS works; one line each. */
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(server);
        ReferenceCountUtil.release(client);
    }
}
