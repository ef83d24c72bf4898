package io.dromon.transport.tls;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.TreeSet;

/** Short names of certificates and of sets of them, lower-case hexadecimal of SHA-256. */
public final class Fingerprints {
    private static final int SET_LENGTH = 16;

    private Fingerprints() {}

    /** Of one certificate, 64 digits, as {@code openssl x509 -fingerprint -sha256} prints it (without colons). */
    public static String of(X509Certificate certificate) {
        try {
            return sha256(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed has an encoding", e);
        }
    }

    /** Of a set, whatever its order, 16 digits: nodes that show the same one trust the same certificates. */
    public static String ofSet(Collection<X509Certificate> certificates) {
        TreeSet<String> each = new TreeSet<>();
        for (X509Certificate certificate : certificates) {
            each.add(of(certificate));
        }
        return sha256(String.join(",", each).getBytes(StandardCharsets.US_ASCII))
                .substring(0, SET_LENGTH);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
