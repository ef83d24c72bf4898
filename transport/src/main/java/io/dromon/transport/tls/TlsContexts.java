package io.dromon.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Makes TLS handlers of one {@link TlsGeneration} for both ends of a link: TLS 1.3 and 1.2, the peer's certificate
 * required and verified by {@link CertificateRules}, no session ever resumed (a real node cannot; specification,
 * chapter 01 section 3.3). Close it when no new link is to be made with it; open links live on.
 */
public final class TlsContexts implements AutoCloseable {
    private static final List<String> TLS13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsGeneration generation;
    private final boolean boringSsl;
    private final List<String> warnings;
    private final SslContext server;
    private final SslContext client;

    private TlsContexts(
            TlsGeneration generation, boolean boringSsl, List<String> warnings, SslContext server, SslContext client) {
        this.generation = generation;
        this.boringSsl = boringSsl;
        this.warnings = List.copyOf(warnings);
        this.server = server;
        this.client = client;
    }

    /** Loads the files of the settings as generation {@code number}. */
    public static TlsContexts load(long number, TlsSettings settings) throws TlsConfigException {
        return of(TlsGeneration.load(number, settings), settings, InstantSource.system());
    }

    /** Contexts of a generation that is in memory already. */
    public static TlsContexts of(TlsGeneration generation, TlsSettings settings, InstantSource clock)
            throws TlsConfigException {
        boolean boringSsl = useBoringSsl(settings.provider());
        List<String> warnings = new ArrayList<>(generation.warnings(clock.instant()));
        List<String> ciphers = ciphers(settings.cipher(), boringSsl, warnings);
        NodeKey key = new NodeKey(generation, boringSsl);
        PeerVerifier verifier = new PeerVerifier(generation.anchors(), clock, boringSsl);
        try {
            SslContext server = build(
                    SslContextBuilder.forServer(key).clientAuth(ClientAuth.REQUIRE), verifier, ciphers, boringSsl);
            try {
                // Netty compares the host name by default; nodes are known by their certificate alone.
                SslContext client = build(
                        SslContextBuilder.forClient().keyManager(key).endpointIdentificationAlgorithm(null),
                        verifier,
                        ciphers,
                        boringSsl);
                return new TlsContexts(generation, boringSsl, warnings, server, client);
            } catch (SSLException | RuntimeException e) {
                ReferenceCountUtil.release(server);
                throw e;
            }
        } catch (SSLException | RuntimeException e) {
            throw new TlsConfigException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static SslContext build(
            SslContextBuilder builder, PeerVerifier verifier, List<String> ciphers, boolean boringSsl)
            throws SSLException {
        builder.sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .trustManager(verifier)
                .protocols(PROTOCOLS);
        if (!ciphers.isEmpty()) {
            builder.ciphers(ciphers);
        }
        SslContext context = builder.build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return context;
    }

    private static boolean useBoringSsl(TlsSettings.Provider wanted) throws TlsConfigException {
        if (wanted == TlsSettings.Provider.JDK) {
            return false;
        }
        boolean available = OpenSsl.isAvailable();
        if (!available && wanted == TlsSettings.Provider.BORINGSSL) {
            throw new TlsConfigException(
                    "tls.provider=boringssl: its library cannot be loaded here; set tls.provider=auto or jdk",
                    OpenSsl.unavailabilityCause());
        }
        return available;
    }

    /** Names for the builder, IANA; empty for the provider's default. */
    private static List<String> ciphers(String list, boolean boringSsl, List<String> warnings)
            throws TlsConfigException {
        if (list.isBlank()) {
            return List.of();
        }
        List<String> wanted = CipherList.parse(list);
        Set<String> supported = boringSsl ? OpenSsl.availableJavaCipherSuites() : jdkSuites();
        List<String> usable = new ArrayList<>(TLS13);
        List<String> missing = new ArrayList<>();
        for (String name : wanted) {
            (supported.contains(name) ? usable : missing).add(name);
        }
        String provider = boringSsl ? "BoringSSL" : "the JDK";
        if (missing.size() == wanted.size()) {
            throw new TlsConfigException("socket.ssl_cipher: " + provider + " has none of the suites that \"" + list
                    + "\" selects; the first of them is " + CipherList.openSslName(wanted.get(0)));
        }
        // A list that names suites one by one wants each of them; classes like HIGH just take what there is.
        List<String> named = missing.stream()
                .map(CipherList::openSslName)
                .filter(name -> List.of(list.split("[:, ]+", -1)).contains(name))
                .toList();
        if (!named.isEmpty()) {
            warnings.add("socket.ssl_cipher: " + provider + " does not have " + String.join(", ", named)
                    + "; the rest of the list is used");
        }
        return usable;
    }

    private static Set<String> jdkSuites() throws TlsConfigException {
        try {
            return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new TlsConfigException("this JDK has no TLS", e);
        }
    }

    /** For a connection that was accepted. */
    public SslHandler serverHandler(ByteBufAllocator allocator) {
        return handler(server, allocator);
    }

    /** For a connection that was dialled. */
    public SslHandler clientHandler(ByteBufAllocator allocator) {
        return handler(client, allocator);
    }

    private static SslHandler handler(SslContext context, ByteBufAllocator allocator) {
        // No host and port: the JDK would resume a session of the same host and port by itself, which a real node
        // answers with internal_error (chapter 01, pitfall 14.6). ALPN has its place in the builders above.
        SslHandler handler = context.newHandler(allocator);
        // The owner of the link has the deadline, for the first byte and for the handshake as a whole.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /** What the contexts were made of. */
    public TlsGeneration generation() {
        return generation;
    }

    /** {@code BoringSSL} or {@code JDK}, for log and status. */
    public String provider() {
        return boringSsl ? "BoringSSL" : "JDK";
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
