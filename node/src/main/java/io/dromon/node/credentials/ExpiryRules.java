package io.dromon.node.credentials;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.CertificateExpiry.Role;
import io.dromon.node.Health;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsGeneration;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** When the certificates of a node expire, from when on that is told, and how bad it is. */
public final class ExpiryRules {
    private static final int[] THRESHOLD_DAYS = {1, 7, 14, 30};
    private static final int CRITICAL_DAYS = 7;

    private ExpiryRules() {}

    /** All certificates and revocation lists of a generation, the own one first. */
    public static List<CertificateExpiry> of(TlsGeneration generation) {
        List<CertificateExpiry> all = new ArrayList<>();
        Optional<X509Certificate> authority = generation.authority();
        List<X509Certificate> chain = generation.chain();
        for (int i = 0; i < chain.size(); i++) {
            boolean root = i > 0 && generation.anchors().contains(chain.get(i));
            all.add(of(i == 0 ? Role.OWN : root ? Role.AUTHORITY : Role.INTERMEDIATE, chain.get(i)));
        }
        authority.ifPresent(certificate -> all.add(of(Role.AUTHORITY, certificate)));
        for (X509Certificate anchor : generation.anchors()) {
            if (!chain.contains(anchor) && !authority.equals(Optional.of(anchor))) {
                all.add(of(Role.TRUSTED, anchor));
            }
        }
        generation
                .currentLists()
                .forEach((issuer, expiry) -> all.add(new CertificateExpiry(
                        Role.REVOCATION_LIST, issuer, "", "crl " + issuer + " " + expiry, expiry)));
        return all;
    }

    private static CertificateExpiry of(Role role, X509Certificate certificate) {
        return new CertificateExpiry(
                role,
                CertificateText.subject(certificate),
                CertificateText.serial(certificate),
                Fingerprints.of(certificate),
                certificate.getNotAfter().toInstant());
    }

    /** Days of the smallest threshold that is reached, 0 if it has expired, empty if the expiry is far. */
    static Optional<Integer> threshold(CertificateExpiry expiry, Instant now) {
        if (now.isAfter(expiry.notAfter())) {
            return Optional.of(0);
        }
        for (int days : THRESHOLD_DAYS) {
            if (expiry.role() == Role.REVOCATION_LIST && days > 1) {
                break; // lists are made often, and short-lived
            }
            if (!now.isBefore(expiry.notAfter().minus(Duration.ofDays(days)))) {
                return Optional.of(days);
            }
        }
        return Optional.empty();
    }

    /** The line for log and status; empty if the expiry is far. */
    public static Optional<String> warning(CertificateExpiry expiry, Instant now) {
        return threshold(expiry, now).map(days -> {
            String subject = expiry.subject();
            String what = switch (expiry.role()) {
                case OWN -> "the certificate";
                case INTERMEDIATE -> "the intermediate certificate \"" + subject + "\"";
                case AUTHORITY -> "the authority \"" + subject + "\" of the own certificate";
                case TRUSTED -> "the trusted certificate \"" + subject + "\"";
                case REVOCATION_LIST -> "the revocation list of \"" + subject + "\"";
            };
            if (days > 0) {
                return what + " expires at " + expiry.notAfter() + ", in less than " + days
                        + (days == 1 ? " day" : " days") + "; renew it";
            }
            return what + " has EXPIRED at " + expiry.notAfter() + consequence(expiry);
        });
    }

    private static String consequence(CertificateExpiry expiry) {
        if (expiry.isVital()) {
            return ": open links go on, no new one can be made; put new files in place and reload";
        }
        return expiry.role() == Role.TRUSTED
                ? ": what it signed is refused; replace it, or drop it"
                : ": open links go on, new ones with certificates of that CA are refused; put its current list in place"
                        + " and reload";
    }

    /** What the certificates, taken alone, make of the health of their node. */
    static Health.Word health(List<CertificateExpiry> all, Instant now) {
        Health.Word worst = Health.Word.OK;
        for (CertificateExpiry expiry : all) {
            int days = threshold(expiry, now).orElse(Integer.MAX_VALUE);
            Health.Word word = Health.Word.OK;
            if (days == 0 && expiry.isVital()) {
                word = Health.Word.EXPIRED;
            } else if ((days == 0 && expiry.role() == Role.REVOCATION_LIST)
                    || (days <= CRITICAL_DAYS && expiry.isVital())) {
                word = Health.Word.CRITICAL;
            } else if (days < Integer.MAX_VALUE) {
                word = Health.Word.WARNING;
            }
            worst = worst.or(word);
        }
        return worst;
    }
}
