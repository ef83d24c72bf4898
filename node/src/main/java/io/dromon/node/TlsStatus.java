package io.dromon.node;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The TLS material of a node as an operator sees it.
 *
 * @param provider {@code BoringSSL} or {@code JDK}
 * @param generation number of the generation that new links are made with, counting up with each reload
 * @param loaded when it was loaded
 * @param subject distinguished name of the own certificate
 * @param serial its serial number, hexadecimal
 * @param certificateFingerprint SHA-256 of the own certificate, hexadecimal
 * @param trustFingerprint names the set of trusted certificates: the same on nodes that trust the same ones
 * @param trusted subjects of the trusted certificates
 * @param notAfter the first expiry in the own chain
 * @param certificates when each certificate expires, the own one first
 * @param health what their expiry makes of the node
 * @param warnings what peers will refuse, and what will expire soon; empty if all is well
 * @param refusedReload why the files as they are now were not taken; empty if they were
 */
public record TlsStatus(
        String provider,
        long generation,
        Instant loaded,
        String subject,
        String serial,
        String certificateFingerprint,
        String trustFingerprint,
        List<String> trusted,
        Instant notAfter,
        List<CertificateExpiry> certificates,
        Health.Word health,
        List<String> warnings,
        Optional<String> refusedReload) {
    public TlsStatus {
        trusted = List.copyOf(trusted);
        certificates = List.copyOf(certificates);
        warnings = List.copyOf(warnings);
    }

    /** Whole days until the first expiry of a certificate that the node lives by; negative behind it. */
    public long daysLeft(Instant now) {
        return certificates.stream()
                .filter(CertificateExpiry::isVital)
                .mapToLong(expiry -> expiry.daysLeft(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
