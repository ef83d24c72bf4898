package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.life.LiveCluster.Member;
import io.dromon.node.control.ControlClient;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The certification authority of a running cluster is replaced in three steps, each done when all are ready for it. */
@Timeout(120)
final class RotationTest {
    @TempDir
    Path directory;

    private final X509Bundle next = TestPki.ca("next CA");

    @Test
    void replacesTheAuthorityWithoutAViewChange() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(3)) {
            cluster.write(2, 256);
            int views = cluster.views();

            for (Member member : cluster.members) {
                stageTrust(member, cluster.authority, next);
                assertDone(rotate(member, "trust-both"));
            }
            for (Member member : cluster.members) {
                stageCertificate(member);
                assertDone(rotate(member, "present-new"));
            }
            for (Member member : cluster.members) {
                stageTrust(member, next);
                assertDone(rotate(member, "drop-old"));
                assertThat(member.node.relink().join()).isEqualTo(2);
            }

            cluster.stopWriting();
            assertThat(cluster.failed).hasValue(0);
            assertThat(cluster.views()).isEqualTo(views);
            assertThat(cluster.members.stream()
                            .map(member ->
                                    member.node.status().tls().orElseThrow().trustFingerprint())
                            .distinct())
                    .as("all trust the same")
                    .hasSize(1);
            assertThat(cluster.members.get(0).node.status().tls().orElseThrow().trusted())
                    .containsExactly("CN=next CA");
        }
    }

    @Test
    void refusesAStepWhileAMemberIsNotReady() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(3)) {
            Member first = cluster.members.get(0);
            Member second = cluster.members.get(1);
            for (Member member : new Member[] {first, second}) {
                stageTrust(member, cluster.authority, next);
                assertDone(rotate(member, "trust-both"));
            }

            stageCertificate(first);
            JsonNode early = rotate(first, "present-new");
            stageTrust(first, next);
            JsonNode drop = rotate(first, "drop-old");

            assertThat(early.path("ok").asBoolean()).isFalse();
            assertThat(early.path("error").asText())
                    .contains("member n2 does not trust the new certificate")
                    .doesNotContain("member n1");
            assertThat(drop.path("error").asText()).contains("member n1", "member n2", "do present-new there first");
            assertThat(first.node.status().tls().orElseThrow().generation()).isEqualTo(2);
        }
    }

    @Test
    void refusesToDropAnAuthorityInTheFirstStep() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            Member member = cluster.members.get(0);
            assertThat(rotate(member, "trust-both").path("error").asText()).contains("ca.crt.next");
            stageTrust(member, next);

            assertThat(rotate(member, "trust-both").path("error").asText())
                    .contains("\"CN=life CA\" would not be trusted any more");
            assertThat(rotate(member, "trust-all").path("error").asText()).contains("trust-both, present-new");
        }
    }

    private static void stageTrust(Member member, X509Bundle... authorities) {
        StringBuilder text = new StringBuilder();
        for (X509Bundle authority : authorities) {
            text.append(authority.getCertificatePEM()).append('\n');
        }
        NodeFiles.write(member.files.directory().resolve("ca.crt.next"), text.toString());
    }

    private void stageCertificate(Member member) {
        X509Bundle bundle = TestPki.issue(TestPki.builder(member.name), next);
        NodeFiles.write(member.files.directory().resolve("tls.crt.next"), bundle.getCertificatePEM());
        NodeFiles.write(member.files.directory().resolve("tls.key.next"), bundle.getPrivateKeyPEM());
    }

    private static JsonNode rotate(Member member, String step) throws IOException {
        return ControlClient.ask(member.dataDirectory, "rotate " + step);
    }

    private static void assertDone(JsonNode answer) {
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
    }
}
