package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObjectGenerator;

/**
 * Galera's classic: one self-signed certificate and its key, shared by all nodes of a cluster. For demonstrations and
 * benchmarks; a cluster that matters has a certificate per node.
 *
 * @param certificate PEM file for {@code socket.ssl_cert}
 * @param key PEM file for {@code socket.ssl_key}, readable by its owner only
 */
public record SharedPair(Path certificate, Path key) {
    /**
     * Makes {@code cert.pem} and {@code key.pem} (EC P-256) in an existing directory; existing files are not
     * overwritten.
     */
    public static SharedPair create(Path directory, String commonName, Duration validity) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            Instant now = Instant.now();
            X500Name subject = new X500Name("CN=" + commonName);
            X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                            subject,
                            new BigInteger(64, new java.security.SecureRandom()),
                            Date.from(now.minus(Duration.ofMinutes(5))),
                            Date.from(now.plus(validity)),
                            subject,
                            keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
            SharedPair pair = new SharedPair(directory.resolve("cert.pem"), directory.resolve("key.pem"));
            write(pair.key, new JcaPKCS8Generator(keys.getPrivate(), null));
            write(pair.certificate, new JcaMiscPEMGenerator(certificate));
            return pair;
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot make a certificate: " + e.getMessage(), e);
        }
    }

    private static void write(Path file, PemObjectGenerator content) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(content);
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }
}
