package io.dromon.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Warnings at 30, 14, 7 and 1 days, once each; an expired certificate is named every hour. */
final class ExpiryWatchTest {
    private static final Instant END = Instant.parse("2027-06-01T00:00:00Z");
    private final ExpiryWatch watch = new ExpiryWatch();

    @Test
    void warnsOnceAtEachThreshold() {
        List<String> lines = new ArrayList<>();

        for (Instant now = END.minus(Duration.ofDays(40)); now.isBefore(END); now = now.plus(Duration.ofHours(6))) {
            watch.check(END, now).ifPresent(lines::add);
        }

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).contains("30 days");
        assertThat(lines.get(1)).contains("14 days");
        assertThat(lines.get(2)).contains("7 days");
        assertThat(lines.get(3)).contains("1 day;");
    }

    @Test
    void namesAnExpiredCertificateEveryHour() {
        List<String> lines = new ArrayList<>();

        for (int minutes = 1; minutes <= 125; minutes++) {
            watch.check(END, END.plus(Duration.ofMinutes(minutes))).ifPresent(lines::add);
        }

        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).contains("EXPIRED"));
    }

    @Test
    void beginsAnewWithANewCertificate() {
        Instant now = END.minus(Duration.ofDays(3));
        assertThat(watch.check(END, now)).isPresent();
        assertThat(watch.check(END, now)).isEmpty();

        assertThat(watch.check(END.plus(Duration.ofDays(2)), now)).isPresent();
        assertThat(watch.check(END.plus(Duration.ofDays(365)), now)).isEmpty();
    }

    @Test
    void saysNothingWhileTheEndIsFar() {
        assertThat(ExpiryWatch.warning(END, END.minus(Duration.ofDays(31)))).isEmpty();
    }
}
