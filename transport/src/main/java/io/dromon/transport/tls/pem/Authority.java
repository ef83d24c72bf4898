package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certification authority: its certificate and its key. What it issues fits a node in both roles: digitalSignature,
 * serverAuth and clientAuth, and no CA.
 */
public final class Authority {
    private static final int SERIAL_BITS = 159;
    private static final int SMALLEST_RSA = 2048;
    /** Clocks differ. */
    private static final Duration BEFORE = Duration.ofMinutes(5);

    private static final int KEY_CERT_SIGN = 5;

    private final X509Certificate certificate;
    private final PrivateKey key;

    private Authority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A new root. */
    public static Authority create(KeyPair key, Subject subject, Duration validity) {
        Instant now = Instant.now();
        try {
            JcaX509v3CertificateBuilder builder =
                    builder(subject.name(), subject.name(), now, now.plus(validity), key.getPublic());
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key.getPublic()));
            return new Authority(sign(builder, key.getPrivate()), key.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * The authority of two files.
     *
     * @throws PemException if a file cannot be read, the two do not belong together, or it is no CA
     */
    public static Authority read(Path certificateFile, Path keyFile, Optional<Path> passwordFile) throws PemException {
        X509Certificate certificate =
                PemFiles.certificates("CA certificate", certificateFile).get(0);
        PrivateKey key = PemFiles.privateKey("CA key", keyFile, passwordFile);
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new PemException(certificateFile + " is no CA: its certificate may not sign others");
        }
        if (Instant.now().isAfter(certificate.getNotAfter().toInstant())) {
            throw new PemException(certificateFile + " has expired; every peer would refuse what it signs");
        }
        Authority authority = new Authority(certificate, key);
        try {
            KeyPair probe = KeyKind.EC.generate();
            X509Certificate signed = authority.issue(
                    new X500Name("CN=probe"),
                    List.of(),
                    probe.getPublic(),
                    Instant.now().plusSeconds(60));
            signed.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new PemException(keyFile + " is not the key of " + certificateFile, e);
        }
        return authority;
    }

    /** Own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    PrivateKey key() {
        return key;
    }

    /** As this authority's own certificate says it: other tools compute it otherwise, and OpenSSL compares the two. */
    AuthorityKeyIdentifier keyIdentifier() {
        byte @Nullable [] own = IssuerLink.content(certificate, Extension.subjectKeyIdentifier.getId());
        try {
            return own == null
                    ? new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey())
                    : new AuthorityKeyIdentifier(
                            SubjectKeyIdentifier.getInstance(own).getKeyIdentifier());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-1 for key identifiers", e);
        }
    }

    /** Writes certificate and key; neither may exist. */
    public void write(Path certificateFile, Path keyFile, char[] password) throws IOException {
        PemOutput.absent(certificateFile, keyFile);
        PemOutput.key(keyFile, key, password);
        PemOutput.certificates(certificateFile, List.of(certificate));
    }

    /** A certificate for a node's key, valid no longer than the authority. */
    public X509Certificate issue(PublicKey publicKey, Subject subject, Duration validity) {
        try {
            return issue(
                    subject.name(),
                    subject.generalNames(),
                    publicKey,
                    Instant.now().plus(validity));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * Signs a request: its subject and its alternative names, and {@code more} of them; nothing else that it asks for.
     *
     * @throws PemException if its key is too weak
     */
    public X509Certificate sign(CertificateRequest request, Subject more, Duration validity) throws PemException {
        try {
            PublicKey asked = request.publicKey();
            if (asked instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SMALLEST_RSA) {
                throw new PemException("the request's key has "
                        + rsa.getModulus().bitLength() + " bits; at least " + SMALLEST_RSA + " are needed");
            }
            List<GeneralName> names = request.generalNames();
            names.addAll(more.generalNames());
            return issue(
                    request.content().getSubject(), names, asked, Instant.now().plus(validity));
        } catch (GeneralSecurityException e) {
            throw new PemException("the request cannot be signed: " + e.getMessage(), e);
        }
    }

    private X509Certificate issue(X500Name subject, List<GeneralName> names, PublicKey publicKey, Instant wished)
            throws GeneralSecurityException {
        Instant expiry = certificate.getNotAfter().toInstant();
        try {
            JcaX509v3CertificateBuilder builder = builder(
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    subject,
                    Instant.now(),
                    wished.isBefore(expiry) ? wished : expiry,
                    publicKey);
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            boolean rsa = publicKey instanceof RSAPublicKey;
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.digitalSignature | (rsa ? KeyUsage.keyEncipherment : 0)));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(publicKey));
            builder.addExtension(Extension.authorityKeyIdentifier, false, keyIdentifier());
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(new GeneralName[0])));
            }
            return sign(builder, key);
        } catch (IOException e) {
            throw new IllegalStateException("a certificate cannot be encoded: " + e.getMessage(), e);
        }
    }

    /** Galera's classic: a certificate that is its own anchor, without any extension. */
    static X509Certificate selfSigned(KeyPair key, Subject subject, Duration validity) {
        Instant now = Instant.now();
        try {
            return sign(
                    builder(subject.name(), subject.name(), now, now.plus(validity), key.getPublic()),
                    key.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be made: " + e.getMessage(), e);
        }
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, Instant now, Instant expiry, PublicKey publicKey) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0),
                Date.from(now.minus(BEFORE)),
                Date.from(expiry),
                subject,
                publicKey);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey by)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(KeyKind.signature(by)).build(by)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }
}
