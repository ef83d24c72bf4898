package io.dromon.node.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says that certificates will end: once each at 30, 14, 7 and 1 days, and each hour when one has ended. */
final class ExpiryWatch {
    private static final Duration REPEAT = Duration.ofHours(1);

    /** What was told of a certificate: the smallest threshold, and when. */
    private record Told(int days, Instant at) {}

    /** By fingerprint. */
    private Map<String, Told> told = new HashMap<>();

    /** The certificates of which it is time for a line in the log. */
    List<CertificateEnd> due(List<CertificateEnd> ends, Instant now) {
        List<CertificateEnd> due = new ArrayList<>();
        Map<String, Told> next = new HashMap<>();
        for (CertificateEnd end : ends) {
            int days = end.threshold(now).orElse(Integer.MAX_VALUE);
            Told before = told.getOrDefault(end.fingerprint(), new Told(Integer.MAX_VALUE, Instant.MIN));
            boolean again = days == 0 && !now.isBefore(before.at.plus(REPEAT));
            if (days < before.days || again) {
                due.add(end);
                next.put(end.fingerprint(), new Told(days, now));
            } else {
                next.put(end.fingerprint(), before);
            }
        }
        told = next;
        return due;
    }
}
