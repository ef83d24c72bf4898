package io.dromon.sst.rsync;

import io.dromon.sst.tunnel.Tunnel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.sst.tunnel.TunnelException;
import io.dromon.sst.tunnel.TunnelService;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** The tunnel under rsync: each end accepts only the certificate that has proven the token. */
final class RsyncTunnel {
    private static final List<String> TLS = List.of("TLSv1.3");

    private RsyncTunnel() {}

    /** Accepts TLS from the donor. */
    static Tunnel server(TlsContexts own, SSLSession proven, TunnelAddress accept, int daemonPort) throws IOException {
        TunnelAddress daemon = new TunnelAddress("127.0.0.1", daemonPort);
        return start(TunnelService.server("rsync", accept, daemon, tls()), own, proven);
    }

    /** Accepts rsync on loopback. */
    static Tunnel client(TlsContexts own, SSLSession proven, TunnelAddress joiner) throws IOException {
        TunnelAddress any = new TunnelAddress("127.0.0.1", 0);
        return start(TunnelService.client("rsync", any, joiner, tls()), own, proven);
    }

    private static TunnelService.Tls tls() {
        return new TunnelService.Tls(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                TlsEndpoint.Verification.PINNED,
                PeerSubjects.ANY,
                TLS,
                "",
                List.of());
    }

    private static Tunnel start(TunnelService service, TlsContexts own, SSLSession proven) throws IOException {
        if (!(proven.getPeerCertificates()[0] instanceof X509Certificate peer)) {
            throw new IOException("the other side's certificate cannot be read");
        }
        try {
            TlsEndpoint endpoint = TlsEndpoint.of(
                    new TlsEndpoint.Spec(
                            !service.client(),
                            Optional.of(own.generation()),
                            Trust.in(List.of(peer)),
                            TlsEndpoint.Verification.PINNED,
                            PeerSubjects.ANY,
                            TLS,
                            "",
                            List.of(),
                            TlsSettings.Provider.AUTO),
                    InstantSource.system());
            return Tunnel.start(service, endpoint);
        } catch (TlsConfigException | TunnelException e) {
            throw new IOException("no tunnel for rsync: " + e.getMessage(), e);
        }
    }
}
