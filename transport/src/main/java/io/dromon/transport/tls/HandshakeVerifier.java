package io.dromon.transport.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust manager that a TLS engine asks whether a peer is let in: one question for both roles, one kind of answer.
 */
abstract class HandshakeVerifier extends X509ExtendedTrustManager {
    private final boolean openSsl;

    /** @param openSsl whether the engine is BoringSSL, which takes the alert from an error number */
    HandshakeVerifier(boolean openSsl) {
        this.openSsl = openSsl;
    }

    /**
     * @param presented the peer's certificates, its own first
     * @param role what the peer is
     */
    abstract void verify(List<X509Certificate> presented, Role role) throws Refused;

    /** Through the JDK's strict reader, whatever the engine made of the bytes. */
    static List<X509Certificate> read(Certificate[] presented) throws Refused {
        List<X509Certificate> certificates = new ArrayList<>();
        if (presented.length > Chains.LONGEST_CHAIN) {
            throw new Refused(
                    Refused.Rule.CHAIN_TOO_LONG,
                    presented.length + " certificates: at most " + Chains.LONGEST_CHAIN
                            + " are accepted; send the own one and its intermediate CAs alone");
        }
        for (Certificate certificate : presented) {
            try {
                certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
            } catch (CertificateException | RuntimeException e) {
                // The reader's words may quote the peer's bytes, but are short and of one line when cut.
                throw new Refused(
                        Refused.Rule.INVALID,
                        "certificate " + (certificates.size() + 1) + " of " + presented.length
                                + ": malformed, it cannot be read ("
                                + CertificateText.printable(String.valueOf(e.getMessage())) + "); issue it anew");
            }
        }
        return certificates;
    }

    /**
     * The same verdict once more, on the peer of an established session: whatever an engine may have left out, nobody
     * gets in without a certificate that is good now.
     *
     * @param accepted whether this end was the TLS server
     */
    final void verify(SSLSession session, boolean accepted) throws SSLException {
        try {
            verify(read(session.getPeerCertificates()), accepted ? Role.CLIENT : Role.SERVER);
        } catch (Refused refused) {
            throw (SSLException) new SSLHandshakeException(refused.getMessage()).initCause(refused);
        }
    }

    private void check(X509Certificate[] chain, Role role) throws CertificateException {
        try {
            verify(read(chain), role);
        } catch (Refused refused) {
            String message = String.valueOf(refused.getMessage());
            if (openSsl) {
                throw new OpenSslCertificateException(message, refused, errorNumber(refused.rule()));
            }
            throw new CertificateException(message, refused);
        }
    }

    /**
     * BoringSSL never renegotiates; the JDK would, for TLS 1.2, and its switch is one for the whole JVM. The links of the
     * group end such a connection before it comes here; this is for those who use the engines alone.
     */
    private void refuseRenegotiation(SSLEngine engine) throws CertificateException {
        if (!openSsl && engine.getSession().getProtocol().equals("TLSv1.2")) {
            Refused refused = new Refused(Refused.Rule.INVALID, "a renegotiation of TLS, which is never granted");
            throw new CertificateException(refused.getMessage(), refused);
        }
    }

    /** What BoringSSL makes the alert from. */
    private static int errorNumber(Refused.Rule rule) {
        return switch (rule) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
            case UNKNOWN_CA -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case SELF_SIGNED -> CertificateVerifier.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
            case PURPOSE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            case CHAIN_TOO_LONG -> CertificateVerifier.X509_V_ERR_CERT_CHAIN_TOO_LONG;
            case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
            case IDENTITY -> CertificateVerifier.X509_V_ERR_HOSTNAME_MISMATCH;
            case INVALID -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        };
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        refuseRenegotiation(engine);
        Sessions.forget(engine, openSsl);
        check(chain, Role.CLIENT);
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        refuseRenegotiation(engine);
        Sessions.forget(engine, openSsl);
        check(chain, Role.SERVER);
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, Role.CLIENT);
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, Role.SERVER);
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, Role.CLIENT);
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, Role.SERVER);
    }

    /** No names: a real node sends an empty list too, and peers with several CAs need no hint. */
    @Override
    public final X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
