package io.dromon.transport.tls;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a peer's certificate is trusted, as OpenSSL decides it for a Galera node: a chain to a self-signed anchor
 * (no partial chains), dates of every certificate in it, usage if stated, no host name (specification, chapter 01
 * section 3.2).
 */
final class CertificateRules {
    static final int LARGEST_RSA = 16384;
    /** A peer may not make this node check signatures without end. (BoringSSL shows ten and drops the rest.) */
    static final int LONGEST_CHAIN = 9;

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** What the peer is in the handshake. */
    enum Role {
        CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2"),
        SERVER("serverAuth", "1.3.6.1.5.5.7.3.1");

        final String usage;
        final String oid;

        Role(String usage, String oid) {
            this.usage = usage;
            this.oid = oid;
        }
    }

    /** Which rule a certificate broke; decides the kind of failure and the alert. */
    enum Rule {
        EXPIRED,
        NOT_YET_VALID,
        UNKNOWN_CA,
        SELF_SIGNED,
        PURPOSE,
        CHAIN_TOO_LONG,
        REVOKED,
        /** Trusted, but not one of those that belong here. */
        IDENTITY,
        INVALID
    }

    /** A certificate is not accepted. */
    static final class Refused extends CertPathValidatorException {
        private static final long serialVersionUID = 1L;
        private final Rule rule;

        Refused(Rule rule, String message) {
            super(
                    message,
                    null,
                    null,
                    -1,
                    rule == Rule.EXPIRED
                            ? BasicReason.EXPIRED
                            : rule == Rule.NOT_YET_VALID ? BasicReason.NOT_YET_VALID : BasicReason.UNSPECIFIED);
            this.rule = rule;
        }

        Rule rule() {
            return rule;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private CertificateRules() {}

    /**
     * Checks what a peer presented, its own certificate first.
     *
     * @return the chain that was found: the peer's certificate, intermediates, the anchor
     */
    static List<X509Certificate> check(List<X509Certificate> presented, Trust trust, Role role, Instant now)
            throws Refused {
        if (presented.isEmpty()) {
            throw new Refused(Rule.INVALID, "no certificate");
        }
        X509Certificate leaf = presented.get(0);
        if (presented.size() > LONGEST_CHAIN) {
            throw new Refused(
                    Rule.CHAIN_TOO_LONG,
                    describe(leaf) + ": " + presented.size() + " certificates were sent, at most " + LONGEST_CHAIN
                            + " are accepted; send the own one and its intermediate CAs alone");
        }
        List<X509Certificate> chain = build(presented, trust.anchors(), now);
        for (X509Certificate certificate : chain) {
            checkDates(certificate, leaf, now);
        }
        checkUsage(chain, role);
        checkStrength(chain);
        validate(chain, now);
        Revocations.check(chain, trust.crls(), now);
        return chain;
    }

    /** Checks that the peer's own certificate is one of {@code pinned}, whoever signed it, and that it may be used now. */
    static void checkPinned(List<X509Certificate> presented, List<X509Certificate> pinned, Role role, Instant now)
            throws Refused {
        if (presented.isEmpty()) {
            throw new Refused(Rule.INVALID, "no certificate");
        }
        X509Certificate leaf = presented.get(0);
        if (!pinned.contains(leaf)) {
            throw new Refused(
                    Rule.UNKNOWN_CA,
                    describe(leaf) + ": is not one of the certificates in socket.ssl_ca themselves; put this very"
                            + " certificate there, its CA's is not enough here");
        }
        checkDates(leaf, leaf, now);
        checkUsage(List.of(leaf), role);
        checkStrength(List.of(leaf));
    }

    /** Leaf, intermediates, self-signed anchor. */
    private static List<X509Certificate> build(
            List<X509Certificate> presented, List<X509Certificate> anchors, Instant now) throws Refused {
        X509Certificate leaf = presented.get(0);
        List<X509Certificate> chain = new ArrayList<>();
        X509Certificate current = leaf;
        while (true) {
            chain.add(current);
            if (isSelfIssued(current)) {
                if (anchors.contains(current)) {
                    return chain;
                }
                throw new Refused(
                        Rule.SELF_SIGNED,
                        describe(leaf) + ": "
                                + (chain.size() == 1
                                        ? "self-signed certificate that is not among the trusted ones"
                                        : "its chain ends in the self-signed certificate " + describe(current)
                                                + " that is not among the trusted ones")
                                + "; put it into socket.ssl_ca (without socket.ssl_ca: use the same socket.ssl_cert"
                                + " on all nodes)");
            }
            X509Certificate issuer = issuerOf(current, anchors, chain, now);
            if (issuer == null) {
                issuer = issuerOf(current, presented, chain, now);
            }
            if (issuer == null) {
                throw new Refused(
                        Rule.UNKNOWN_CA,
                        describe(leaf) + ": the certificate of the issuer \""
                                + printable(current.getIssuerX500Principal().getName())
                                + "\" is neither among the trusted ones nor was it sent; put that CA's certificate"
                                + " into socket.ssl_ca (a certificate that a CA signed cannot be its own anchor), or,"
                                + " if it is an intermediate CA, append it to the peer's socket.ssl_cert");
            }
            if (chain.size() > LONGEST_CHAIN) {
                throw new Refused(Rule.CHAIN_TOO_LONG, describe(leaf) + ": its chain has no end; issue it anew");
            }
            current = issuer;
        }
    }

    private static @Nullable X509Certificate issuerOf(
            X509Certificate subject, List<X509Certificate> candidates, List<X509Certificate> chain, Instant now) {
        X509Certificate outOfDate = null;
        for (X509Certificate candidate : candidates) {
            if (candidate.getSubjectX500Principal().equals(subject.getIssuerX500Principal())
                    && !chain.contains(candidate)
                    && signed(subject, candidate.getPublicKey())) {
                // A CA that renews its certificate keeps its key: the old one must not stand in the way.
                if (isCurrent(candidate, now)) {
                    return candidate;
                }
                outOfDate = outOfDate == null ? candidate : outOfDate;
            }
        }
        return outOfDate;
    }

    private static boolean isCurrent(X509Certificate certificate, Instant now) {
        return !now.isAfter(certificate.getNotAfter().toInstant())
                && !now.isBefore(certificate.getNotBefore().toInstant());
    }

    static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && signed(certificate, certificate.getPublicKey());
    }

    static boolean signed(X509Certificate certificate, PublicKey by) {
        // A peer may not choose what takes long: other algorithms, and keys without end.
        boolean known = by instanceof RSAPublicKey rsa
                ? rsa.getModulus().bitLength() <= LARGEST_RSA
                : by instanceof ECPublicKey || by instanceof EdECPublicKey;
        if (!known) {
            return false;
        }
        try {
            certificate.verify(by);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            // A peer chooses these bytes; providers answer odd keys with unchecked exceptions too.
            return false;
        }
    }

    private static void checkDates(X509Certificate certificate, X509Certificate leaf, Instant now) throws Refused {
        String which = certificate.equals(leaf)
                ? describe(leaf)
                : describe(leaf) + ": its chain holds " + describe(certificate) + ", which";
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            throw new Refused(
                    Rule.EXPIRED,
                    which + " has expired at " + date(certificate.getNotAfter()) + " (now " + DATE.format(now)
                            + "); renew it, or set the clock right");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            throw new Refused(
                    Rule.NOT_YET_VALID,
                    which + " is not valid before " + date(certificate.getNotBefore()) + " (now " + DATE.format(now)
                            + "); wait, or set the clock right");
        }
    }

    private static void checkUsage(List<X509Certificate> chain, Role role) throws Refused {
        X509Certificate leaf = chain.get(0);
        boolean[] keyUsage = leaf.getKeyUsage();
        if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
            throw new Refused(
                    Rule.PURPOSE,
                    describe(leaf) + ": unsuitable purpose: its keyUsage lacks digitalSignature; issue it anew");
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            List<String> extended = extendedKeyUsage(certificate, leaf);
            if (extended != null && !extended.contains(role.oid)) {
                throw new Refused(
                        Rule.PURPOSE,
                        describe(leaf) + ": unsuitable purpose: the extendedKeyUsage of "
                                + (i == 0 ? "the certificate" : describe(certificate)) + " lacks " + role.usage
                                + "; every node needs serverAuth and clientAuth; issue it anew");
            }
            if (i > 0) {
                checkCa(certificate, leaf, i);
            }
        }
    }

    private static void checkCa(X509Certificate certificate, X509Certificate leaf, int index) throws Refused {
        // A version 1 certificate cannot say that it is a CA; as a trusted root it is one all the same.
        boolean oldRoot = certificate.getVersion() == 1 && isSelfIssued(certificate);
        int pathLength = certificate.getBasicConstraints();
        if (pathLength < 0 && !oldRoot) {
            throw new Refused(
                    Rule.INVALID,
                    describe(leaf) + ": its issuer " + describe(certificate)
                            + " is not a CA; have it issued by one (basicConstraints CA:TRUE)");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            throw new Refused(
                    Rule.INVALID,
                    describe(leaf) + ": its issuer " + describe(certificate)
                            + " may not sign certificates (keyUsage lacks keyCertSign); have it issued by a CA that may");
        }
        if (!oldRoot && pathLength < index - 1) {
            throw new Refused(
                    Rule.INVALID,
                    describe(leaf) + ": the path length of " + describe(certificate)
                            + " is exceeded; have it issued by a CA that stands higher");
        }
    }

    private static @Nullable List<String> extendedKeyUsage(X509Certificate certificate, X509Certificate leaf)
            throws Refused {
        try {
            return certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw new Refused(Rule.INVALID, describe(leaf) + ": damaged extendedKeyUsage; issue it anew");
        }
    }

    private static void checkStrength(List<X509Certificate> chain) throws Refused {
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            Optional<String> problem = KeyRules.problem(certificate.getPublicKey());
            if (problem.isPresent()) {
                throw new Refused(Rule.INVALID, describe(certificate) + ": " + problem.get() + "; issue it anew");
            }
            boolean anchor = i == chain.size() - 1;
            String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
            if (!anchor
                    && Set.of("MD2", "MD5", "SHA1").stream().anyMatch(weak -> algorithm.startsWith(weak + "WITH"))) {
                throw new Refused(
                        Rule.INVALID,
                        describe(certificate) + ": signed with " + certificate.getSigAlgName()
                                + ", which is too weak; issue it anew with SHA-256");
            }
        }
    }

    /** The rest of RFC 5280: critical extensions, name constraints, policies. */
    private static void validate(List<X509Certificate> chain, Instant now) throws Refused {
        X509Certificate leaf = chain.get(0);
        X509Certificate anchor = chain.get(chain.size() - 1);
        try {
            if (chain.size() == 1) {
                if (leaf.hasUnsupportedCriticalExtension()) {
                    throw new Refused(
                            Rule.INVALID,
                            describe(leaf) + ": has a critical extension that is not known; issue it anew"
                                    + " without");
                }
                return;
            }
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(chain.subList(0, chain.size() - 1)),
                            parameters);
        } catch (Refused e) {
            throw e;
        } catch (CertPathValidatorException e) {
            throw new Refused(
                    Rule.INVALID,
                    describe(leaf) + ": " + printable(String.valueOf(e.getMessage()))
                            + "; issue it anew, within what openssl x509 -text shows of the CAs above it");
        } catch (CertificateException e) {
            throw new Refused(Rule.INVALID, describe(leaf) + ": damaged certificate; issue it anew");
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new Refused(
                    Rule.INVALID,
                    describe(leaf) + ": cannot be checked (" + e.getClass().getSimpleName() + "); issue it anew");
        }
    }

    /** Subject, serial and end, short enough for a line of a log. */
    static String describe(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return "certificate \"" + printable(subject.isEmpty() ? "(no subject)" : subject) + "\" (serial "
                + serial(certificate) + ", valid until " + date(certificate.getNotAfter()) + ")";
    }

    static String serial(X509Certificate certificate) {
        String hex = certificate.getSerialNumber().toString(16);
        return hex.length() > 40 ? hex.substring(0, 40) + "..." : hex;
    }

    /** A peer chose this text: no control characters in the log, and an end. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 200); i++) {
            char c = text.charAt(i);
            out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return text.length() > 200 ? out + "..." : out.toString();
    }

    static String date(Date date) {
        return DATE.format(date.toInstant());
    }
}
