package io.dromon.transport.tls.pem;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The relation of two certificates by their fields, the signature apart: OpenSSL looks for an issuer by the name and
 * by the {@code authorityKeyIdentifier}, and takes a certificate for self-signed by the same rule.
 */
public final class IssuerLink {
    private IssuerLink() {}

    /** Whether {@code subject} names {@code issuer} as its issuer. */
    public static boolean names(X509Certificate subject, X509Certificate issuer) {
        return issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal()) && identifies(subject, issuer);
    }

    /** Whether the key identifier, name and serial number in {@code subject}, where it has them, are those of {@code issuer}. */
    private static boolean identifies(X509Certificate subject, X509Certificate issuer) {
        byte @Nullable [] value = content(subject, Extension.authorityKeyIdentifier.getId());
        if (value == null) {
            return true;
        }
        AuthorityKeyIdentifier wanted = AuthorityKeyIdentifier.getInstance(value);
        byte @Nullable [] key = wanted.getKeyIdentifierOctets();
        byte @Nullable [] own = content(issuer, Extension.subjectKeyIdentifier.getId());
        if (key != null
                && own != null
                && !Arrays.equals(key, SubjectKeyIdentifier.getInstance(own).getKeyIdentifier())) {
            return false;
        }
        BigInteger serial = wanted.getAuthorityCertSerialNumber();
        if (serial != null && !serial.equals(issuer.getSerialNumber())) {
            return false;
        }
        if (wanted.getAuthorityCertIssuer() != null) {
            for (GeneralName name : wanted.getAuthorityCertIssuer().getNames()) {
                if (name.getTagNo() == GeneralName.directoryName) {
                    return X500Name.getInstance(name.getName())
                            .equals(X500Name.getInstance(
                                    issuer.getIssuerX500Principal().getEncoded()));
                }
            }
        }
        return true;
    }

    /** The issuer's key identifier that the certificate names, in hexadecimal with colons. */
    public static Optional<String> keyIdentifier(X509Certificate certificate) {
        byte @Nullable [] value = content(certificate, Extension.authorityKeyIdentifier.getId());
        byte @Nullable [] key =
                value == null ? null : AuthorityKeyIdentifier.getInstance(value).getKeyIdentifierOctets();
        return key == null
                ? Optional.empty()
                : Optional.of(HexFormat.ofDelimiter(":").withUpperCase().formatHex(key));
    }

    /** What is in the extension; null if there is none. */
    static byte @Nullable [] content(X509Certificate certificate, String oid) {
        byte @Nullable [] value = certificate.getExtensionValue(oid);
        return value == null ? null : ASN1OctetString.getInstance(value).getOctets();
    }
}
