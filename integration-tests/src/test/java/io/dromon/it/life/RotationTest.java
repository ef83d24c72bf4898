package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The certification authority of a running cluster is replaced in three steps, each done when all are ready for it. */
@Tag("sockets")
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

            Rotation.run(cluster.members, cluster.authority, next);

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
                Rotation.stageTrust(member, cluster.authority, next);
                Rotation.assertDone(Rotation.rotate(member, "trust-both"));
            }

            Rotation.stageCertificate(first, next);
            AdminClient.Answer early = Rotation.rotate(first, "present-new");
            Rotation.stageTrust(first, next);
            AdminClient.Answer drop = Rotation.rotate(first, "drop-old");

            assertThat(early.isDone()).isFalse();
            assertThat(early.problem())
                    .contains("member n2 does not trust the new certificate")
                    .doesNotContain("member n1");
            assertThat(drop.problem()).contains("member n1", "member n2", "do present-new there first");
            assertThat(first.node.status().tls().orElseThrow().generation()).isEqualTo(2);
        }
    }

    @Test
    void refusesToDropAnAuthorityInTheFirstStep() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            Member member = cluster.members.get(0);
            assertThat(Rotation.rotate(member, "trust-both").problem()).contains("ca.crt.next");
            Rotation.stageTrust(member, next);

            assertThat(Rotation.rotate(member, "trust-both").problem())
                    .contains("\"CN=life CA\" would not be trusted any more");
            assertThat(Rotation.rotate(member, "trust-all").problem()).contains("trust-both, present-new");
        }
    }
}
