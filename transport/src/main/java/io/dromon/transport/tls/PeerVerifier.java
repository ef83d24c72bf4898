package io.dromon.transport.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** {@link CertificateRules} where a TLS engine asks, for peers in both roles. */
final class PeerVerifier extends X509ExtendedTrustManager {
    private final List<X509Certificate> anchors;
    private final InstantSource clock;
    private final boolean openSsl;

    /** @param openSsl whether the engine is BoringSSL, which takes the alert from an error number */
    PeerVerifier(List<X509Certificate> anchors, InstantSource clock, boolean openSsl) {
        this.anchors = anchors;
        this.clock = clock;
        this.openSsl = openSsl;
    }

    private void check(X509Certificate[] chain, CertificateRules.Role role) throws CertificateException {
        try {
            CertificateRules.check(List.of(chain), anchors, role, clock.instant());
        } catch (CertificateRules.Refused refused) {
            String message = String.valueOf(refused.getMessage());
            if (openSsl) {
                throw new OpenSslCertificateException(message, refused, errorNumber(refused.rule()));
            }
            throw new CertificateException(message, refused);
        }
    }

    private static int errorNumber(CertificateRules.Rule rule) {
        return switch (rule) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
            case UNKNOWN_CA -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case SELF_SIGNED -> CertificateVerifier.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
            case PURPOSE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            case CHAIN_TOO_LONG -> CertificateVerifier.X509_V_ERR_CERT_CHAIN_TOO_LONG;
            case SIGNATURE -> CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE;
            case INVALID -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        };
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, CertificateRules.Role.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, CertificateRules.Role.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, CertificateRules.Role.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, CertificateRules.Role.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, CertificateRules.Role.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, CertificateRules.Role.SERVER);
    }

    /** No names: a real node sends an empty list too, and peers with several CAs need no hint. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
