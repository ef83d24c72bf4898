package io.dromon.node.cli.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.transport.link.LinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limit of the benchmark does what it is compared for: each payload is at each member when its writer goes on. */
@Tag("sockets")
@Timeout(60)
class BroadcastReplicatorTest {
    private static final int NODES = 3;
    private static final int WRITES = 500;

    @Test
    void endsACallWhenAllMembersHaveThePayload() throws Exception {
        List<BroadcastReplicator> members = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Void>> joined = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                List<String> earlier =
                        members.stream().map(BroadcastReplicator::listenAddress).toList();
                BroadcastReplicator member =
                        new BroadcastReplicator(LinkSettings.at("tcp://127.0.0.1:0"), Optional.empty(), NODES);
                members.add(member);
                joined.add(CompletableFuture.runAsync(() -> join(member, earlier), threads));
            }
            for (CompletableFuture<Void> each : joined) {
                each.get(30, TimeUnit.SECONDS);
            }

            for (int i = 1; i <= 20; i++) {
                members.get(0).replicate(0, new byte[1 + i]);
                assertThat(members.get(1).delivered()).isEqualTo(i);
                assertThat(members.get(2).delivered()).isEqualTo(i);
            }
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (BroadcastReplicator member : members) {
                for (int writer = 0; writer < 4; writer++) {
                    writers.add(CompletableFuture.runAsync(() -> write(member), threads));
                }
            }
            for (CompletableFuture<Void> each : writers) {
                each.get(30, TimeUnit.SECONDS);
            }

            long all = 20 + (long) NODES * 4 * WRITES;
            for (BroadcastReplicator member : members) {
                await().atMost(Duration.ofSeconds(10)).until(() -> member.delivered() == all);
            }
        } finally {
            members.forEach(BroadcastReplicator::close);
            threads.shutdownNow();
        }
    }

    private static void join(BroadcastReplicator member, List<String> earlier) {
        try {
            member.join(earlier, Duration.ofSeconds(30));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(BroadcastReplicator member) {
        for (int i = 0; i < WRITES; i++) {
            member.replicate(0, new byte[i % 2 == 0 ? 100 : BroadcastReplicator.MOST_BYTES]);
        }
    }
}
