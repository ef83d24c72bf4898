package io.dromon.transport.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a TLS handshake agreed on and who the peer proved to be.
 *
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipher name of the cipher suite
 * @param subject distinguished name of the peer's certificate
 * @param serial its serial number, hexadecimal
 * @param notAfter when it expires
 * @param generation number of this node's {@link TlsGeneration} that the link was made with
 */
public record TlsPeer(
        String protocol, String cipher, String subject, String serial, Instant notAfter, long generation) {
    /** Of an established session with a verified peer. */
    public static TlsPeer of(SSLSession session, long generation) throws SSLPeerUnverifiedException {
        Certificate[] chain = session.getPeerCertificates();
        X509Certificate certificate = (X509Certificate) chain[0];
        return new TlsPeer(
                session.getProtocol(),
                session.getCipherSuite(),
                CertificateRules.printable(certificate.getSubjectX500Principal().getName()),
                CertificateRules.serial(certificate),
                certificate.getNotAfter().toInstant(),
                generation);
    }
}
