package io.dromon.transport.tls;

import io.dromon.transport.tls.Refused.Rule;
import io.dromon.transport.tls.pem.DistinguishedName;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * {@code tls.crl}. A certificate whose issuer has a list there is checked against it; while all lists of an issuer are
 * out of date its certificates are refused, since what was revoked meanwhile is not known. An issuer without a list is
 * not checked, and the load warns of it, unless {@code tls.crl_required} refuses its certificates. The load warns as well
 * of a list that belongs to no CA that is known.
 */
final class Revocations {
    private static final int CRL_SIGN = 6;
    /** Says that a list holds changes only, or not all certificates of its issuer. */
    private static final List<String> PARTIAL = List.of("2.5.29.27", "2.5.29.28");

    private Revocations() {}

    /** Checks every certificate of the chain but its anchor. */
    static void check(List<X509Certificate> chain, Trust trust, Instant now) throws Refused {
        if (trust.crls().isEmpty() && !trust.everyList()) {
            return;
        }
        X509Certificate leaf = chain.get(0);
        for (int i = 0; i + 1 < chain.size(); i++) {
            check(chain.get(i), chain.get(i + 1), trust, leaf, now);
        }
        if (chain.size() == 1) {
            check(leaf, leaf, trust, leaf, now);
        }
    }

    private static void check(
            X509Certificate certificate, X509Certificate issuer, Trust trust, X509Certificate leaf, Instant now)
            throws Refused {
        X509CRL outdated = null;
        boolean current = false;
        for (X509CRL crl : trust.crls()) {
            if (!isBy(crl, issuer)) {
                continue;
            }
            X509CRLEntry entry = crl.getRevokedCertificate(certificate.getSerialNumber());
            if (entry != null) {
                // Also in a list that is out of date: what was revoked stays revoked.
                throw new Refused(
                        Rule.REVOKED,
                        CertificateText.describe(leaf) + ": "
                                + (certificate.equals(leaf) ? "" : CertificateText.describe(certificate) + " ")
                                + "was revoked by its CA at " + CertificateText.date(entry.getRevocationDate())
                                + (entry.getRevocationReason() == null ? "" : " (" + entry.getRevocationReason() + ")")
                                + " (rule tls.crl); issue a new one with a new key");
            }
            if (isCurrent(crl, now)) {
                current = true;
            } else {
                outdated = crl;
            }
        }
        if (!current && outdated == null && trust.everyList()) {
            throw new Refused(
                    Rule.REVOKED,
                    CertificateText.describe(leaf) + ": tls.crl holds no list of " + CertificateText.describe(issuer)
                            + ", so that it is not known whether it was revoked (rule tls.crl_required); put that CA's"
                            + " list into the file and reload");
        }
        if (!current && outdated != null) {
            throw new Refused(
                    Rule.REVOKED,
                    CertificateText.describe(leaf) + ": the revocation list of "
                            + CertificateText.describe(issuer) + " is out of date: " + dates(outdated)
                            + " (rule tls.crl); put the CA's current list into the file and reload");
        }
    }

    private static boolean isCurrent(X509CRL crl, Instant now) {
        Date next = crl.getNextUpdate();
        return !now.isBefore(crl.getThisUpdate().toInstant()) && (next == null || !now.isAfter(next.toInstant()));
    }

    private static String dates(X509CRL crl) {
        Date next = crl.getNextUpdate();
        return "issued " + CertificateText.date(crl.getThisUpdate())
                + (next == null ? "" : ", valid until " + CertificateText.date(next));
    }

    private static boolean isBy(X509CRL crl, X509Certificate issuer) {
        return crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                && signed(crl, issuer.getPublicKey());
    }

    private static boolean signed(X509CRL crl, PublicKey key) {
        try {
            crl.verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /** What makes a list unusable, as sentences behind the file's name; empty if nothing does. */
    static List<String> problems(List<X509CRL> crls, List<X509Certificate> anchors) {
        List<String> problems = new ArrayList<>();
        for (X509CRL crl : crls) {
            String which = "the list of \""
                    + CertificateText.printable(DistinguishedName.text(crl.getIssuerX500Principal())) + "\" ";
            for (String oid : PARTIAL) {
                if (crl.getExtensionValue(oid) != null) {
                    problems.add(which + "is partial (a delta list, or one of a distribution point); complete lists"
                            + " alone are supported");
                }
            }
            for (X509Certificate anchor : anchors) {
                if (anchor.getSubjectX500Principal().equals(crl.getIssuerX500Principal())) {
                    boolean[] usage = anchor.getKeyUsage();
                    if (!signed(crl, anchor.getPublicKey()) && anchors.stream().noneMatch(other -> isBy(crl, other))) {
                        problems.add(which + "is not signed with the key of that CA");
                    } else if (usage != null && !usage[CRL_SIGN]) {
                        problems.add(which + "is signed by a CA whose keyUsage lacks cRLSign");
                    }
                }
            }
        }
        return problems;
    }

    /** What an operator should know; sentences behind the file's name. */
    static List<String> warnings(Trust trust, List<X509Certificate> ownChain, Instant now) {
        List<X509CRL> crls = trust.crls();
        if (crls.isEmpty()) {
            return List.of();
        }
        List<X509Certificate> anchors = trust.anchors();
        List<String> warnings = new ArrayList<>();
        for (X509CRL crl : crls) {
            if (anchors.stream().noneMatch(known -> isBy(crl, known))
                    && ownChain.stream().noneMatch(known -> isBy(crl, known))) {
                warnings.add("the list of \""
                        + CertificateText.printable(DistinguishedName.text(crl.getIssuerX500Principal()))
                        + "\" belongs to no CA that is known here, and has no effect unless a peer sends that CA's"
                        + " certificate below a trusted one; if it is the list of another CA than was meant, put the"
                        + " right one in its place");
            }
        }
        for (X509Certificate anchor : anchors) {
            boolean isCa = anchor.getBasicConstraints() >= 0 || anchor.getVersion() == 1;
            if (isCa && crls.stream().noneMatch(crl -> isBy(crl, anchor))) {
                warnings.add("it holds no list of the CA " + CertificateText.describe(anchor)
                        + ", whose certificates are "
                        + (trust.everyList() ? "refused (tls.crl_required)" : "not checked"));
            }
        }
        for (X509CRL crl : crls) {
            if (!isCurrent(crl, now)) {
                warnings.add("the list of \""
                        + CertificateText.printable(DistinguishedName.text(crl.getIssuerX500Principal()))
                        + "\" is out of date ("
                        + dates(crl) + "); certificates of that CA are refused until the file holds a current one");
            }
        }
        return warnings;
    }
}
