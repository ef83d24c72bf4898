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
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.CertificateTrustBlock;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** Reads private keys and certificates from PEM files. */
public final class PemFiles {
    /** The remedy for an encrypted key without a password, for programs whose remedy is another one. */
    public static final String NO_PASSWORD = "set socket.ssl_password_file to a file whose first line is its password";

    /** Larger files are refused: no chain or CA bundle is that large, and a wrong path may name anything. */
    private static final long LARGEST_FILE = 1 << 20;

    /** Lists of large CAs are longer. */
    private static final long LARGEST_LIST = 16 << 20;

    private static final Set<String> CERTIFICATES = Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

    private static final Set<String> KEYS =
            Set.of("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY");

    /** What is shown with its content; of the rest the kind alone. */
    private static final Set<String> PARSED = parsed();

    private static final ASN1ObjectIdentifier ANY_USE = KeyPurposeId.anyExtendedKeyUsage.toOID();

    private PemFiles() {}

    private static Set<String> parsed() {
        Set<String> all = new HashSet<>(CERTIFICATES);
        all.addAll(KEYS);
        all.addAll(Set.of("X509 CRL", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"));
        return Set.copyOf(all);
    }

    /** All certificates of the file, in its order; at least one. */
    public static List<X509Certificate> certificates(String option, Path file) throws PemException {
        return authorities(option, file).certificates();
    }

    /** The same with what the file says of their use as authorities. */
    public static Authorities authorities(String option, Path file) throws PemException {
        List<X509Certificate> found = new ArrayList<>();
        Map<X509Certificate, Set<String>> rejected = new HashMap<>();
        int lists = 0;
        for (PemBlock block : blocks(option, file)) {
            lists += block.label().equals("X509 CRL") ? 1 : 0;
            if (isCertificate(block)) {
                Object object = object(option, file, block);
                X509CertificateHolder holder = object instanceof X509TrustedCertificateBlock trusted
                        ? trusted.getCertificateHolder()
                        : (X509CertificateHolder) object;
                X509Certificate certificate = certificate(option, file, found.size() + 1, holder);
                found.add(certificate);
                Set<String> uses = rejectedUses(object);
                if (!uses.isEmpty()) {
                    rejected.merge(certificate, uses, Authorities::union);
                }
            } else if (!block.isHarmless()) {
                throw unread(option, file, block);
            }
        }
        if (found.isEmpty()) {
            throw new PemException(
                    option + ": no certificate in " + file + "; a block 'BEGIN CERTIFICATE' is expected there");
        }
        return new Authorities(found, rejected, lists);
    }

    private static boolean isCertificate(PemBlock block) {
        return CERTIFICATES.contains(block.label());
    }

    private static X509Certificate certificate(String option, Path file, int number, X509CertificateHolder holder)
            throws PemException {
        try {
            return (X509Certificate)
                    certificateFactory().generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
        } catch (CertificateException | IOException e) {
            throw new PemException(
                    option + ": certificate " + number + " in " + file
                            + " is damaged, or of a kind that cannot be read (" + reason(e) + "); issue it anew",
                    e);
        }
    }

    /** As OpenSSL reads the marks: a rejection wins, and where uses are named the others are rejected. */
    private static Set<String> rejectedUses(Object object) {
        CertificateTrustBlock marks =
                object instanceof X509TrustedCertificateBlock trusted ? trusted.getTrustBlock() : null;
        if (marks == null) {
            return Set.of();
        }
        Set<String> uses = new HashSet<>();
        for (KeyPurposeId use : List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)) {
            ASN1ObjectIdentifier oid = use.toOID();
            Set<ASN1ObjectIdentifier> prohibited = marks.getProhibitions();
            Set<ASN1ObjectIdentifier> trusted = marks.getUses();
            boolean named = trusted.isEmpty() || trusted.contains(oid) || trusted.contains(ANY_USE);
            if (prohibited.contains(oid) || prohibited.contains(ANY_USE) || !named) {
                uses.add(oid.getId());
            }
        }
        return uses;
    }

    private static PemException unread(String option, Path file, PemBlock block) {
        boolean bag = block.label().startsWith("PKCS") || block.label().equals("CMS");
        return new PemException(option + ": " + file + ", line " + block.line() + ": a block of the kind '"
                + PemBlock.printable(block.label()) + "' is not read"
                + (bag
                        ? "; take the certificates out of it, for example with openssl pkcs7 -print_certs"
                        : "; if it is a certificate, write 'CERTIFICATE' in its first and last line, else remove it"));
    }

    /** One block of a file. */
    public sealed interface Item {
        /** @param rejected see {@link Authorities#rejected} */
        record Certificate(X509Certificate certificate, Set<String> rejected) implements Item {}

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
            for (PemBlock block : blocks("PEM file", file)) {
                Object object = PARSED.contains(block.label()) ? object("PEM file", file, block) : "";
                if (object instanceof X509CertificateHolder holder) {
                    items.add(new Item.Certificate(certificate("PEM file", file, items.size() + 1, holder), Set.of()));
                } else if (object instanceof X509TrustedCertificateBlock trusted) {
                    items.add(new Item.Certificate(
                            certificate("PEM file", file, items.size() + 1, trusted.getCertificateHolder()),
                            rejectedUses(trusted)));
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
                    items.add(new Item.Other(PemBlock.printable(block.label())));
                }
            }
        } catch (CRLException | IOException e) {
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
            for (PemBlock block : PemBlock.read(option, file, text(content))) {
                if (block.label().equals("X509 CRL") && object(option, file, block) instanceof X509CRLHolder list) {
                    try {
                        encoded.add(list.getEncoded());
                    } catch (IOException e) {
                        throw new PemException(
                                option + ": list " + (encoded.size() + 1) + " in " + file + " is damaged", e);
                    }
                } else if (!isCertificate(block) && !block.isHarmless()) {
                    throw unread(option, file, block);
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
        for (PemBlock block : blocks(option, file)) {
            PrivateKeyInfo next = KEYS.contains(block.label())
                    ? privateKeyInfo(object(option, file, block), option, file, passwordFile)
                    : null;
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
        } catch (PKCSException | OperatorCreationException | IOException e) {
            // What a wrong password of the traditional format may decrypt to is not even DER.
            throw undecryptable(object, option, file, e);
        }
        return null;
    }

    private static PemException undecryptable(Object object, String option, Path file, Exception e) {
        if (!isUnknownCipher(e)) {
            return new PemException(
                    option + ": the private key in " + file
                            + " cannot be decrypted with the first line of socket.ssl_password_file; put the right"
                            + " password there",
                    e);
        }
        String cipher = object instanceof PEMEncryptedKeyPair traditional
                ? PemBlock.printable(traditional.getDekAlgName())
                : object instanceof PKCS8EncryptedPrivateKeyInfo encrypted ? cipher(encrypted) : "?";
        return new PemException(
                option + ": the private key in " + file + " is encrypted in a way that is not read here, with whatever"
                        + " password (" + cipher + "); encrypt it anew, for example with openssl pkey -in " + file
                        + " -aes256 -out NEW.pem",
                e);
    }

    /** Whether the cipher is the obstacle; with a wrong password the padding or what is decrypted is wrong. */
    private static boolean isUnknownCipher(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof NoSuchAlgorithmException
                    || at instanceof OperatorCreationException
                    || at instanceof IllegalStateException
                    || String.valueOf(at.getMessage()).contains("unknown encryption")) {
                return true;
            }
        }
        return false;
    }

    /** The name of the cipher, or of what makes the key from the password; a number where there is no name. */
    private static String cipher(PKCS8EncryptedPrivateKeyInfo encrypted) {
        AlgorithmIdentifier all = encrypted.toASN1Structure().getEncryptionAlgorithm();
        DefaultAlgorithmNameFinder names = new DefaultAlgorithmNameFinder();
        if (!all.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            return names.getAlgorithmName(all);
        }
        PBES2Parameters parameters = PBES2Parameters.getInstance(all.getParameters());
        return names.getAlgorithmName(AlgorithmIdentifier.getInstance(parameters.getEncryptionScheme()))
                + ", key by "
                + names.getAlgorithmName(AlgorithmIdentifier.getInstance(parameters.getKeyDerivationFunc()));
    }

    private static char[] password(String option, Path file, Optional<Path> passwordFile) throws PemException {
        if (passwordFile.isEmpty()) {
            throw new PemException(option + ": the private key in " + file + " is encrypted; " + NO_PASSWORD);
        }
        String text = text(bytes("socket.ssl_password_file", passwordFile.get(), LARGEST_FILE));
        return text.lines().findFirst().orElse("").toCharArray();
    }

    private static List<PemBlock> blocks(String option, Path file) throws PemException {
        byte[] content = bytes(option, file, LARGEST_FILE);
        if (isDer(content)) {
            throw new PemException(option + ": " + file + " is not PEM, but looks like DER or PKCS#12; convert it, for"
                    + " example with openssl x509 -inform der, openssl pkey -inform der, or openssl pkcs12 -nodes");
        }
        return PemBlock.read(option, file, text(content));
    }

    private static Object object(String option, Path file, PemBlock block) throws PemException {
        try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
            Object object = parser.readObject();
            if (object != null) {
                return object;
            }
            throw new IOException("nothing in it");
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle answers damaged DER with several unchecked exceptions.
            throw new PemException(
                    option + ": " + file + " is damaged: the PEM block in line " + block.line() + " (BEGIN "
                            + PemBlock.printable(block.label()) + "); copy it anew",
                    e);
        }
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
