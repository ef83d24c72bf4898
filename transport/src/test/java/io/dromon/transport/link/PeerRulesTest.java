package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.PeerSettings;
import io.dromon.transport.tls.PeerSettings.Names;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsPeer;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is admitted among those whose certificates are trusted; on real sockets. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class PeerRulesTest {
    private static final X509Bundle CA = TestPki.ca("Cluster CA");
    private static final Trust TRUST = Trust.in(List.of(CA.getCertificate()));
    private static final X509Bundle LISTENER = TestPki.issue(TestPki.builder("listener"), CA);

    enum Provider {
        BORINGSSL,
        JDK;

        TlsContexts contexts(X509Bundle own, Trust trust, PeerSettings peers) {
            return TestPki.contexts(TlsSettings.Provider.valueOf(name()), own, trust, peers);
        }

        TlsContexts open(X509Bundle own, Trust trust) {
            return contexts(own, trust, PeerSettings.ANY);
        }
    }

    private static PeerSettings ous(String... units) {
        return PeerSettings.names(new Names(List.of(units), List.of(), List.of(), List.of()));
    }

    private static PeerSettings sans(String... names) {
        return PeerSettings.names(new Names(List.of(), List.of(), List.of(names), List.of()));
    }

    private static CertificateBuilder subject(String name) {
        return TestPki.builder("x").subject(name);
    }

    /** The listener's view of a dialler that it admits. */
    private static TlsPeer admits(TlsContexts listener, TlsContexts dialler) throws Exception {
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            b.dial(a);
            b.await("connected");
            a.await("accepted");
            return a.links.status().join().get(0).tls().orElseThrow();
        }
    }

    /** What the listener logs of a dialler that it refuses; the dialler's own failure behind it. */
    private static List<LinkFailure> refuses(TlsContexts listener, TlsContexts dialler) throws Exception {
        List<LinkFailure> logged = new ArrayList<>();
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            long start = System.nanoTime();
            a.on(() -> {
                a.links.refusals().tee(logged::add);
                return true;
            });
            b.dial(a);
            LinkFailure own = b.failure();
            a.awaitRefused(LinkFailure.WrongIdentity.class);
            assertThat(System.nanoTime() - start)
                    .isLessThan(Duration.ofSeconds(5).toNanos());
            assertThat(a.events).as("nothing reaches the mesh").isEmpty();
            logged.add(own);
            return logged;
        }
    }

    private static String refusalText(TlsContexts listener, TlsContexts dialler) throws Exception {
        return refuses(listener, dialler).get(0).message();
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void aUnitOfTheListIsAdmittedAndAnotherRefused(Provider provider) throws Exception {
        X509Bundle node = TestPki.issue(subject("CN=b, OU=cluster nodes, O=Acme"), CA);
        X509Bundle web = TestPki.issue(subject("CN=b, OU=web, O=Acme"), CA);

        TlsPeer peer = admits(
                provider.contexts(LISTENER, TRUST, ous("arbitrators", "cluster nodes")), provider.open(node, TRUST));
        List<LinkFailure> failures =
                refuses(provider.contexts(LISTENER, TRUST, ous("cluster nodes")), provider.open(web, TRUST));

        assertThat(peer.admittedBy()).isEqualTo("tls.valid_ous: cluster nodes");
        assertThat(peer.units()).containsExactly("cluster nodes");
        assertThat(peer.organisations()).containsExactly("Acme");
        assertThat(failures.get(0)).isInstanceOf(LinkFailure.WrongIdentity.class);
        assertThat(failures.get(0).message())
                .contains("ssl://127.0.0.1:")
                .contains("OU=web")
                .contains("serial")
                .contains("valid until")
                .contains("tls.valid_ous=cluster nodes (its OU: web)")
                .contains("add it to a rule");
        assertThat(failures.get(failures.size() - 1).message()).contains("see the peer's log");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void theDiallerAppliesItsRulesToo(Provider provider) throws Exception {
        try (TestNode a = TestNode.tls(provider.open(LISTENER, TRUST));
                TestNode b = TestNode.tls(provider.contexts(LISTENER, TRUST, ous("nodes")))) {
            b.dial(a);

            assertThat(b.failure())
                    .isInstanceOfSatisfying(
                            LinkFailure.WrongIdentity.class,
                            failure -> assertThat(failure.message()).contains("CN=listener", "tls.valid_ous=nodes"));
            assertThat(b.all("connected")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void oneRuleOfAllKindsIsEnough(Provider provider) throws Exception {
        X509Bundle node = TestPki.issue(
                subject("CN=b").addSanDnsName("b.db.example.org").addSanUriName("spiffe://example.org/b"), CA);
        String fingerprint = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(node.getCertificate().getEncoded()));
        Names byName = new Names(List.of("nodes"), List.of("a", "b"), List.of(), List.of());
        Names byPrint = new Names(List.of("nodes"), List.of("a"), List.of(), List.of(fingerprint));

        assertThat(admits(provider.contexts(LISTENER, TRUST, PeerSettings.names(byName)), provider.open(node, TRUST))
                        .admittedBy())
                .isEqualTo("tls.valid_cns: b");
        assertThat(admits(provider.contexts(LISTENER, TRUST, PeerSettings.names(byPrint)), provider.open(node, TRUST))
                        .admittedBy())
                .startsWith("tls.valid_fingerprints: " + fingerprint.substring(0, 8));
        assertThat(admits(provider.contexts(LISTENER, TRUST, sans("DNS:*.db.example.org")), provider.open(node, TRUST))
                        .admittedBy())
                .isEqualTo("tls.valid_sans: DNS:*.db.example.org");
        assertThat(admits(
                                provider.contexts(LISTENER, TRUST, sans("URI:spiffe://example.org/b")),
                                provider.open(node, TRUST))
                        .alternativeNames())
                .contains("URI:spiffe://example.org/b");
        assertThat(refusalText(
                        provider.contexts(LISTENER, TRUST, sans("DNS:*.example.org")), provider.open(node, TRUST)))
                .contains("its SAN: DNS:b.db.example.org");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void anOrganisationIsTiedToItsOwnCa(Provider provider) throws Exception {
        X509Bundle acmeCa = TestPki.ca("Acme CA");
        X509Bundle otherCa = TestPki.ca("Other CA");
        Trust trust = new Trust(
                List.of(CA.getCertificate()),
                Map.of("Acme", List.of(acmeCa.getCertificate()), "Other", List.of(otherCa.getCertificate())),
                List.of());
        PeerSettings rules = new PeerSettings(
                true,
                new Names(List.of("nodes"), List.of(), List.of(), List.of()),
                Map.of("Acme", List.of(Path.of("-")), "Other", List.of(Path.of("-"))),
                Optional.empty(),
                Optional.empty());

        TlsPeer own = admits(
                provider.contexts(LISTENER, trust, rules),
                provider.open(TestPki.issue(subject("CN=b, O=Acme"), acmeCa), TRUST));
        String foreign = refusalText(
                provider.contexts(LISTENER, trust, rules),
                provider.open(TestPki.issue(subject("CN=b, O=Acme, OU=nodes"), otherCa), TRUST));
        String general = refusalText(
                provider.contexts(LISTENER, trust, rules),
                provider.open(TestPki.issue(subject("CN=b, O=Acme, OU=nodes"), CA), TRUST));
        String nobody = refusalText(
                provider.contexts(LISTENER, trust, rules),
                provider.open(TestPki.issue(subject("CN=b, OU=nodes"), otherCa), TRUST));
        String both = refusalText(
                provider.contexts(LISTENER, trust, rules),
                provider.open(TestPki.issue(subject("CN=b, O=Other, O=Acme, OU=nodes"), otherCa), TRUST));

        assertThat(own.admittedBy()).isEqualTo("tls.client_ca.Acme");
        assertThat(foreign)
                .contains("its O is \"Acme\"")
                .contains("CN=Other CA")
                .contains("which is a CA of Other")
                .contains("rule tls.client_ca.Acme");
        assertThat(general).contains("CN=Cluster CA", "which is no CA of that organisation");
        assertThat(nobody).contains("speaks for Other alone", "its O is none");
        assertThat(both).contains("rule tls.client_ca.Acme");
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void aRevokedCertificateIsRefused(Provider provider) throws Exception {
        X509Bundle good = TestPki.issue(TestPki.builder("good"), CA);
        X509Bundle bad = TestPki.issue(TestPki.builder("bad"), CA);
        Instant hourAgo = Instant.now().minus(Duration.ofHours(1));
        X509CRL current = TestPki.crl(CA, hourAgo, Duration.ofDays(7), bad.getCertificate());
        X509CRL outdated = TestPki.crl(CA, hourAgo, Duration.ofMinutes(30));
        Trust trust = new Trust(List.of(CA.getCertificate()), Map.of(), List.of(current));
        Trust late = new Trust(List.of(CA.getCertificate()), Map.of(), List.of(outdated));

        assertThat(admits(provider.open(LISTENER, trust), provider.open(good, TRUST))
                        .admittedBy())
                .isEqualTo("tls.verify=ca");
        assertThat(untrusted(provider.open(bad, TRUST), provider.open(good, trust)))
                .contains("CN=bad", "was revoked by its CA at", "KEY_COMPROMISE", "rule tls.crl");
        assertThat(untrusted(provider.open(bad, TRUST), provider.open(good, late)))
                .contains("revocation list", "is out of date", "rule tls.crl");
        try (TlsContexts contexts = provider.open(LISTENER, late)) {
            assertThat(contexts.warnings()).anyMatch(line -> line.contains("out of date"));
        }
    }

    /** Why the dialler refuses the listener. */
    private static String untrusted(TlsContexts listener, TlsContexts dialler) throws Exception {
        try (TestNode a = TestNode.tls(listener);
                TestNode b = TestNode.tls(dialler)) {
            b.dial(a);
            LinkFailure failure = b.failure();
            assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
            return failure.message();
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void theHostIsCheckedWhereThatIsAskedFor(Provider provider) throws Exception {
        PeerSettings check = new PeerSettings(
                false,
                Names.NONE,
                Map.of(),
                Optional.empty(),
                Optional.of(Map.of("127.0.0.1", Set.of("n1.example.org"))));
        X509Bundle byIp = TestPki.issue(TestPki.builder("a").addSanIpAddress("127.0.0.1"), CA);
        X509Bundle byName = TestPki.issue(TestPki.builder("a").addSanDnsName("n1.example.org"), CA);
        X509Bundle own = TestPki.issue(TestPki.builder("b"), CA);

        for (X509Bundle listener : List.of(byIp, byName)) {
            assertThat(admits(provider.open(listener, TRUST), provider.contexts(own, TRUST, check)))
                    .isNotNull();
        }
        try (TestNode a = TestNode.tls(provider.open(LISTENER, TRUST));
                TestNode b = TestNode.tls(provider.contexts(own, TRUST, check))) {
            b.dial(a);

            LinkFailure failure = b.failure();
            assertThat(failure).isInstanceOf(LinkFailure.WrongIdentity.class);
            assertThat(failure.message())
                    .contains("127.0.0.1 (n1.example.org)", "rule tls.check_host", "its SAN: none");
            assertThat(b.all("connected")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void versionsOfTlsAreThoseOfTheOption(Provider provider) throws Exception {
        TlsSettings base = new TlsSettings(
                Path.of("-"),
                Path.of("-"),
                Optional.empty(),
                Optional.empty(),
                "",
                TlsSettings.Provider.valueOf(provider.name()));
        var generation = TestPki.generation(LISTENER, CA.getCertificate());

        TlsPeer old =
                admits(TestPki.contexts(base.withProtocols("TLSv1.2"), generation), provider.open(LISTENER, TRUST));
        assertThat(old.protocol()).isEqualTo("TLSv1.2");

        try (TestNode a = TestNode.tls(TestPki.contexts(base.withProtocols("TLSv1.3"), generation));
                TestNode b = TestNode.tls(TestPki.contexts(base.withProtocols("TLSv1.2"), generation))) {
            b.dial(a);

            assertThat(b.failure()).isInstanceOf(LinkFailure.VersionMismatch.class);
            a.awaitRefused(LinkFailure.VersionMismatch.class);
        }
    }

    @Test
    void aRuleThatTheOwnCertificateBreaksIsAWarning() {
        try (TlsContexts contexts = Provider.JDK.contexts(LISTENER, TRUST, ous("nodes"))) {
            assertThat(contexts.warnings())
                    .singleElement()
                    .asString()
                    .contains("peers with this node's rules will refuse it", "CN=listener", "tls.valid_ous=nodes");
        }
    }

    @Test
    void theRenewedCertificateOfACaReplacesTheExpiredOne() throws Exception {
        CertificateBuilder expired = TestPki.builder("Old CA")
                .setIsCertificateAuthority(true)
                .notBefore(Instant.now().minus(Duration.ofDays(90)))
                .notAfter(Instant.now().minus(Duration.ofDays(1)));
        X509Bundle old = TestPki.make(expired, null);
        X509Bundle renewed = TestPki.make(
                TestPki.builder("Old CA").setIsCertificateAuthority(true).keyPair(old.getKeyPair()), null);
        X509Bundle node = TestPki.issue(TestPki.builder("b"), renewed);
        List<X509Certificate> both = List.of(old.getCertificate(), renewed.getCertificate());

        assertThat(admits(Provider.JDK.open(node, Trust.in(both)), Provider.JDK.open(node, Trust.in(both))))
                .isNotNull();
    }
}
