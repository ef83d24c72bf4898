package io.dromon.transport.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The peer of an established session, by the certificate that was verified.
 *
 * @param subject its distinguished name, made fit for a log
 * @param serial its serial number, hexadecimal
 * @param units its OU values, exactly as the certificate has them: to be compared, not to be shown
 */
public record ProvenPeer(String subject, String serial, List<String> units) {
    public ProvenPeer {
        units = List.copyOf(units);
    }

    static ProvenPeer of(X509Certificate certificate) {
        return new ProvenPeer(
                CertificateText.subject(certificate),
                CertificateText.serial(certificate),
                CertificateNames.of(certificate).units());
    }
}
