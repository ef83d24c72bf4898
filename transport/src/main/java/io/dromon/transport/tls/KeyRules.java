package io.dromon.transport.tls;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.List;
import java.util.Optional;

/** The keys that certificates may have, a node's own and those of peers and authorities. */
final class KeyRules {
    /** What OpenSSL asks for at Debian's security level. */
    static final int SMALLEST_RSA = 2048;

    private static final ECParameterSpec P_521 = curve("secp521r1");
    private static final List<ECParameterSpec> CURVES = List.of(curve("secp256r1"), curve("secp384r1"), P_521);

    private static final String TAKEN = "RSA from " + SMALLEST_RSA
            + " bits, EC on P-256 or P-384, and with tls.provider=jdk on every node P-521, Ed25519 and Ed448 are taken";

    private KeyRules() {}

    /** The same for a node's own key: one that is tied to PSS signs with the JDK alone. */
    static Optional<String> ownProblem(PublicKey key) {
        return key instanceof RSAPublicKey && !key.getAlgorithm().equals("RSA") ? other(key) : problem(key);
    }

    private static Optional<String> other(PublicKey key) {
        return Optional.of("its key is " + CertificateText.printable(key.getAlgorithm()) + "; " + TAKEN);
    }

    /**
     * What a node's key is, if BoringSSL, which nodes use as a rule, neither signs nor verifies with it in a handshake.
     * An authority may have such a key: this node verifies certificates itself.
     */
    static Optional<String> jdkOnly(PublicKey key) {
        if (key instanceof EdECPublicKey edwards) {
            return Optional.of(edwards.getParams().getName());
        }
        return key instanceof ECPublicKey ec && isSame(P_521, ec.getParams())
                ? Optional.of("EC P-521")
                : Optional.empty();
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

    /** By its numbers: what a JDK calls a curve differs from version to version. */
    private static boolean hasKnownCurve(PublicKey key) {
        return key instanceof ECPublicKey ec && CURVES.stream().anyMatch(known -> isSame(known, ec.getParams()));
    }

    private static boolean isSame(ECParameterSpec one, ECParameterSpec other) {
        return one.getCurve().equals(other.getCurve())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder())
                && one.getCofactor() == other.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has the curve " + name, e);
        }
    }
}
