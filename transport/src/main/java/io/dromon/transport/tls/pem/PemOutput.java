package io.dromon.transport.tls.pem;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.io.pem.PemObjectGenerator;

/** Writes PEM files. No file is ever overwritten; a private key can be read by its owner alone. */
public final class PemOutput {
    private PemOutput() {}

    /** Makes sure that none of the files is there before the first of them is made. */
    public static void absent(Path... files) throws IOException {
        for (Path file : files) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        file.toString(), null, "exists and is not overwritten; choose another name or move it away");
            }
        }
    }

    /** A key as PKCS#8, encrypted (AES-256) unless the password is empty. */
    public static void key(Path file, PrivateKey key, char[] password) throws IOException {
        try {
            write(
                    file,
                    "rw-------",
                    List.of(new JcaPKCS8Generator(
                            key,
                            password.length == 0
                                    ? null
                                    : new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                            .setProvider(PemFiles.bouncyCastle())
                                            .setPassword(password)
                                            .build())));
        } catch (OperatorCreationException e) {
            throw new IOException("the key cannot be encrypted: " + e.getMessage(), e);
        }
    }

    /** Certificates in the order given. */
    public static void certificates(Path file, List<X509Certificate> certificates) throws IOException {
        List<PemObjectGenerator> objects = new java.util.ArrayList<>();
        for (X509Certificate certificate : certificates) {
            objects.add(new JcaMiscPEMGenerator(certificate));
        }
        write(file, "rw-r--r--", objects);
    }

    /** A request. */
    public static void request(Path file, CertificateRequest request) throws IOException {
        write(file, "rw-r--r--", List.of(new JcaMiscPEMGenerator(request.content())));
    }

    /**
     * A revocation list in the place of the one before, in one step; the one before is kept with {@code .before} behind
     * its name.
     *
     * @throws FileAlreadyExistsException if another process is doing that, or was killed in the middle of it
     */
    public static void revocationList(Path file, X509CRL list) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        write(next, "rw-r--r--", List.of(new JcaMiscPEMGenerator(list)));
        if (Files.exists(file)) {
            Path before = file.resolveSibling(file.getFileName() + ".before");
            Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            sync(before);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(file);
    }

    private static void write(Path file, String mode, List<? extends PemObjectGenerator> content) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            for (PemObjectGenerator object : content) {
                pem.writeObject(object);
            }
        }
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        syncDirectory(file);
    }

    /** What a file is called is on the disk as well. */
    private static void syncDirectory(Path of) throws IOException {
        Path directory = of.toAbsolutePath().getParent();
        if (directory != null) {
            sync(directory);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
