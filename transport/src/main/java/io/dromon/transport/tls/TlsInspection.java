package io.dromon.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A TLS client that inspects a server: it takes whatever certificate it is shown and judges nothing, so that both sides'
 * verdicts can be told apart. For tools that find out what a peer is; nothing may be sent through it. For one connection.
 */
public final class TlsInspection implements AutoCloseable {
    private final Eyes eyes;
    private final SslContext context;

    private TlsInspection(Eyes eyes, SslContext context) {
        this.eyes = eyes;
        this.context = context;
    }

    /** A client without a certificate of its own: most nodes show theirs before they refuse it. */
    public static TlsInspection withoutCertificate() {
        // No file is read: the settings only say how TLS is spoken.
        TlsSettings speaking = TlsSettings.of(Path.of(""), Path.of(""));
        return of(Optional.empty(), List.of(), speaking, OpenSsl.isAvailable());
    }

    static TlsInspection of(Optional<NodeKey> own, List<String> ciphers, TlsSettings settings, boolean boringSsl) {
        Eyes eyes = new Eyes();
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        own.ifPresent(builder::keyManager);
        try {
            return new TlsInspection(eyes, NettyContexts.build(builder, eyes, ciphers, settings, boringSsl));
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** The handler of the connection. Its owner has the deadline. */
    public SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        Sessions.withoutTickets(handler.engine());
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /** What the server presented, its own certificate first; empty if the handshake did not come that far. */
    public List<X509Certificate> presented() {
        return eyes.presented;
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }

    private static final class Eyes extends X509ExtendedTrustManager {
        private volatile List<X509Certificate> presented = List.of();

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            try {
                presented = PeerVerifier.read(chain);
            } catch (Refused e) {
                presented = List.of(); // damaged, or far too many: the same as none
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw new IllegalStateException("an engine alone");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("an engine alone");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new IllegalStateException("a client alone");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw new IllegalStateException("a client alone");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("a client alone");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
