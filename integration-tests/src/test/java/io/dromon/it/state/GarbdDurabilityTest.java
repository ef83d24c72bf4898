package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.peers.Garbd;
import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dromon's own messages about durability with a real Galera node as a member. */
@Tag("peers")
@Timeout(120)
class GarbdDurabilityTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Garbd garbd(Node first) throws IOException {
        return Garbd.in(Files.createDirectories(directory.resolve("garbd")))
                .group(LiveCluster.GROUP)
                .peers(first.listenAddress().replaceFirst("^.*://", ""))
                .start();
    }

    private static void awaitMembers(Node node, int count) {
        await().atMost(LIMIT)
                .until(() -> node.status().group().members().size() == count
                        && node.status().state() == NodeState.SYNCED);
    }

    private static CompletableFuture<Committed> write(Node node) {
        return node.replicate(WriteSet.of(new byte[100]), Durability.MAJORITY);
    }

    @Test
    void garbdTakesNoNoticeAndStaysAMember() throws Exception {
        try (StateCluster cluster = new StateCluster(directory)) {
            SyncedOrder first = new SyncedOrder(cluster.kept("n1"));
            SyncedOrder second = new SyncedOrder(cluster.kept("n2"));
            Node n1 = cluster.joinWith("n1", first, directory.resolve("n1"), builder -> {});
            cluster.awaitSynced("n1");
            Node n2 = cluster.joinWith("n2", second, directory.resolve("n2"), builder -> {});
            cluster.awaitSynced("n2");
            try (Garbd garbd = garbd(n1)) {
                garbd.awaitSynced(LIMIT);
                awaitMembers(n1, 3);
                awaitMembers(n2, 3);
                long configuration = n1.status().group().configuration();

                for (int round = 0; round < 200; round++) {
                    List<CompletableFuture<Committed>> both = new ArrayList<>(List.of(write(n1), write(n2)));
                    for (CompletableFuture<Committed> each : both) {
                        assertThat(each.get(30, TimeUnit.SECONDS).seqno()).isPositive();
                    }
                }

                assertThat(first.syncs()).isPositive();
                assertThat(second.syncs()).as("n1 alone is no majority").isPositive();
                assertThat(garbd.process().isAlive()).isTrue();
                assertThat(n1.status().group().configuration())
                        .as("no view change")
                        .isEqualTo(configuration);
                assertThat(n1.status().group().members()).hasSize(3);
                cluster.assertEqual("n1", "n2");
            }
        }
    }

    @Test
    void aNodeThatWeighsNoMoreThanGarbdRefusesAtOnce() throws Exception {
        try (StateCluster cluster = new StateCluster(directory)) {
            Node n1 =
                    cluster.joinWith("n1", new SyncedOrder(cluster.kept("n1")), directory.resolve("n1"), builder -> {});
            cluster.awaitSynced("n1");
            assertThat(write(n1).get(30, TimeUnit.SECONDS).seqno()).isPositive();
            try (Garbd garbd = garbd(n1)) {
                garbd.awaitSynced(LIMIT);
                awaitMembers(n1, 2);

                CompletableFuture<Committed> refused = write(n1);

                assertThat(refused).isCompletedExceptionally();
                assertThat(refused.handle((done, why) -> why).get())
                        .isInstanceOfSatisfying(
                                NodeException.class,
                                why -> assertThat(why.reason()).isEqualTo(NodeException.Reason.DURABILITY_UNAVAILABLE))
                        .hasMessageContaining("arbitrators have no disk");
                n1.set("pc.weight", "3");
                await().atMost(LIMIT).until(() -> n1.status().group().weight() == 4);
                await().atMost(LIMIT).untilAsserted(() -> assertThat(write(n1)).succeedsWithin(5, TimeUnit.SECONDS));
            }
        }
    }
}
