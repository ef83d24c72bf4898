package io.dromon.node;

import java.time.Duration;
import java.time.Instant;

/**
 * A certificate that a node has, or a revocation list, and when it expires.
 *
 * @param subject of the certificate, or of the authority of the list
 * @param serial hexadecimal; empty for a list
 * @param fingerprint SHA-256, hexadecimal; for a list another text that names the edition
 */
public record CertificateExpiry(Role role, String subject, String serial, String fingerprint, Instant notAfter) {
    /** What the certificate is to the node. */
    public enum Role {
        OWN,
        /** Sent with the own one. */
        INTERMEDIATE,
        /** What the own chain ends in: when this one expires, so does all that it signed. */
        AUTHORITY,
        /** Another trusted one: its expiry concerns those peers that it signed. */
        TRUSTED,
        /** A list of {@code tls.crl}: once it has expired, what its authority signed is refused. */
        REVOCATION_LIST
    }

    /** Whether this node is of no use to its peers once the certificate has expired. */
    public boolean isVital() {
        return role != Role.TRUSTED && role != Role.REVOCATION_LIST;
    }

    /** Whole days that are left; negative once it has expired. */
    public long daysLeft(Instant now) {
        return Math.floorDiv(
                Duration.between(now, notAfter).toSeconds(), Duration.ofDays(1).toSeconds());
    }
}
