package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import java.security.cert.X509Certificate;

/** What a certificate says, fit for log and status. */
public final class CertificateText {
    private CertificateText() {}

    /** Subject of a certificate. */
    public static String subject(X509Certificate certificate) {
        return CertificateRules.printable(DistinguishedName.text(certificate.getSubjectX500Principal()));
    }

    /** Issuer of a certificate. */
    public static String issuer(X509Certificate certificate) {
        return CertificateRules.printable(DistinguishedName.text(certificate.getIssuerX500Principal()));
    }

    /** Serial number of a certificate, hexadecimal. */
    public static String serial(X509Certificate certificate) {
        return CertificateRules.serial(certificate);
    }
}
