package io.dromon.transport.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** The common part of every TLS context of this module, whatever it presents and whomever it trusts. */
final class NettyContexts {
    private NettyContexts() {}

    static SslContext build(
            SslContextBuilder builder,
            TrustManager verifier,
            List<String> ciphers,
            TlsSettings settings,
            boolean boringSsl)
            throws SSLException {
        builder.sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .trustManager(verifier)
                .protocols(settings.protocols());
        if (!ciphers.isEmpty()) {
            builder.ciphers(ciphers);
        }
        if (!settings.applicationProtocols().isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    settings.applicationProtocols()));
        }
        return Sessions.build(builder, boringSsl);
    }
}
