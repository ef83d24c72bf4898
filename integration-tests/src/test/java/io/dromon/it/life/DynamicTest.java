package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.it.cluster.OrderLog;
import io.dromon.node.Health;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.StatusDocument;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code socket.dynamic}: a cluster goes from plain text to TLS and back by restarts, one node at a time. */
@Tag("sockets")
@Timeout(300)
final class DynamicTest {
    private static final int WRITERS = 4;
    private static final int BYTES = 512;
    private static final String PLAIN = "";
    private static final String DYNAMIC_PLAIN = "socket.dynamic=true";

    @TempDir
    Path directory;

    @Test
    void goesFromPlainTextToTlsAndBackByRollingRestartsUnderLoad() throws Exception {
        OrderLog order = new OrderLog();
        try (LiveCluster cluster = new LiveCluster(directory, "")) {
            for (int i = 0; i < 3; i++) {
                Member member = cluster.member("n" + i);
                member.logOrder(order);
                cluster.join(member, PLAIN);
            }
            cluster.awaitLinks();
            cluster.write(WRITERS, BYTES);
            long begin = System.nanoTime();

            for (String step :
                    new String[] {DYNAMIC_PLAIN, "dynamic TLS", "TLS", "dynamic TLS", DYNAMIC_PLAIN, PLAIN}) {
                for (int i = 0; i < 3; i++) {
                    restart(cluster, cluster.members.get(i), step);
                }
                if (step.equals("TLS")) {
                    for (Member member : cluster.members) {
                        assertThat(member.node.status().linkSummary()).isEqualTo("2 of 2 links TLS 1.3");
                    }
                }
            }

            long seconds = Math.max(1, (System.nanoTime() - begin) / 1_000_000_000);
            cluster.stopWriting();
            System.out.printf(
                    "from plain text to TLS and back by %d restarts in %d s: %d write-sets acknowledged (%d/s), none"
                            + " lost, %d failed besides those of a node that ended%n",
                    18, seconds, order.size(), order.size() / seconds, cluster.failed.get());
            order.check();
            assertThat(cluster.failed).hasValue(0);
            assertThat(cluster.members.get(0).node.status().linkSummary())
                    .isEqualTo("0 of 2 links TLS 1.3, 2 PLAIN TEXT");
        }
    }

    private static void restart(LiveCluster cluster, Member member, String step) {
        List<Member> others = new ArrayList<>(cluster.members);
        others.remove(member);
        member.restarting = true;
        member.node.close();
        for (Member other : others) {
            await().atMost(LiveCluster.LIMIT).until(() -> other.lastMembers == 2);
            assertThat(other.node.status().state().name())
                    .as("primary all the time")
                    .isEqualTo("SYNCED");
        }
        cluster.joinAt(
                member,
                others.get(0),
                switch (step) {
                    case "TLS" -> member.files.options();
                    case "dynamic TLS" -> member.files.options() + ";socket.dynamic=true";
                    default -> step;
                });
        cluster.awaitLinks();
        cluster.awaitMembers(3);
        member.restarting = false;
        long before = member.delivered.get();
        cluster.write(member, WRITERS, BYTES);
        await().atMost(LiveCluster.LIMIT).until(() -> member.delivered.get() > before + 100);
    }

    @Test
    void saysThatItIsOnAndWhichLinksArePlain() {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(0)) {
            Member first = cluster.member("n0");
            cluster.join(first, first.files.options() + ";socket.dynamic=true");
            Member second = cluster.member("n1");
            cluster.join(second, PLAIN);
            cluster.awaitLinks();

            NodeStatus status = first.node.status();

            assertThat(status.linkSummary()).isEqualTo("0 of 1 links TLS 1.3, 1 PLAIN TEXT");
            assertThat(StatusDocument.of(status).toJson()).contains("socket.dynamic is on");
        }
    }

    @Test
    void refusesPlainTextAfterItsEnd() {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(0)) {
            Member first = cluster.member("n0");
            cluster.join(first, first.files.options() + ";socket.dynamic=true;tls.dynamic_until=2026-01-01T00:00:00Z");
            Member second = cluster.member("n1");

            assertThatThrownBy(() -> cluster.join(second, "pc.wait_prim_timeout=PT5S"))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("TLS");
            cluster.members.remove(second);
        }
    }

    @Test
    void closesTheLinksOfNodesWithoutTlsWhenItsGraceIsOver() {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(0)) {
            Instant until = Instant.now().plusSeconds(15);
            Member first = cluster.member("n0");
            Member second = cluster.member("n1");
            Member third = cluster.member("n2");
            for (Member member : List.of(first, second)) {
                cluster.join(
                        member,
                        member.files.options() + ";socket.dynamic=true;tls.dynamic_grace=PT4S;tls.dynamic_until="
                                + until);
            }
            cluster.join(third, DYNAMIC_PLAIN);
            cluster.awaitLinks();
            assertThat(Instant.now()).as("prepared in time").isBefore(until);
            assertThat(first.node.status().linkSummary()).isEqualTo("1 of 2 links TLS 1.3, 1 PLAIN TEXT");

            await().atMost(LiveCluster.LIMIT)
                    .until(() -> first.node.status().health().word() == Health.Word.CRITICAL);
            assertThat(first.node.status().health().toString())
                    .contains("plain text is refused since " + until, "links in plain text: n2 at tcp://127.0.0.1:")
                    .contains("which will be closed at " + until.plusSeconds(4));
            assertThat(Instant.now()).isAfterOrEqualTo(until);
            await().atMost(LiveCluster.LIMIT)
                    .until(() -> first.node.status().linkSummary().equals("1 of 1 links TLS 1.3"));

            assertThat(Instant.now()).isAfterOrEqualTo(until.plusSeconds(4));
            await().atMost(LiveCluster.LIMIT).until(() -> first.lastMembers == 2 && second.lastMembers == 2);
            assertThat(first.node.status().state().name()).isEqualTo("SYNCED");
            assertThat(first.node.status().refusedByKind()).containsKey("PlainPeer");
        }
    }
}
