package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.pem.Authorities;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a peer: marks of its authorities, lists of revoked certificates, rules that go together. */
@Tag("unit")
class JudgementTest {
    private static final X509Bundle CA = TestPki.ca("CA");
    private static final X509Bundle OWN = TestPki.issue(TestPki.builder("own").subject("CN=own,OU=nodes"), CA);
    private static final Set<String> BOTH = Set.of(Authorities.SERVER, Authorities.CLIENT);

    private static TlsContexts.Judgement judge(Trust trust, PeerSettings peers, X509Certificate... presented) {
        try (TlsContexts contexts = TestPki.contexts(TlsSettings.Provider.JDK, OWN, trust, peers)) {
            return contexts.judge(List.of(presented), Optional.empty(), Instant.now());
        }
    }

    private static Trust trust(List<X509Certificate> anchors, Map<X509Certificate, Set<String>> rejected) {
        return Trust.in(new Authorities(anchors, rejected, 0));
    }

    @Test
    void anAuthorityThatIsRejectedLetsNobodyIn() {
        X509Bundle bad = TestPki.ca("bad");
        X509Bundle untrusted = TestPki.issue(TestPki.builder("untrusted"), bad);
        List<X509Certificate> anchors = List.of(CA.getCertificate(), bad.getCertificate());

        Trust marked = trust(anchors, Map.of(bad.getCertificate(), BOTH));
        assertThat(marked.anchors()).containsExactly(CA.getCertificate());
        assertThat(judge(marked, PeerSettings.ANY, untrusted.getCertificate()).refusal())
                .get()
                .asString()
                .contains("CN=bad", "marked as rejected for");

        Trust half = trust(anchors, Map.of(bad.getCertificate(), Set.of(Authorities.SERVER)));
        assertThat(judge(half, PeerSettings.ANY, untrusted.getCertificate()).refusal())
                .get()
                .asString()
                .contains("marked as rejected for serverAuth");
        assertThat(judge(half, PeerSettings.ANY, OWN.getCertificate()).refusal())
                .isEmpty();
    }

    @Test
    void anIntermediateThatIsRejectedIsRefusedBelowATrustedRoot() throws Exception {
        X509Bundle between = TestPki.issue(TestPki.builder("between").setIsCertificateAuthority(true), CA);
        X509Bundle leaf = TestPki.issue(TestPki.builder("leaf"), between);
        Trust marked =
                trust(List.of(CA.getCertificate(), between.getCertificate()), Map.of(between.getCertificate(), BOTH));

        assertThat(judge(
                                Trust.in(List.of(CA.getCertificate())),
                                PeerSettings.ANY,
                                leaf.getCertificate(),
                                between.getCertificate())
                        .refusal())
                .isEmpty();
        assertThat(judge(marked, PeerSettings.ANY, leaf.getCertificate(), between.getCertificate())
                        .refusal())
                .get()
                .asString()
                .contains("CN=between", "marked as rejected for");
    }

    private static X509CRL list(X509Bundle ca) {
        return TestPki.crl(ca, Instant.now().minusSeconds(60), Duration.ofDays(1));
    }

    private static Trust lists(boolean every, X509CRL... lists) {
        return new Trust(List.of(CA.getCertificate()), Map.of(), List.of(lists), every, Map.of());
    }

    @Test
    void aListOfEachAuthorityIsDemandedWhereThatIsSet() {
        X509Bundle between = TestPki.issue(TestPki.builder("between").setIsCertificateAuthority(true), CA);
        X509Certificate leaf = TestPki.issue(TestPki.builder("leaf"), between).getCertificate();
        X509Certificate[] presented = {leaf, between.getCertificate()};

        assertThat(judge(lists(false, list(CA)), PeerSettings.ANY, presented).refusal())
                .isEmpty();
        assertThat(judge(lists(true, list(CA)), PeerSettings.ANY, presented).refusal())
                .get()
                .asString()
                .contains("tls.crl holds no list of", "CN=between", "tls.crl_required");
        assertThat(judge(lists(true), PeerSettings.ANY, presented).refusal()).isPresent();
        assertThat(judge(lists(true, list(CA), list(between)), PeerSettings.ANY, presented)
                        .refusal())
                .isEmpty();
    }

    @Test
    void aListThatBelongsToNoAuthorityIsTold() {
        TlsGeneration generation = new TlsGeneration(
                1,
                OWN.getKeyPair().getPrivate(),
                List.of(OWN.getCertificate()),
                lists(false, list(CA), list(TestPki.ca("another"))),
                List.of());

        assertThat(generation.warnings(Instant.now()))
                .singleElement()
                .asString()
                .contains("tls.crl: the list of \"CN=another\" belongs to no CA that is known here");
    }

    private static PeerSettings rules(boolean all) {
        return new PeerSettings(
                true,
                all,
                new PeerSettings.Names(
                        List.of("nodes", "arbitrators"), List.of(), List.of("URI:spiffe://acme/db/*"), List.of()),
                Map.of(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    @Test
    void eachRuleOrAnyIsAskedFor() throws Exception {
        Trust trust = Trust.in(List.of(CA.getCertificate()));
        X509Certificate unit =
                TestPki.issue(TestPki.builder("a").subject("CN=a,OU=nodes"), CA).getCertificate();
        X509Certificate both = TestPki.issue(
                        TestPki.builder("b")
                                .subject("CN=b,OU=nodes")
                                .addSanUriName(new java.net.URI("spiffe://acme/db/b")),
                        CA)
                .getCertificate();

        assertThat(judge(trust, rules(false), unit).admittedBy()).isEqualTo("tls.valid_ous: nodes");
        assertThat(judge(trust, rules(true), unit).refusal())
                .get()
                .asString()
                .contains("tls.match=all", "it matches tls.valid_ous: nodes", "its SAN: none");
        assertThat(judge(trust, rules(true), both).admittedBy())
                .isEqualTo("tls.valid_ous: nodes; tls.valid_sans: URI:spiffe://acme/db/*");
    }
}
