package io.dromon.transport.tls;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import java.util.Set;

/** The keys that certificates may have, a node's own and those of peers and authorities. */
final class KeyRules {
    /** What OpenSSL asks for at Debian's security level. */
    static final int SMALLEST_RSA = 2048;

    /** By object identifier: those that both providers sign and verify with. */
    private static final Set<String> CURVES = Set.of(
            "1.2.840.10045.3.1.7", // P-256
            "1.3.132.0.34", // P-384
            "1.3.132.0.35"); // P-521

    private static final String TAKEN =
            "RSA from " + SMALLEST_RSA + " bits, EC on P-256, P-384 or P-521, and Ed25519 are taken";

    private KeyRules() {}

    /** The same for a node's own key: one that is tied to PSS signs with the JDK alone. */
    static Optional<String> ownProblem(PublicKey key) {
        return key instanceof RSAPublicKey && !key.getAlgorithm().equals("RSA") ? other(key) : problem(key);
    }

    private static Optional<String> other(PublicKey key) {
        return Optional.of("its key is " + CertificateRules.printable(key.getAlgorithm()) + "; " + TAKEN);
    }

    /** What is wrong with a key, and what would be right; empty if it can be used. */
    static Optional<String> problem(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits >= SMALLEST_RSA
                    ? Optional.empty()
                    : Optional.of("its key is RSA of " + bits + " bits; " + TAKEN);
        }
        if (key.getAlgorithm().equals("EC")) {
            return hasKnownCurve(key)
                    ? Optional.empty()
                    : Optional.of("its key is EC on a curve that not every TLS has; " + TAKEN);
        }
        return key instanceof EdECPublicKey ? Optional.empty() : other(key);
    }

    private static boolean hasKnownCurve(PublicKey key) {
        try {
            if (key instanceof ECPublicKey ec) {
                AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
                parameters.init(ec.getParams());
                return CURVES.contains(
                        parameters.getParameterSpec(ECGenParameterSpec.class).getName());
            }
            return false;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
