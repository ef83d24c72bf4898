package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.NameConstraintCheck;
import io.dromon.transport.tls.pem.ValidityForm;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a peer's certificate is trusted, as OpenSSL decides it for a Galera node: a chain to a
 * self-signed anchor (no partial chains), dates of every certificate in it, usage if stated, no host name
 * (specification, chapter 01 section 3.2).
 */
final class CertificateRules {
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String PROXY = "1.3.6.1.5.5.7.1.14";
    /** Extensions that may be critical: OpenSSL's. Policies are not applied, as by a Galera node. */
    private static final Set<String> KNOWN_EXTENSIONS = Set.of(
            BASIC_CONSTRAINTS,
            "2.5.29.15", // keyUsage
            "2.5.29.17", // subjectAltName
            "2.5.29.30", // nameConstraints
            "2.5.29.31", // cRLDistributionPoints
            "2.5.29.32", // certificatePolicies
            "2.5.29.33", // policyMappings
            "2.5.29.36", // policyConstraints
            "2.5.29.37", // extKeyUsage
            "2.5.29.54", // inhibitAnyPolicy
            NetscapeType.OID);

    private CertificateRules() {}

    /**
     * Checks what a peer presented, its own certificate first.
     *
     * @return the chain that was found: the peer's certificate, intermediates, the anchor
     */
    static List<X509Certificate> check(List<X509Certificate> presented, Trust trust, Role role, Instant now)
            throws Refused {
        if (presented.isEmpty()) {
            throw new Refused(Refused.Rule.INVALID, "no certificate");
        }
        X509Certificate leaf = presented.get(0);
        if (presented.size() > Chains.LONGEST_CHAIN) {
            throw new Refused(
                    Refused.Rule.CHAIN_TOO_LONG,
                    CertificateText.describe(leaf) + ": " + presented.size() + " certificates were sent, at most "
                            + Chains.LONGEST_CHAIN + " are accepted; send the own one and its intermediate CAs alone");
        }
        List<X509Certificate> chain = Chains.build(presented, trust.known(), now);
        for (X509Certificate certificate : chain) {
            checkDates(certificate, leaf, now);
        }
        checkMarks(chain, trust, role);
        checkUsage(chain, role);
        checkStrength(chain);
        checkExtensions(chain);
        Revocations.check(chain, trust, now);
        return chain;
    }

    /** Checks that the peer's own certificate is a trusted one itself, whoever signed it, and that it may be used now. */
    static void checkPinned(List<X509Certificate> presented, Trust trust, Role role, Instant now) throws Refused {
        if (presented.isEmpty()) {
            throw new Refused(Refused.Rule.INVALID, "no certificate");
        }
        X509Certificate leaf = presented.get(0);
        if (!trust.anchors().contains(leaf)) {
            throw new Refused(
                    Refused.Rule.UNKNOWN_CA,
                    CertificateText.describe(leaf)
                            + ": is not one of the certificates in socket.ssl_ca themselves; put this very"
                            + " certificate there, its CA's is not enough here");
        }
        checkDates(leaf, leaf, now);
        checkMarks(List.of(leaf), trust, role);
        checkUsage(List.of(leaf), role);
        checkStrength(List.of(leaf));
    }

    private static void checkDates(X509Certificate certificate, X509Certificate leaf, Instant now) throws Refused {
        String which = certificate.equals(leaf)
                ? CertificateText.describe(leaf)
                : CertificateText.describe(leaf) + ": its chain holds " + CertificateText.describe(certificate)
                        + ", which";
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            throw new Refused(
                    Refused.Rule.EXPIRED,
                    which + " has expired at " + CertificateText.date(certificate.getNotAfter()) + " (now "
                            + CertificateText.date(now) + "); renew it, or set the clock right");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            throw new Refused(
                    Refused.Rule.NOT_YET_VALID,
                    which + " is not valid before " + CertificateText.date(certificate.getNotBefore()) + " (now "
                            + CertificateText.date(now) + "); wait, or set the clock right");
        }
    }

    /** What a block TRUSTED CERTIFICATE rejects is rejected, wherever it stands in the chain. */
    private static void checkMarks(List<X509Certificate> chain, Trust trust, Role role) throws Refused {
        X509Certificate leaf = chain.get(0);
        for (X509Certificate certificate : chain) {
            if (trust.rejected().getOrDefault(certificate, Set.of()).contains(role.oid)) {
                throw new Refused(
                        Refused.Rule.INVALID,
                        CertificateText.describe(leaf) + ": "
                                + (certificate.equals(leaf)
                                        ? "it"
                                        : "its chain holds " + CertificateText.describe(certificate) + ", which")
                                + " is marked as rejected for " + role.usage
                                + " in socket.ssl_ca (block TRUSTED CERTIFICATE); have it issued by a CA that is trusted,"
                                + " or take the mark away with openssl x509 -clrtrust -clrreject");
            }
        }
    }

    private static void checkUsage(List<X509Certificate> chain, Role role) throws Refused {
        X509Certificate leaf = chain.get(0);
        boolean[] keyUsage = leaf.getKeyUsage();
        if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
            throw new Refused(
                    Refused.Rule.PURPOSE,
                    CertificateText.describe(leaf)
                            + ": unsuitable purpose: its keyUsage lacks digitalSignature; issue it anew");
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            List<String> extended = extendedKeyUsage(certificate, leaf);
            if (extended != null && !role.isAmong(extended)) {
                throw new Refused(
                        Refused.Rule.PURPOSE,
                        CertificateText.describe(leaf) + ": unsuitable purpose: the extendedKeyUsage of "
                                + (i == 0 ? "the certificate" : CertificateText.describe(certificate)) + " lacks "
                                + role.usage
                                + "; every node needs serverAuth and clientAuth; issue it anew");
            }
            if (i == 0 && !NetscapeType.allows(certificate, role)) {
                throw new Refused(
                        Refused.Rule.PURPOSE,
                        CertificateText.describe(leaf) + ": unsuitable purpose: its nsCertType lacks "
                                + (role == Role.CLIENT ? "client" : "server")
                                + "; every node needs client and server; issue it anew without nsCertType");
            }
            if (i > 0) {
                checkCa(chain, i);
            }
        }
    }

    private static void checkCa(List<X509Certificate> chain, int index) throws Refused {
        X509Certificate leaf = chain.get(0);
        X509Certificate certificate = chain.get(index);
        boolean[] usage = certificate.getKeyUsage();
        boolean anchor = index == chain.size() - 1;
        // A root of version 1 cannot say that it is a CA, one of version 3 may say so by its keyUsage alone.
        boolean root = anchor
                && Chains.isSelfSigned(certificate)
                && (certificate.getVersion() == 1
                        || (usage != null && certificate.getExtensionValue(BASIC_CONSTRAINTS) == null));
        int pathLength = certificate.getBasicConstraints();
        if (pathLength < 0 && !root) {
            throw new Refused(
                    Refused.Rule.INVALID,
                    CertificateText.describe(leaf) + ": its issuer " + CertificateText.describe(certificate)
                            + " is not a CA; have it issued by one (basicConstraints CA:TRUE)");
        }
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            throw new Refused(
                    Refused.Rule.INVALID,
                    CertificateText.describe(leaf) + ": its issuer " + CertificateText.describe(certificate)
                            + " may not sign certificates (keyUsage lacks keyCertSign); have it issued by a CA that may");
        }
        // A CA's certificate for a new key of its own does not count.
        long below = chain.subList(1, index).stream()
                .filter(one -> !one.getSubjectX500Principal().equals(one.getIssuerX500Principal()))
                .count();
        if (!root && pathLength < below) {
            throw new Refused(
                    Refused.Rule.INVALID,
                    CertificateText.describe(leaf) + ": the path length of " + CertificateText.describe(certificate)
                            + " is exceeded; have it issued by a CA that stands higher");
        }
    }

    private static @Nullable List<String> extendedKeyUsage(X509Certificate certificate, X509Certificate leaf)
            throws Refused {
        try {
            return certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw new Refused(
                    Refused.Rule.INVALID, CertificateText.describe(leaf) + ": damaged extendedKeyUsage; issue it anew");
        }
    }

    private static void checkStrength(List<X509Certificate> chain) throws Refused {
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            Optional<String> problem = KeyRules.problem(certificate.getPublicKey());
            if (problem.isPresent()) {
                throw new Refused(
                        Refused.Rule.INVALID,
                        CertificateText.describe(certificate) + ": " + problem.get() + "; issue it anew");
            }
            boolean anchor = i == chain.size() - 1;
            if (!anchor && SignatureRules.isWeak(certificate)) {
                throw new Refused(
                        Refused.Rule.INVALID,
                        CertificateText.describe(certificate) + ": signed with "
                                + CertificateText.printable(SignatureRules.name(certificate))
                                + ", which is too weak; issue it anew with SHA-256");
            }
        }
    }

    /** What of the extensions is left: critical ones that are not known, and the names that a CA may sign. */
    private static void checkExtensions(List<X509Certificate> chain) throws Refused {
        X509Certificate leaf = chain.get(0);
        try {
            for (X509Certificate certificate : chain) {
                String which = CertificateText.describe(leaf) + ": "
                        + (certificate.equals(leaf) ? "" : CertificateText.describe(certificate) + " ");
                for (String oid : Optional.ofNullable(certificate.getCriticalExtensionOIDs())
                        .orElse(Set.of())) {
                    if (!KNOWN_EXTENSIONS.contains(oid)) {
                        throw new Refused(
                                Refused.Rule.INVALID,
                                which + "has a critical extension that is not known (" + oid
                                        + "); issue it anew without");
                    }
                }
                if (certificate.getExtensionValue(PROXY) != null) {
                    throw new Refused(
                            Refused.Rule.INVALID,
                            which + "is a proxy certificate (RFC 3820), which no node takes; issue one by a CA");
                }
                if (!ValidityForm.isStrict(certificate)) {
                    throw new Refused(
                            Refused.Rule.INVALID,
                            which + "has dates that are not written as RFC 5280 demands (seconds, and Z for UTC);"
                                    + " issue it anew");
                }
            }
            NameConstraintCheck.check(chain);
        } catch (NameConstraintCheck.Violation e) {
            throw new Refused(
                    Refused.Rule.INVALID,
                    CertificateText.describe(leaf) + ": outside of the nameConstraints of "
                            + CertificateText.describe(e.authority()) + ": "
                            + CertificateText.printable(String.valueOf(e.getMessage()))
                            + "; issue it anew, within what openssl x509 -text shows of that CA");
        } catch (RuntimeException e) {
            throw new Refused(
                    Refused.Rule.INVALID,
                    CertificateText.describe(leaf) + ": a damaged extension in its chain ("
                            + e.getClass().getSimpleName() + "); issue it anew");
        }
    }
}
