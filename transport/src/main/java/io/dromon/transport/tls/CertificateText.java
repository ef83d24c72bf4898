package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.DistinguishedName;
import io.dromon.transport.wire.PeerText;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.Locale;

/** The text of a certificate, fit for log and status. */
public final class CertificateText {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private CertificateText() {}

    /** Subject of a certificate. */
    public static String subject(X509Certificate certificate) {
        return printable(DistinguishedName.text(certificate.getSubjectX500Principal()));
    }

    /** Issuer of a certificate. */
    public static String issuer(X509Certificate certificate) {
        return printable(DistinguishedName.text(certificate.getIssuerX500Principal()));
    }

    /** Subject, serial and expiry, short enough for a line of a log. */
    static String describe(X509Certificate certificate) {
        String subject = DistinguishedName.text(certificate.getSubjectX500Principal());
        return "certificate \"" + printable(subject.isEmpty() ? "(no subject)" : subject) + "\" (serial "
                + serial(certificate) + ", valid until " + date(certificate.getNotAfter()) + ")";
    }

    /** Serial number of a certificate, hexadecimal. */
    public static String serial(X509Certificate certificate) {
        String hex = certificate.getSerialNumber().toString(16);
        return hex.length() > 40 ? hex.substring(0, 40) + "..." : hex;
    }

    /** A peer chose this text: no control characters in the log, and an end. */
    static String printable(String text) {
        return PeerText.printable(text, 200);
    }

    static String date(Date date) {
        return date(date.toInstant());
    }

    static String date(Instant moment) {
        return DATE.format(moment);
    }
}
