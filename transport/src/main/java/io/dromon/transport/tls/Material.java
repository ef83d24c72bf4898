package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.Authorities;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One reading of a node's files. Goes on after a problem, so that all of them are told at once. */
final class Material {
    private final TlsSettings settings;
    private final boolean judging;
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param judging whether what peers would refuse is said even if the files cannot be used; the trust is all of it then */
    Material(TlsSettings settings, boolean judging) {
        this.settings = settings;
        this.judging = judging;
    }

    /** Something that reads PEM. */
    private interface Reading<T> {
        T read() throws PemException;
    }

    private <T> @Nullable T attempt(Reading<T> reading) {
        try {
            return reading.read();
        } catch (PemException e) {
            String problem = String.valueOf(e.getMessage());
            if (!problems.contains(problem)) {
                problems.add(problem);
            }
            return null;
        }
    }

    TlsGeneration load(long number) throws TlsConfigException {
        checkMode("socket.ssl_key", settings.key());
        settings.passwordFile().ifPresent(file -> checkMode("socket.ssl_password_file", file));
        PrivateKey key = attempt(() -> PemFiles.privateKey("socket.ssl_key", settings.key(), settings.passwordFile()));
        if (key != null && settings.passwordFile().isPresent() && !isEncrypted()) {
            notes.add("socket.ssl_password_file has no effect: the private key in " + settings.key()
                    + " is not encrypted");
        }
        Authorities own = attempt(() -> PemFiles.authorities("socket.ssl_cert", settings.certificate()));
        Trust trust = trust(own);
        List<X509Certificate> chain = key == null || own == null ? null : chain(key, own.certificates());
        if (!problems.isEmpty() || key == null || chain == null || trust == null) {
            if (judging && own != null && trust != null) {
                judge(chain == null ? issuers(own.certificates().get(0), own.certificates()) : chain, trust);
            }
            throw new TlsConfigException(problems, notes);
        }
        return new TlsGeneration(number, key, chain, trust, notes);
    }

    /** Files that cannot be used may hold a certificate that peers would refuse besides. */
    private void judge(List<X509Certificate> chain, Trust trust) {
        Instant now = Instant.now();
        problems.addAll(TlsGeneration.refusals(chain, trust, now));
        new PeerPolicy(settings.peers(), trust).refusalOfOwn(chain, now).ifPresent(problems::add);
    }

    private boolean isEncrypted() {
        List<PemFiles.Item> items = attempt(() -> PemFiles.items(settings.key()));
        return items != null
                && items.stream().anyMatch(item -> item instanceof PemFiles.Item.Key read && read.encrypted());
    }

    private @Nullable Trust trust(@Nullable Authorities own) {
        Authorities general = own;
        Optional<Path> ca = settings.ca().filter(file -> !file.equals(settings.certificate()));
        if (ca.isPresent()) {
            general = attempt(() -> PemFiles.authorities("socket.ssl_ca", ca.get()));
        }
        Map<String, List<X509Certificate>> organisations = new LinkedHashMap<>();
        Authorities everything = general == null ? Authorities.of(List.of()) : general;
        for (Map.Entry<String, List<Path>> entry :
                new TreeMap<>(settings.peers().clientCas()).entrySet()) {
            List<X509Certificate> all = new ArrayList<>();
            String option = "tls.client_ca." + entry.getKey();
            for (Path file : entry.getValue()) {
                Authorities read = attempt(() -> PemFiles.authorities(option, file));
                if (read != null) {
                    all.addAll(read.certificates());
                    everything = everything.and(read);
                    checkAnchors(option, file, read.certificates());
                }
            }
            organisations.put(entry.getKey(), all);
        }
        List<X509CRL> crls = List.of();
        if (settings.peers().crl().isPresent()) {
            crls = attempt(() ->
                    PemFiles.revocationLists("tls.crl", settings.peers().crl().get()));
        }
        if (general == null || crls == null) {
            return null;
        }
        Trust trust = new Trust(
                general.certificates(), organisations, crls, settings.peers().crlRequired(), everything.rejected());
        trust.notes().forEach(note -> notes.add("socket.ssl_ca: " + note));
        if (general.lists() > 0) {
            notes.add("socket.ssl_ca: " + ca.orElse(settings.certificate()) + " holds a revocation list, which has no"
                    + " effect there; put it into a file of its own and name that in tls.crl");
        }
        if (trust.anchors().isEmpty()) {
            problems.add("socket.ssl_ca: " + ca.orElse(settings.certificate())
                    + ": each certificate there is marked as rejected (block TRUSTED CERTIFICATE), so that no peer can be"
                    + " trusted");
            return null;
        }
        for (String problem : Revocations.problems(crls, trust.anchors())) {
            problems.add("tls.crl: " + settings.peers().crl().orElseThrow() + ": " + problem);
        }
        return trust;
    }

    /** A chain ends in a self-signed certificate; another one as an organisation's CA would never match. */
    private void checkAnchors(String option, Path file, List<X509Certificate> certificates) {
        if (certificates.stream().noneMatch(Chains::isSelfSigned)) {
            problems.add(option + ": " + file + " holds no self-signed certificate ("
                    + CertificateText.describe(certificates.get(0))
                    + " is none); a chain ends in one: name the root of that organisation's CA");
        }
    }

    /** Own certificate first, then the certificate of its issuer and so on, wherever they stand in the file. */
    private @Nullable List<X509Certificate> chain(PrivateKey key, List<X509Certificate> file) {
        X509Certificate leaf = null;
        for (X509Certificate certificate : file) {
            if (matches(key, certificate.getPublicKey())) {
                leaf = certificate;
                break;
            }
        }
        // A key that no TLS takes matches nothing either.
        X509Certificate shown = leaf == null ? file.get(0) : leaf;
        Optional<String> unusable = KeyRules.ownProblem(shown.getPublicKey());
        if (unusable.isPresent()) {
            problems.add("socket.ssl_cert: " + CertificateText.describe(shown) + " in " + settings.certificate() + ": "
                    + unusable.get() + "; make a new pair");
            return null;
        }
        if (leaf == null) {
            problems.add("socket.ssl_key: the key in " + settings.key()
                    + " is not the key of the first certificate in " + settings.certificate() + " ("
                    + CertificateText.describe(file.get(0)) + ")"
                    + (file.size() == 1 ? "" : ", nor of another one there")
                    + "; compare them with: openssl pkey -in KEY -pubout, openssl x509 -in CERTIFICATE -pubkey -noout");
            return null;
        }
        List<X509Certificate> chain = issuers(leaf, file);
        if (!chain.equals(file.subList(0, chain.size()))) {
            notes.add("socket.ssl_cert: the certificates in " + settings.certificate()
                    + " are not in order; they are sent in the right one (own certificate, its issuer, and so on), but"
                    + " another program may refuse the file");
        }
        int others = file.size() - chain.size();
        if (others > 0) {
            notes.add("socket.ssl_cert: " + others + " of " + file.size() + " certificates in "
                    + settings.certificate() + " do not belong to the chain of " + CertificateText.describe(leaf)
                    + " and are not sent");
        }
        return chain;
    }

    /** The certificate, then that of its issuer and so on. */
    private static List<X509Certificate> issuers(X509Certificate leaf, List<X509Certificate> file) {
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        for (X509Certificate issuer = issuer(leaf, file, chain); issuer != null; ) {
            chain.add(issuer);
            issuer = issuer(issuer, file, chain);
        }
        return chain;
    }

    private static @Nullable X509Certificate issuer(
            X509Certificate of, List<X509Certificate> file, List<X509Certificate> chain) {
        for (X509Certificate candidate : file) {
            if (!chain.contains(candidate) && !Chains.isSelfSigned(of) && Chains.isIssuer(candidate, of)) {
                return candidate;
            }
        }
        return null;
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

    /** Who else may read or write a secret. Kubernetes mounts secrets for a group, so there only others count. */
    private void checkMode(String option, Path secret) {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(secret);
        } catch (IOException | UnsupportedOperationException e) {
            return; // reading says what is wrong; another kind of file system has no such modes
        }
        String shown = PosixFilePermissions.toString(mode);
        if (mode.contains(PosixFilePermission.OTHERS_WRITE) || mode.contains(PosixFilePermission.GROUP_WRITE)) {
            problems.add(option + ": " + secret + " may be written by others than its owner (" + shown
                    + "): each of them can replace it; chmod 600 " + secret);
            return;
        }
        boolean others = mode.contains(PosixFilePermission.OTHERS_READ);
        Path directory = secret.toAbsolutePath().getParent();
        if (directory != null && Files.isSymbolicLink(directory.resolve("..data"))) {
            if (others) {
                notes.add(option + ": every user of the container can read " + secret + " (" + shown
                        + "); set defaultMode: 0400 (0440 with an fsGroup) in the secret's volume");
            }
        } else if (others || mode.contains(PosixFilePermission.GROUP_READ)) {
            notes.add(option + ": " + (others ? "every user" : "every member of its group") + " can read " + secret
                    + " (" + shown + "); chmod 600 " + secret);
        }
    }
}
