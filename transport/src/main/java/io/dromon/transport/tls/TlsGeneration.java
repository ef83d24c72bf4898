package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Key, chain and trust anchors of one load, immutable. A reload makes the next generation; a live one is never edited,
 * so that what was dropped from the files is no longer trusted.
 *
 * @param number 1 for the load at start, counting up
 * @param key own private key
 * @param chain own certificate first, sent whole
 * @param anchors certificates that a peer's chain may end in
 */
public record TlsGeneration(long number, PrivateKey key, List<X509Certificate> chain, List<X509Certificate> anchors) {
    public TlsGeneration {
        chain = List.copyOf(chain);
        anchors = List.copyOf(anchors);
        if (chain.isEmpty() || anchors.isEmpty()) {
            throw new IllegalArgumentException("a generation has a certificate and an anchor");
        }
    }

    /** Reads the files. What makes them unusable is an error; see {@link #warnings} for what does not. */
    public static TlsGeneration load(long number, TlsSettings settings) throws TlsConfigException {
        try {
            PrivateKey key = PemFiles.privateKey("socket.ssl_key", settings.key(), settings.passwordFile());
            List<X509Certificate> chain = PemFiles.certificates("socket.ssl_cert", settings.certificate());
            List<X509Certificate> anchors = chain;
            if (settings.ca().isPresent()) {
                Path ca = settings.ca().get();
                anchors = PemFiles.certificates("socket.ssl_ca", ca);
            }
            checkMatch(key, chain.get(0), settings);
            return new TlsGeneration(number, key, chain, anchors);
        } catch (PemException e) {
            throw new TlsConfigException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Own certificate. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /**
     * What peers will refuse although this node can start: dates, usage, a certificate that the own trust does not
     * accept. One line each, empty if all is well.
     */
    public List<String> warnings(Instant now) {
        List<String> warnings = new ArrayList<>();
        for (CertificateRules.Role role : CertificateRules.Role.values()) {
            try {
                CertificateRules.check(chain, anchors, role, now);
            } catch (CertificateRules.Refused refused) {
                String text = "socket.ssl_cert: peers will refuse this node's certificate: " + refused.getMessage();
                if (!warnings.contains(text)) {
                    warnings.add(text);
                }
            }
        }
        return warnings;
    }

    private static void checkMatch(PrivateKey key, X509Certificate certificate, TlsSettings settings)
            throws TlsConfigException {
        PublicKey shown = certificate.getPublicKey();
        if (shown instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < CertificateRules.SMALLEST_RSA) {
            throw new TlsConfigException("socket.ssl_cert: the key of the certificate in " + settings.certificate()
                    + " has " + rsa.getModulus().bitLength() + " bits; at least " + CertificateRules.SMALLEST_RSA
                    + " are needed");
        }
        if (!matches(key, shown)) {
            throw new TlsConfigException("socket.ssl_key: the key in " + settings.key()
                    + " is not the key of the first certificate in " + settings.certificate() + " ("
                    + CertificateRules.describe(certificate) + ")");
        }
    }

    private static boolean matches(PrivateKey key, PublicKey shown) {
        String algorithm = switch (shown.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "DSA" -> "SHA256withDSA";
            default -> shown.getAlgorithm();
        };
        try {
            byte[] probe = new byte[32];
            new SecureRandom().nextBytes(probe);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "TlsGeneration[" + number + ", " + CertificateRules.describe(certificate()) + "]";
    }
}
