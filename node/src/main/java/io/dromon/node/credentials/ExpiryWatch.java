package io.dromon.node.credentials;

import io.dromon.node.CertificateExpiry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says that certificates will expire: once each at 30, 14, 7 and 1 days, and each hour when one has expired. */
final class ExpiryWatch {
    private static final Duration REPEAT = Duration.ofHours(1);

    /** What was told of a certificate: the smallest threshold, and when. */
    private record Told(int days, Instant at) {}

    /** By fingerprint. */
    private Map<String, Told> told = new HashMap<>();

    /** The certificates of which it is time for a line in the log. */
    List<CertificateExpiry> due(List<CertificateExpiry> all, Instant now) {
        List<CertificateExpiry> due = new ArrayList<>();
        Map<String, Told> next = new HashMap<>();
        for (CertificateExpiry expiry : all) {
            int days = ExpiryRules.threshold(expiry, now).orElse(Integer.MAX_VALUE);
            Told before = told.getOrDefault(expiry.fingerprint(), new Told(Integer.MAX_VALUE, Instant.MIN));
            boolean again = days == 0 && !now.isBefore(before.at.plus(REPEAT));
            if (days < before.days || again) {
                due.add(expiry);
                next.put(expiry.fingerprint(), new Told(days, now));
            } else {
                next.put(expiry.fingerprint(), before);
            }
        }
        told = next;
        return due;
    }
}
