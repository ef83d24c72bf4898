package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.it.peers.OpenSsl;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * While three nodes replicate at full load, certificates are replaced and all links relinked, again and again, then
 * the authority. {@code -Dlife.rounds=N} sets how often.
 */
@Tag("sockets")
@Timeout(600)
final class RelinkUnderLoadTest {
    private static final int ROUNDS = Integer.getInteger("life.rounds", 5);

    @TempDir
    Path directory;

    @Test
    void losesAndReordersNothingAndChangesNoView() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0").start(3)) {
            OpenSsl openssl = new OpenSsl(directory);
            cluster.write(16, 1024);
            int views = cluster.views();
            long[] tookNs = new long[ROUNDS];
            long begin = System.nanoTime();

            for (int round = 0; round < ROUNDS; round++) {
                Member member = cluster.members.get(round % cluster.members.size());
                String serial = ReloadTest.serial(member.files.issue(cluster.authority, member.name));
                member.node.reload();
                assertThat(openssl.servedSerial(member.hostPort(), member.files.tlsFiles()))
                        .as("what openssl s_client is shown after a reload")
                        .isEqualTo(serial);
                long start = System.nanoTime();
                assertThat(member.node.relink().get(60, TimeUnit.SECONDS)).isEqualTo(2);
                tookNs[round] = System.nanoTime() - start;
            }
            long rotation = System.nanoTime();
            X509Bundle next = TestPki.ca("next CA");
            Rotation.run(cluster.members, cluster.authority, next);
            long rotationMs = (System.nanoTime() - rotation) / 1_000_000;
            for (Member member : cluster.members) {
                String serial = member.node.status().tls().orElseThrow().serial();
                assertThat(openssl.servedSerial(member.hostPort(), member.files.tlsFiles()))
                        .as("after the rotation, to who trusts the new authority alone")
                        .isEqualTo(serial);
                for (Member peer : cluster.members) {
                    // The link before is read for another second.
                    await().atMost(LiveCluster.LIMIT)
                            .untilAsserted(
                                    () -> assertThat(peer == member ? List.of(serial) : peer.serialsSeenOf(member))
                                            .containsExactly(serial));
                }
            }

            long seconds = Math.max(1, (System.nanoTime() - begin) / 1_000_000_000);
            cluster.stopWriting();
            Arrays.sort(tookNs);
            System.out.printf(
                    "relink under load: %d rounds in %d s, %d write-sets (%d/s), %d failed, a relink took %d ms in the"
                            + " middle, %d ms at most, the rotation %d ms, view changes %d%n",
                    ROUNDS,
                    seconds,
                    cluster.committed.get(),
                    cluster.committed.get() / seconds,
                    cluster.failed.get(),
                    tookNs[ROUNDS / 2] / 1_000_000,
                    tookNs[ROUNDS - 1] / 1_000_000,
                    rotationMs,
                    cluster.views() - views);
            assertThat(cluster.failed).hasValue(0);
            assertThat(cluster.views()).as("no view change").isEqualTo(views);
            Member first = cluster.members.get(0);
            assertThat(first.delivered.get()).isEqualTo(cluster.committed.get());
            for (Member member : cluster.members) {
                assertThat(member.delivered.get() - first.delivered.get())
                        .as("what came before all were in is not counted: nothing was written then")
                        .isZero();
                assertThat(member.digest)
                        .as("the same order on %s", member.name)
                        .isEqualTo(first.digest);
            }
        }
    }
}
