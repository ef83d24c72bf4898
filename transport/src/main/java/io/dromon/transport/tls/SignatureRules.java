package io.dromon.transport.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Set;

/** The signatures that certificates may carry: by object identifier, since names differ between JDKs. */
final class SignatureRules {
    private static final Set<String> WEAK = Set.of(
            "1.2.840.113549.1.1.2", // MD2 with RSA
            "1.2.840.113549.1.1.3", // MD4 with RSA
            "1.2.840.113549.1.1.4", // MD5 with RSA
            "1.2.840.113549.1.1.5", // SHA-1 with RSA
            "1.3.14.3.2.29", // SHA-1 with RSA, an older number
            "1.2.840.10045.4.1", // SHA-1 with ECDSA
            "1.2.840.10040.4.3", // SHA-1 with DSA
            "1.3.14.3.2.27"); // SHA-1 with DSA, an older number

    private static final String PSS = "1.2.840.113549.1.1.10";
    private static final Set<String> WEAK_DIGESTS = Set.of("MD2", "MD4", "MD5", "SHA-1", "SHA1");

    private SignatureRules() {}

    /** Whether OpenSSL refuses it at Debian's security level: a digest that collides. */
    static boolean isWeak(X509Certificate certificate) {
        return certificate.getSigAlgOID().equals(PSS)
                ? WEAK_DIGESTS.contains(pssDigest(certificate))
                : WEAK.contains(certificate.getSigAlgOID());
    }

    /** Whether a key of that kind makes signatures of that kind; an unknown kind may. */
    static boolean fits(PublicKey key, String signature) {
        if (signature.startsWith("1.2.840.113549.1.1.")) {
            return key instanceof RSAPublicKey;
        }
        if (signature.startsWith("1.2.840.10045.4.")) {
            return key instanceof ECPublicKey;
        }
        return !signature.startsWith("1.3.101.") || key instanceof EdECPublicKey;
    }

    /** For a reader. */
    static String name(X509Certificate certificate) {
        return certificate.getSigAlgOID().equals(PSS)
                ? "RSA-PSS and " + pssDigest(certificate)
                : certificate.getSigAlgName();
    }

    /** What cannot be read is the default, which is weak. */
    private static String pssDigest(X509Certificate certificate) {
        try {
            byte[] encoded = certificate.getSigAlgParams();
            if (encoded != null) {
                AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
                parameters.init(encoded);
                return parameters
                        .getParameterSpec(PSSParameterSpec.class)
                        .getDigestAlgorithm()
                        .toUpperCase(Locale.ROOT);
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            return "SHA-1";
        }
        return "SHA-1";
    }
}
