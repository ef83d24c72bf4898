package io.dromon.transport.tls.pem;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.EncryptionException;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** Reads private keys and certificates from PEM files. */
public final class PemFiles {
    /** Larger files are refused: nobody's chain or CA bundle is, and a wrong path may name anything. */
    private static final long LARGEST_FILE = 1 << 20;

    /** Lists of large CAs are longer. */
    private static final long LARGEST_LIST = 16 << 20;

    private PemFiles() {}

    /** All certificates of the file, in its order; at least one. */
    public static List<X509Certificate> certificates(String option, Path file) throws PemException {
        List<X509Certificate> found = new ArrayList<>();
        CertificateFactory factory = certificateFactory();
        for (Object object : objects(option, file)) {
            X509CertificateHolder holder = null;
            if (object instanceof X509CertificateHolder plain) {
                holder = plain;
            } else if (object instanceof X509TrustedCertificateBlock trusted) {
                holder = trusted.getCertificateHolder();
            }
            if (holder != null) {
                try {
                    found.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(holder.getEncoded())));
                } catch (CertificateException | IOException e) {
                    throw new PemException(
                            option + ": certificate " + (found.size() + 1) + " in " + file + " is damaged, or of a kind"
                                    + " that cannot be read (" + reason(e) + "); issue it anew",
                            e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new PemException(
                    option + ": no certificate in " + file + "; a block 'BEGIN CERTIFICATE' is expected there");
        }
        return found;
    }

    /** One block of a file. */
    public sealed interface Item {
        record Certificate(X509Certificate certificate) implements Item {}

        record RevocationList(X509CRL list) implements Item {}

        record Request(CertificateRequest request) implements Item {}

        /** Nothing of the key itself. */
        record Key(boolean encrypted) implements Item {}

        record Other(String kind) implements Item {}
    }

    /** Everything in the file, for a reader. */
    public static List<Item> items(Path file) throws PemException {
        List<Item> items = new ArrayList<>();
        try {
            for (Object object : objects("PEM file", file)) {
                if (object instanceof X509CertificateHolder holder) {
                    items.add(new Item.Certificate((X509Certificate)
                            certificateFactory().generateCertificate(new ByteArrayInputStream(holder.getEncoded()))));
                } else if (object instanceof X509CRLHolder holder) {
                    items.add(new Item.RevocationList(
                            (X509CRL) certificateFactory().generateCRL(new ByteArrayInputStream(holder.getEncoded()))));
                } else if (object instanceof PKCS10CertificationRequest request) {
                    items.add(new Item.Request(CertificateRequest.of(request)));
                } else if (object instanceof PEMKeyPair || object instanceof PrivateKeyInfo) {
                    items.add(new Item.Key(false));
                } else if (object instanceof PKCS8EncryptedPrivateKeyInfo || object instanceof PEMEncryptedKeyPair) {
                    items.add(new Item.Key(true));
                } else {
                    items.add(new Item.Other(object.getClass().getSimpleName()));
                }
            }
        } catch (CertificateException | CRLException | IOException e) {
            throw new PemException("block " + (items.size() + 1) + " in " + file + " is damaged", e);
        }
        return items;
    }

    /** All revocation lists of the file, PEM or one in DER; at least one. */
    public static List<X509CRL> revocationLists(String option, Path file) throws PemException {
        byte[] content = bytes(option, file, LARGEST_LIST);
        List<byte[]> encoded = new ArrayList<>();
        if (isDer(content)) {
            encoded.add(content);
        } else {
            for (Object object : objects(option, file, text(content))) {
                if (object instanceof X509CRLHolder list) {
                    try {
                        encoded.add(list.getEncoded());
                    } catch (IOException e) {
                        throw new PemException(
                                option + ": list " + (encoded.size() + 1) + " in " + file + " is damaged", e);
                    }
                }
            }
        }
        List<X509CRL> lists = new ArrayList<>();
        for (byte[] list : encoded) {
            try {
                X509CRL crl = (X509CRL) certificateFactory().generateCRL(new ByteArrayInputStream(list));
                lists.add(crl);
            } catch (CRLException | RuntimeException e) {
                throw new PemException(
                        option + ": revocation list " + (lists.size() + 1) + " in " + file + " is damaged", e);
            }
        }
        if (lists.isEmpty()) {
            throw new PemException(
                    option + ": no revocation list in " + file + "; a block 'BEGIN X509 CRL' is expected there");
        }
        return lists;
    }

    /**
     * The private key of the file: PKCS#8, PKCS#1, SEC1, each plain or encrypted.
     *
     * @param passwordFile its first line is the password
     */
    public static PrivateKey privateKey(String option, Path file, Optional<Path> passwordFile) throws PemException {
        PrivateKeyInfo key = null;
        for (Object object : objects(option, file)) {
            PrivateKeyInfo next = privateKeyInfo(object, option, file, passwordFile);
            if (next != null && key != null) {
                throw new PemException(
                        option + ": more than one private key in " + file + "; keep the certificate's own alone");
            }
            key = next != null ? next : key;
        }
        if (key == null) {
            throw new PemException(option + ": no private key in " + file
                    + "; a block 'BEGIN PRIVATE KEY' (or RSA, EC, ENCRYPTED) is expected there");
        }
        return toKey(key, option, file);
    }

    /** The JDK's own classes where it knows the algorithm: its TLS engine accepts them without asking. */
    private static PrivateKey toKey(PrivateKeyInfo info, String option, Path file) throws PemException {
        try {
            try {
                // First without Bouncy Castle's provider, whose start takes a quarter of a second.
                String known = jdkAlgorithm(info.getPrivateKeyAlgorithm().getAlgorithm());
                return KeyFactory.getInstance(known).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            } catch (java.security.GeneralSecurityException unknown) {
                return throughBouncyCastle(info);
            }
        } catch (IOException e) {
            throw new PemException(option + ": private key in " + file + " is damaged or of an unknown kind", e);
        }
    }

    private static String jdkAlgorithm(ASN1ObjectIdentifier algorithm) {
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return "EC";
        }
        return algorithm.equals(PKCSObjectIdentifiers.rsaEncryption) ? "RSA" : algorithm.getId();
    }

    private static PrivateKey throughBouncyCastle(PrivateKeyInfo info) throws IOException {
        PrivateKey key = new JcaPEMKeyConverter().setProvider(bouncyCastle()).getPrivateKey(info);
        try {
            String algorithm = key.getAlgorithm().startsWith("EC") ? "EC" : key.getAlgorithm();
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (java.security.GeneralSecurityException e) {
            return key;
        }
    }

    private static org.bouncycastle.asn1.pkcs.@org.jspecify.annotations.Nullable PrivateKeyInfo privateKeyInfo(
            Object object, String option, Path file, Optional<Path> passwordFile) throws PemException {
        if (object instanceof PrivateKeyInfo plain) {
            return plain;
        }
        if (object instanceof PEMKeyPair pair) {
            return pair.getPrivateKeyInfo();
        }
        try {
            if (object instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
                return encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                        .setProvider(bouncyCastle())
                        .build(password(option, file, passwordFile)));
            }
            if (object instanceof PEMEncryptedKeyPair encrypted) {
                return encrypted
                        .decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(bouncyCastle())
                                .build(password(option, file, passwordFile)))
                        .getPrivateKeyInfo();
            }
        } catch (EncryptionException | PKCSException | OperatorCreationException e) {
            throw wrongPassword(option, file, e);
        } catch (IOException e) {
            // What a wrong password of the traditional format may decrypt to is not even DER.
            throw wrongPassword(option, file, e);
        }
        return null;
    }

    private static PemException wrongPassword(String option, Path file, Exception cause) {
        return new PemException(
                option + ": the private key in " + file
                        + " cannot be decrypted with the first line of socket.ssl_password_file; put the right password"
                        + " there",
                cause);
    }

    private static char[] password(String option, Path file, Optional<Path> passwordFile) throws PemException {
        if (passwordFile.isEmpty()) {
            throw new PemException(option + ": the private key in " + file
                    + " is encrypted; set socket.ssl_password_file to a file whose first line is its password");
        }
        String text = text(bytes("socket.ssl_password_file", passwordFile.get(), LARGEST_FILE));
        return text.lines().findFirst().orElse("").toCharArray();
    }

    private static List<Object> objects(String option, Path file) throws PemException {
        byte[] content = bytes(option, file, LARGEST_FILE);
        if (isDer(content)) {
            throw new PemException(option + ": " + file + " is not PEM, but looks like DER or PKCS#12; convert it, for"
                    + " example with openssl x509 -inform der, openssl pkey -inform der, or openssl pkcs12 -nodes");
        }
        return objects(option, file, text(content));
    }

    private static List<Object> objects(String option, Path file, String text) throws PemException {
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                objects.add(object);
            }
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers damaged DER with several unchecked exceptions.
            throw new PemException(option + ": " + file + " is damaged: PEM block " + (objects.size() + 1), e);
        }
        return objects;
    }

    /** The reader's words, of one line. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^([a-z]+\\.)+[A-Z]\\w*: ", "")
                .replaceAll("\\p{Cntrl}+", " ");
    }

    private static boolean isDer(byte[] content) {
        return content.length > 1 && content[0] == 0x30 && (content[1] & 0x80) != 0;
    }

    /** Without the mark that some editors put in front. */
    private static String text(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
    }

    private static byte[] bytes(String option, Path file, long largest) throws PemException {
        try {
            if (Files.isDirectory(file)) {
                throw new PemException(option + ": " + file + " is a directory");
            }
            long size = Files.size(file);
            if (size > largest) {
                throw new PemException(option + ": " + file + " has " + size + " bytes; that is no PEM file");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new PemException(option + ": no such file: " + file, e);
        } catch (AccessDeniedException e) {
            throw new PemException(option + ": no permission to read " + file, e);
        } catch (IOException e) {
            throw new PemException(option + ": cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static CertificateFactory certificateFactory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException("every JDK has X.509 certificates", e);
        }
    }

    static Provider bouncyCastle() {
        return Holder.PROVIDER;
    }

    /** Used by reference, never registered: the JVM's list of providers is the application's business. */
    private static final class Holder {
        static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
