package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.Health;
import io.dromon.node.WriteSet;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The authority of all nodes has expired: what is up stays up, says so, and comes back from local files alone. */
@Tag("sockets")
@Timeout(120)
final class ExpiredAuthorityTest {
    @TempDir
    Path directory;

    @Test
    void theClusterLivesOnAndANodeRecoversWithNoPeerReachable() {
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0")) {
            Instant end = Instant.now().plus(Duration.ofSeconds(8));
            X509Bundle ending = TestPki.make(
                    TestPki.builder("ending CA").setIsCertificateAuthority(true).notAfter(end), null);
            for (int i = 0; i < 2; i++) {
                Member member = cluster.bareMember("n" + i);
                member.files.trust(ending);
                member.files.issue(ending, member.name);
                cluster.join(member);
            }
            cluster.awaitLinks();
            int views = cluster.views();
            await().atMost(LiveCluster.LIMIT).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
            Member first = cluster.members.get(0);
            Member second = cluster.members.get(1);

            for (Member member : cluster.members) {
                member.node
                        .replicate(WriteSet.of(new byte[] {1}))
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join();
                Health health = member.node.status().health();
                assertThat(health.ready()).isTrue();
                assertThat(health.word()).isEqualTo(Health.Word.EXPIRED);
                assertThat(health.reasons())
                        .anySatisfy(reason -> assertThat(reason)
                                .contains("the authority \"CN=ending CA\" of the own certificate has EXPIRED"));
            }
            assertThat(cluster.views()).as("no view change").isEqualTo(views);

            second.node.close();
            X509Bundle next = TestPki.ca("next CA");
            first.files.trust(next);
            first.files.issue(next, first.name);
            first.node.reload();
            assertThat(first.node.status().health().word()).isEqualTo(Health.Word.OK);

            second.files.trust(next);
            second.files.issue(next, second.name);
            cluster.join(second);
            cluster.awaitLinks();
            assertThat(first.node.status().linkSummary()).isEqualTo("1 of 1 links TLS 1.3");
        }
    }
}
