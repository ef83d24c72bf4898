package io.dromon.node.credentials;

import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsGeneration;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A certificate that a node has, or a revocation list, and when it ends.
 *
 * @param subject of the certificate, or of the authority of the list
 * @param serial hexadecimal; empty for a list
 * @param fingerprint SHA-256, hexadecimal; for a list another text that names the edition
 */
public record CertificateEnd(Role role, String subject, String serial, String fingerprint, Instant notAfter) {
    /** What the certificate is to the node. */
    public enum Role {
        OWN,
        /** Sent with the own one. */
        INTERMEDIATE,
        /** What the own chain ends in: the end of this one is the end of all that it signed. */
        AUTHORITY,
        /** Another trusted one: its end concerns those peers that it signed. */
        TRUSTED,
        /** A list of {@code tls.crl}: behind its end, what its authority signed is refused. */
        REVOCATION_LIST
    }

    private static final int[] DAYS = {1, 7, 14, 30};

    /** All of a generation, the own one first. */
    public static List<CertificateEnd> of(TlsGeneration generation) {
        List<CertificateEnd> ends = new ArrayList<>();
        Optional<X509Certificate> authority = generation.authority();
        List<X509Certificate> chain = generation.chain();
        for (int i = 0; i < chain.size(); i++) {
            boolean root = i > 0 && generation.anchors().contains(chain.get(i));
            ends.add(of(i == 0 ? Role.OWN : root ? Role.AUTHORITY : Role.INTERMEDIATE, chain.get(i)));
        }
        authority.ifPresent(certificate -> ends.add(of(Role.AUTHORITY, certificate)));
        for (X509Certificate anchor : generation.anchors()) {
            if (!chain.contains(anchor) && !authority.equals(Optional.of(anchor))) {
                ends.add(of(Role.TRUSTED, anchor));
            }
        }
        generation
                .currentLists()
                .forEach((issuer, end) -> ends.add(
                        new CertificateEnd(Role.REVOCATION_LIST, issuer, "", "crl " + issuer + " " + end, end)));
        return ends;
    }

    private static CertificateEnd of(Role role, X509Certificate certificate) {
        return new CertificateEnd(
                role,
                CertificateText.subject(certificate),
                CertificateText.serial(certificate),
                Fingerprints.of(certificate),
                certificate.getNotAfter().toInstant());
    }

    /** Whether this node is of no use to its peers once the certificate has ended. */
    public boolean vital() {
        return role != Role.TRUSTED && role != Role.REVOCATION_LIST;
    }

    /** Whole days that are left; negative behind the end. */
    public long daysLeft(Instant now) {
        return Math.floorDiv(
                Duration.between(now, notAfter).toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** Days of the smallest threshold that is reached, 0 if it has ended, empty if the end is far. */
    public Optional<Integer> threshold(Instant now) {
        if (now.isAfter(notAfter)) {
            return Optional.of(0);
        }
        for (int days : DAYS) {
            if (role == Role.REVOCATION_LIST && days > 1) {
                break; // lists are made often, and short-lived
            }
            if (!now.isBefore(notAfter.minus(Duration.ofDays(days)))) {
                return Optional.of(days);
            }
        }
        return Optional.empty();
    }

    /** The line for log and status; empty if the end is far. */
    public Optional<String> warning(Instant now) {
        return threshold(now).map(days -> {
            String what = switch (role) {
                case OWN -> "the certificate";
                case INTERMEDIATE -> "the intermediate certificate \"" + subject + "\"";
                case AUTHORITY -> "the authority \"" + subject + "\" of the own certificate";
                case TRUSTED -> "the trusted certificate \"" + subject + "\"";
                case REVOCATION_LIST -> "the revocation list of \"" + subject + "\"";
            };
            if (days > 0) {
                return what + " ends at " + notAfter + ", in less than " + days + (days == 1 ? " day" : " days")
                        + "; renew it";
            }
            return what + " has EXPIRED at " + notAfter
                    + (vital()
                            ? ": open links go on, no new one can be made; put new files in place and reload"
                            : role == Role.TRUSTED
                                    ? ": what it signed is refused; replace it, or drop it"
                                    : ": open links go on, new ones with certificates of that CA are refused; put its"
                                            + " current list in place and reload");
        });
    }
}
