package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Time;

/** The form in which a certificate writes its dates: OpenSSL reads none but that of RFC 5280, section 4.1.2.5. */
public final class ValidityForm {
    private static final int UTC_TIME = "YYMMDDHHMMSSZ".length();
    private static final int GENERALIZED_TIME = "YYYYMMDDHHMMSSZ".length();
    private static final int TAG_AND_LENGTH = 2;

    private ValidityForm() {}

    /** Whether both dates have seconds, are of UTC, and nothing else. */
    public static boolean isStrict(X509Certificate certificate) {
        try {
            Certificate structure = Certificate.getInstance(certificate.getEncoded());
            return isStrict(structure.getStartDate()) && isStrict(structure.getEndDate());
        } catch (CertificateEncodingException | IOException e) {
            return false;
        }
    }

    private static boolean isStrict(Time time) throws IOException {
        byte[] encoded = time.toASN1Primitive().getEncoded();
        int length = time.toASN1Primitive() instanceof ASN1UTCTime ? UTC_TIME : GENERALIZED_TIME;
        return encoded.length == TAG_AND_LENGTH + length && encoded[encoded.length - 1] == 'Z';
    }
}
