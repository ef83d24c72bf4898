package io.dromon.node.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.CertificateExpiry.Role;
import io.dromon.node.Health;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.Trust;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Warnings at 30, 14, 7 and 1 days, once each; an expired certificate is named every hour. */
@Tag("unit")
final class ExpiryWatchTest {
    private static final Instant END = Instant.parse("2027-06-01T00:00:00Z");
    private final ExpiryWatch watch = new ExpiryWatch();

    private static CertificateExpiry expiry(Role role, Instant notAfter) {
        return new CertificateExpiry(role, "CN=x", "1", role + " " + notAfter, notAfter);
    }

    private List<String> lines(Instant now, CertificateExpiry... all) {
        return watch.due(List.of(all), now).stream()
                .map(due -> ExpiryRules.warning(due, now).orElseThrow())
                .toList();
    }

    @Test
    void warnsOnceAtEachThreshold() {
        List<String> lines = new ArrayList<>();

        for (Instant now = END.minus(Duration.ofDays(40)); now.isBefore(END); now = now.plus(Duration.ofHours(6))) {
            lines.addAll(lines(now, expiry(Role.OWN, END)));
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
            lines.addAll(lines(END.plus(Duration.ofMinutes(minutes)), expiry(Role.OWN, END)));
        }

        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).contains("EXPIRED", "open links go on"));
    }

    @Test
    void beginsAnewWithANewCertificate() {
        Instant now = END.minus(Duration.ofDays(3));
        assertThat(lines(now, expiry(Role.OWN, END))).hasSize(1);
        assertThat(lines(now, expiry(Role.OWN, END))).isEmpty();

        assertThat(lines(now, expiry(Role.OWN, END.plus(Duration.ofDays(2))))).hasSize(1);
        assertThat(lines(now, expiry(Role.OWN, END.plus(Duration.ofDays(365))))).isEmpty();
    }

    @Test
    void watchesAuthoritiesAsWellAndTellsThemApart() {
        Instant now = END.minus(Duration.ofHours(3));

        List<String> lines = lines(
                now,
                expiry(Role.OWN, END.plus(Duration.ofDays(90))),
                expiry(Role.AUTHORITY, END),
                expiry(Role.TRUSTED, END.minus(Duration.ofDays(1))));

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("the authority \"CN=x\" of the own certificate expires at");
        assertThat(lines.get(1)).contains("the trusted certificate \"CN=x\" has EXPIRED", "what it signed is refused");
    }

    @Test
    void warnsOfARevocationListADayBeforeItsEnd() {
        CertificateExpiry list = expiry(Role.REVOCATION_LIST, END);

        assertThat(lines(END.minus(Duration.ofDays(6)), list)).isEmpty();
        assertThat(lines(END.minus(Duration.ofHours(20)), list))
                .singleElement()
                .asString()
                .contains("the revocation list of \"CN=x\" expires at", "in less than 1 day");
        assertThat(lines(END.plus(Duration.ofHours(1)), list))
                .singleElement()
                .asString()
                .contains("has EXPIRED", "new ones with certificates of that CA are refused");
        assertThat(ExpiryRules.health(List.of(list), END.minus(Duration.ofDays(6))))
                .isEqualTo(Health.Word.OK);
        assertThat(ExpiryRules.health(List.of(list), END.minus(Duration.ofHours(20))))
                .isEqualTo(Health.Word.WARNING);
        assertThat(ExpiryRules.health(List.of(list), END.plus(Duration.ofHours(1))))
                .isEqualTo(Health.Word.CRITICAL);
    }

    @Test
    void theLastListOfAnAuthorityCounts() {
        X509Bundle ca = TestPki.ca("listed");
        X509Bundle leaf = TestPki.issue(TestPki.builder("leaf"), ca);
        Instant now = Instant.parse("2026-11-21T00:00:00Z");
        Trust trust = new Trust(
                List.of(ca.getCertificate()),
                Map.of(),
                List.of(
                        TestPki.crl(ca, now, Duration.ofDays(30)),
                        TestPki.crl(ca, now.minus(Duration.ofDays(20)), Duration.ofDays(30))));

        TlsGeneration generation =
                new TlsGeneration(1, leaf.getKeyPair().getPrivate(), List.of(leaf.getCertificate()), trust, List.of());

        assertThat(ExpiryRules.of(generation))
                .filteredOn(expiry -> expiry.role() == Role.REVOCATION_LIST)
                .singleElement()
                .extracting(CertificateExpiry::notAfter)
                .isEqualTo(now.plus(Duration.ofDays(30)));
    }

    @Test
    void countsTheDaysThatAreLeft() {
        CertificateExpiry own = expiry(Role.OWN, END);

        assertThat(own.daysLeft(END.minus(Duration.ofDays(31)))).isEqualTo(31);
        assertThat(own.daysLeft(END.minus(Duration.ofHours(23)))).isZero();
        assertThat(own.daysLeft(END.plus(Duration.ofHours(1)))).isEqualTo(-1);
        assertThat(ExpiryRules.warning(own, END.minus(Duration.ofDays(31)))).isEmpty();
    }

    @Test
    void healthIsTheWorstOfWhatTheNodeLivesBy() {
        CertificateExpiry own = expiry(Role.OWN, END);

        assertThat(ExpiryRules.health(List.of(own), END.minus(Duration.ofDays(31))))
                .isEqualTo(Health.Word.OK);
        assertThat(ExpiryRules.health(List.of(own), END.minus(Duration.ofDays(29))))
                .isEqualTo(Health.Word.WARNING);
        assertThat(ExpiryRules.health(List.of(own), END.minus(Duration.ofDays(6))))
                .isEqualTo(Health.Word.CRITICAL);
        assertThat(ExpiryRules.health(List.of(own), END.plus(Duration.ofDays(1))))
                .isEqualTo(Health.Word.EXPIRED);
        assertThat(ExpiryRules.health(
                        List.of(expiry(Role.OWN, END.plus(Duration.ofDays(99))), expiry(Role.TRUSTED, END)),
                        END.plus(Duration.ofDays(1))))
                .as("an old authority that is still trusted")
                .isEqualTo(Health.Word.WARNING);
        assertThat(ExpiryRules.health(
                        List.of(expiry(Role.OWN, END.plus(Duration.ofDays(99))), expiry(Role.AUTHORITY, END)),
                        END.plus(Duration.ofDays(1))))
                .isEqualTo(Health.Word.EXPIRED);
    }

    @Test
    void findsEachCertificateOfAGeneration() {
        X509Bundle root = TestPki.ca("root");
        X509Bundle between = TestPki.issue(TestPki.builder("between").setIsCertificateAuthority(true), root);
        X509Bundle leaf = TestPki.issue(TestPki.builder("leaf"), between);
        X509Bundle other = TestPki.ca("other");

        TlsGeneration generation = new TlsGeneration(
                1,
                leaf.getKeyPair().getPrivate(),
                List.of(leaf.getCertificate(), between.getCertificate()),
                List.of(root.getCertificate(), other.getCertificate()));
        X509Bundle shared = TestPki.selfSigned("shared");

        assertThat(ExpiryRules.of(generation))
                .extracting(CertificateExpiry::role, CertificateExpiry::subject)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Role.OWN, "CN=leaf"),
                        org.assertj.core.groups.Tuple.tuple(Role.INTERMEDIATE, "CN=between"),
                        org.assertj.core.groups.Tuple.tuple(Role.AUTHORITY, "CN=root"),
                        org.assertj.core.groups.Tuple.tuple(Role.TRUSTED, "CN=other"));
        assertThat(ExpiryRules.of(TestPki.generation(shared)))
                .extracting(CertificateExpiry::role)
                .containsExactly(Role.OWN);
    }
}
