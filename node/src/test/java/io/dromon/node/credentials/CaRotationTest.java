package io.dromon.node.credentials;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a step of a rotation asks of the members; whole rotations are in module integration-tests. */
@Tag("unit")
final class CaRotationTest {
    private static final X509Bundle OLD = TestPki.ca("old CA");
    private static final X509Bundle NEW = TestPki.ca("new CA");
    private static final X509Bundle OLD_NODE = TestPki.issue(TestPki.builder("n"), OLD);
    private static final X509Bundle NEW_NODE = TestPki.issue(TestPki.builder("n"), NEW);

    private static CaRotation.Peer member(String name, boolean linked, X509Bundle presented) {
        return new CaRotation.Peer(
                name,
                linked ? Optional.of("ssl://127.0.0.1:1") : Optional.empty(),
                linked ? List.of(presented.getCertificate()) : List.of());
    }

    private static void check(
            CaRotation.Step step,
            X509Bundle own,
            List<X509Bundle> trust,
            Optional<LinkFailure> verdict,
            CaRotation.Peer... peers) {
        X509Certificate[] anchors =
                trust.stream().map(X509Bundle::getCertificate).toArray(X509Certificate[]::new);
        TlsGeneration now = TestPki.generation(OLD_NODE, OLD.getCertificate());
        try (TlsContexts next = TestPki.contexts(TlsSettings.Provider.JDK, own, anchors)) {
            CaRotation.check(
                    step,
                    now,
                    next,
                    List.of(peers),
                    (address, contexts) -> CompletableFuture.completedFuture(verdict),
                    Instant.now());
        }
    }

    @Test
    void trustingBothNeedsNoMember() {
        assertThatCode(() -> check(
                        CaRotation.Step.TRUST_BOTH,
                        OLD_NODE,
                        List.of(OLD, NEW),
                        Optional.empty(),
                        member("relayed", false, OLD_NODE)))
                .doesNotThrowAnyException();
    }

    @Test
    void aMemberThatIsReachedByARelayAloneStopsTheStepsThatDependOnIt() {
        for (CaRotation.Step step : List.of(CaRotation.Step.PRESENT_NEW, CaRotation.Step.DROP_OLD)) {
            assertThatThrownBy(() -> check(
                            step,
                            NEW_NODE,
                            step == CaRotation.Step.DROP_OLD ? List.of(NEW) : List.of(OLD, NEW),
                            Optional.empty(),
                            member("linked", true, NEW_NODE),
                            member("relayed", false, OLD_NODE)))
                    .hasMessageContaining("member relayed cannot be asked: there is no link to it")
                    .hasMessageContaining("wait until this node is linked to it")
                    .hasMessageNotContaining("member linked");
        }
    }

    @Test
    void presentingTheNewCertificateWaitsForEachMemberThatRefusesIt() {
        assertThatThrownBy(() -> check(
                        CaRotation.Step.PRESENT_NEW,
                        NEW_NODE,
                        List.of(OLD, NEW),
                        Optional.of(new LinkFailure.UntrustedPeer("unknown_ca")),
                        member("late", true, OLD_NODE)))
                .hasMessageContaining("member late does not trust the new certificate")
                .hasMessageContaining("unknown_ca");
        check(
                CaRotation.Step.PRESENT_NEW,
                NEW_NODE,
                List.of(OLD, NEW),
                Optional.empty(),
                member("ready", true, OLD_NODE));
    }

    @Test
    void droppingTheOldAuthorityWaitsForEachMemberThatPresentsItStill() {
        assertThatThrownBy(() -> check(
                        CaRotation.Step.DROP_OLD,
                        NEW_NODE,
                        List.of(NEW),
                        Optional.empty(),
                        member("ready", true, NEW_NODE),
                        member("late", true, OLD_NODE)))
                .hasMessageContaining("member late does not present a certificate that is still trusted")
                .hasMessageNotContaining("member ready");
        assertThatThrownBy(() -> check(CaRotation.Step.DROP_OLD, OLD_NODE, List.of(NEW), Optional.empty()))
                .as("this node itself")
                .hasMessageContaining("peers will refuse this node's certificate");
    }
}
