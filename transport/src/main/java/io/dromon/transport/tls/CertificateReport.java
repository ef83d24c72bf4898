package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.Authorities;
import io.dromon.transport.tls.pem.DistinguishedName;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Certificates for a reader, and whether peers would accept one. For tools; no key is ever shown. */
public final class CertificateReport {
    private static final String[] USAGES = {
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly"
    };
    private static final Map<String, String> PURPOSES = Map.of(
            Role.SERVER.oid, Role.SERVER.usage,
            Role.CLIENT.oid, Role.CLIENT.usage);

    private CertificateReport() {}

    /** What is in a PEM file, line by line. */
    public static List<String> inspect(Path file, Instant now) throws PemException {
        List<String> lines = new ArrayList<>();
        for (PemFiles.Item item : PemFiles.items(file)) {
            if (item instanceof PemFiles.Item.Certificate one) {
                certificate(one.certificate(), now, lines);
                if (!one.rejected().isEmpty()) {
                    lines.add("  rejected for "
                            + String.join(
                                    ", ",
                                    one.rejected().stream()
                                            .map(oid -> PURPOSES.getOrDefault(oid, oid))
                                            .sorted()
                                            .toList()));
                }
            } else if (item instanceof PemFiles.Item.RevocationList one) {
                list(one.list(), lines);
            } else if (item instanceof PemFiles.Item.Request one) {
                lines.add("request");
                lines.add("  subject      "
                        + CertificateText.printable(one.request().subject()));
            } else if (item instanceof PemFiles.Item.Key one) {
                lines.add("private key    " + (one.encrypted() ? "encrypted" : "not encrypted"));
            } else if (item instanceof PemFiles.Item.Other other) {
                lines.add("other          " + CertificateText.printable(other.kind()));
            }
        }
        if (lines.isEmpty()) {
            throw new PemException(file + " holds no PEM block");
        }
        return lines;
    }

    private static void certificate(X509Certificate certificate, Instant now, List<String> lines) {
        CertificateNames names = CertificateNames.of(certificate);
        String subject = CertificateText.subject(certificate);
        String issuer = CertificateText.issuer(certificate);
        boolean early = now.isBefore(certificate.getNotBefore().toInstant());
        boolean late = now.isAfter(certificate.getNotAfter().toInstant());
        lines.add("certificate");
        lines.add("  subject      " + (subject.isEmpty() ? "(none)" : subject));
        lines.add("  issuer       " + (Chains.isSelfSigned(certificate) ? "itself" : issuer));
        lines.add("  serial       " + CertificateText.serial(certificate));
        lines.add("  valid from   " + CertificateText.date(certificate.getNotBefore()) + (early ? " NOT YET" : ""));
        lines.add("  valid until  " + CertificateText.date(certificate.getNotAfter()) + (late ? " EXPIRED" : ""));
        lines.add("  names        "
                + (names.alternativeNames().isEmpty()
                        ? "(none)"
                        : CertificateText.printable(String.join(", ", names.alternativeNames()))));
        lines.add("  key          " + key(certificate.getPublicKey()) + ", signed with " + certificate.getSigAlgName());
        int path = certificate.getBasicConstraints();
        lines.add("  CA           "
                + (path < 0 ? "no" : path == Integer.MAX_VALUE ? "yes" : "yes, path length " + path)
                + ", version " + certificate.getVersion());
        lines.add("  usage        " + usage(certificate));
        lines.add("  sha256       " + names.fingerprint());
    }

    private static String key(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA " + rsa.getModulus().bitLength() + " bits";
        }
        return key instanceof ECPublicKey ec
                ? "EC " + ec.getParams().getOrder().bitLength() + " bits"
                : key.getAlgorithm();
    }

    private static String usage(X509Certificate certificate) {
        List<String> usages = new ArrayList<>();
        boolean[] bits = certificate.getKeyUsage();
        for (int i = 0; bits != null && i < Math.min(bits.length, USAGES.length); i++) {
            if (bits[i]) {
                usages.add(USAGES[i]);
            }
        }
        try {
            List<String> extended = certificate.getExtendedKeyUsage();
            if (extended != null) {
                extended.forEach(oid -> usages.add(PURPOSES.getOrDefault(oid, oid)));
            }
        } catch (CertificateParsingException e) {
            usages.add("(damaged extendedKeyUsage)");
        }
        return usages.isEmpty() ? "any" : CertificateText.printable(String.join(", ", usages));
    }

    private static void list(X509CRL list, List<String> lines) {
        lines.add("revocation list");
        lines.add("  issuer       " + CertificateText.printable(DistinguishedName.text(list.getIssuerX500Principal())));
        lines.add("  issued       " + CertificateText.date(list.getThisUpdate()));
        lines.add("  next         "
                + (list.getNextUpdate() == null ? "(none)" : CertificateText.date(list.getNextUpdate())));
        lines.add("  revoked      "
                + (list.getRevokedCertificates() == null
                        ? 0
                        : list.getRevokedCertificates().size()));
    }

    /**
     * Whether certificates are accepted.
     *
     * @param problems why not, empty if they are
     * @param notes what was not checked
     */
    public record Verdict(List<String> problems, List<String> notes) {
        public Verdict {
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Whether nodes that trust {@code ca} accept the certificate, as TLS server and as TLS client.
     *
     * @param key checked to be its key where it is given
     * @param jdkAlone whether every Dromon node has tls.provider=jdk
     */
    public static Verdict verify(
            Path certificate,
            Path ca,
            Optional<Path> crl,
            Optional<Path> key,
            Optional<Path> password,
            boolean jdkAlone,
            Instant now) {
        List<String> problems = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        try {
            List<X509Certificate> chain = PemFiles.certificates("socket.ssl_cert", certificate);
            Authorities anchors = PemFiles.authorities("socket.ssl_ca", ca);
            List<X509CRL> lists = crl.isPresent() ? PemFiles.revocationLists("tls.crl", crl.get()) : List.of();
            Trust trust = new Trust(anchors.certificates(), Map.of(), lists, false, anchors.rejected());
            Revocations.problems(lists, trust.anchors()).forEach(problem -> problems.add("tls.crl: " + problem));
            if (problems.isEmpty()) {
                Revocations.warnings(trust, chain, now).forEach(note -> notes.add("tls.crl: " + note));
            }
            for (Role role : Role.values()) {
                try {
                    CertificateRules.check(chain, trust, role, now);
                } catch (Refused refused) {
                    String problem = String.valueOf(refused.getMessage());
                    if (!problems.contains(problem)) {
                        problems.add(problem);
                    }
                }
            }
            unusable(chain.get(0).getPublicKey(), jdkAlone)
                    .filter(unusable -> problems.isEmpty())
                    .ifPresent(problems::add);
            if (key.isPresent()) {
                TlsGeneration.load(
                        1,
                        new TlsSettings(
                                certificate, key.get(), Optional.of(ca), password, "", TlsSettings.Provider.AUTO));
            }
        } catch (PemException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (TlsConfigException e) {
            problems.addAll(e.problems());
        }
        return new Verdict(problems, notes);
    }

    /**
     * Why nodes take no certificate with that key; empty if they do.
     *
     * @param jdkAlone whether every Dromon node has tls.provider=jdk
     */
    public static Optional<String> unusable(PublicKey key, boolean jdkAlone) {
        Optional<String> problem = KeyRules.ownProblem(key);
        if (problem.isPresent() || jdkAlone) {
            return problem;
        }
        return KeyRules.jdkOnly(key)
                .map(kind -> "its key is " + kind + ", which a Dromon node takes only with tls.provider=jdk; make a new"
                        + " pair (EC P-256), or, if that is set on every Dromon node, say --provider=jdk here");
    }
}
