package io.dromon.transport.tls.pem;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;

/** The keys that Dromon makes. */
public enum KeyKind {
    /** NIST P-256: what every TLS implementation takes, and the fastest to sign with. */
    EC,
    /** 3072 bits, for peers that know nothing else. */
    RSA,
    /** Not taken by BoringSSL: all nodes then need {@code tls.provider=jdk}, or to be Galera's. */
    ED25519;

    private static final int RSA_BITS = 3072;

    /** A fresh pair. */
    public KeyPair generate() {
        try {
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(this == EC ? "EC" : this == RSA ? "RSA" : "Ed25519");
            if (this == EC) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else if (this == RSA) {
                generator.initialize(RSA_BITS);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + this + " keys", e);
        }
    }

    /** The signature algorithm that belongs to a key of an authority. */
    static String signature(PrivateKey key) {
        if (key instanceof ECPrivateKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            return (bits > 384 ? "SHA512" : bits > 256 ? "SHA384" : "SHA256") + "withECDSA";
        }
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "Ed25519";
    }
}
