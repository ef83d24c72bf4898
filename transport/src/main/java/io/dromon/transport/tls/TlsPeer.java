package io.dromon.transport.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLSession;

/**
 * The result of a TLS handshake: what it agreed on and who the peer proved to be. Texts of the certificate are cut to
 * a length and hold no control characters.
 *
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipher name of the cipher suite
 * @param subject distinguished name of the peer's certificate
 * @param serial its serial number, hexadecimal
 * @param notAfter when it expires
 * @param generation number of this node's {@link TlsGeneration} that the link was made with
 * @param organisations its O values
 * @param units its OU values
 * @param alternativeNames its subject alternative names, {@code DNS:}, {@code IP:} or {@code URI:} in front
 * @param fingerprint its SHA-256, lower-case hexadecimal
 * @param admittedBy the rule that admitted it: {@code tls.valid_ous: nodes}, {@code tls.verify=ca}
 */
public record TlsPeer(
        String protocol,
        String cipher,
        String subject,
        String serial,
        Instant notAfter,
        long generation,
        List<String> organisations,
        List<String> units,
        List<String> alternativeNames,
        String fingerprint,
        String admittedBy) {
    private static final int MOST_NAMES = 20;

    public TlsPeer {
        organisations = List.copyOf(organisations);
        units = List.copyOf(units);
        alternativeNames = List.copyOf(alternativeNames);
    }

    /** Of an established session with a verified peer. */
    static TlsPeer of(SSLSession session, X509Certificate certificate, long generation, String admittedBy) {
        CertificateNames names = CertificateNames.of(certificate);
        return new TlsPeer(
                session.getProtocol(),
                session.getCipherSuite(),
                CertificateText.subject(certificate),
                CertificateText.serial(certificate),
                certificate.getNotAfter().toInstant(),
                generation,
                shown(names.organisations()),
                shown(names.units()),
                shown(names.alternativeNames()),
                names.fingerprint(),
                CertificateText.printable(admittedBy));
    }

    private static List<String> shown(List<String> names) {
        return names.stream().limit(MOST_NAMES).map(CertificateText::printable).toList();
    }
}
