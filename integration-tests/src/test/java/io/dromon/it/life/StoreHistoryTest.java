package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.StoreCluster;
import io.dromon.it.history.Anomaly;
import io.dromon.it.history.HistoryCheck;
import io.dromon.it.history.ListClient;
import io.dromon.it.history.Transaction;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.StoreOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the clients of three stores have seen is judged from outside, by the cycles of their transactions. */
@Tag("sockets")
@Timeout(180)
final class StoreHistoryTest {
    private static final int NODES = 3;
    private static final int CLIENTS_PER_NODE = 3;
    private static final int TRANSACTIONS = 300;

    @TempDir
    Path directory;

    private StoreCluster cluster() {
        return new StoreCluster(
                directory,
                NODES,
                RuntimeOptionsTest.QUICK,
                StoreOptions.rocksDb().withMaxAttempts(1000));
    }

    /** Of transactions with these isolations in turn. */
    private static List<Transaction> run(StoreCluster cluster, Isolation... isolations) throws Exception {
        List<ListClient> clients = IntStream.range(0, NODES * CLIENTS_PER_NODE)
                .mapToObj(i -> new ListClient("c" + i + "-", i, 1))
                .toList();
        cluster.write(CLIENTS_PER_NODE, (number, store) -> {
            for (int i = 0; i < TRANSACTIONS; i++) {
                clients.get(number).run(store, isolations[i % isolations.length]);
            }
        });
        return all(cluster, clients);
    }

    private static List<Transaction> all(StoreCluster cluster, List<ListClient> clients) {
        List<Transaction> all = new ArrayList<>();
        clients.forEach(client -> all.addAll(client.seen()));
        all.add(ListClient.last(cluster.stores.get(0), all));
        return all;
    }

    /** Neither between the serialisable ones, nor between those and the rest. */
    @Test
    void transactionsHaveNoAnomalyThatTheirIsolationForbids() throws Exception {
        try (StoreCluster cluster = cluster()) {
            List<Transaction> all = run(cluster, Isolation.SNAPSHOT, Isolation.SERIALIZABLE);

            assertThat(HistoryCheck.anomalies(all)).isEmpty();
            assertThat(all).hasSize(NODES * CLIENTS_PER_NODE * TRANSACTIONS + 1);
            assertThat(all).allMatch(each -> each.outcome() == Transaction.Outcome.COMMITTED);
        }
    }

    /** That the judge sees what these clients do: snapshot isolation has write skew. */
    @Test
    void snapshotIsolationIsSeenNotToBeSerialisable() throws Exception {
        try (StoreCluster cluster = cluster()) {
            List<Transaction> all = run(cluster, Isolation.SNAPSHOT).stream()
                    .map(each -> new Transaction(
                            each.name(),
                            each.beganNs(),
                            each.endedNs(),
                            each.outcome(),
                            true,
                            each.fresh(),
                            each.operations()))
                    .toList();

            assertThat(HistoryCheck.anomalies(all).stream().map(Anomaly::kind).distinct())
                    .containsExactly(Anomaly.Kind.G2);
        }
    }

    @Test
    void aNodeThatLeavesAndComesBackMeanwhileChangesNothing() throws Exception {
        try (StoreCluster cluster = cluster()) {
            List<ListClient> clients = IntStream.range(0, NODES * CLIENTS_PER_NODE)
                    .mapToObj(i -> new ListClient("c" + i + "-", i, 2))
                    .toList();
            CountDownLatch begun = new CountDownLatch(CLIENTS_PER_NODE);
            Thread operator = new Thread(() -> {
                try {
                    begun.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                cluster.stores.get(2).close();
                cluster.stores.set(2, cluster.join(2));
            });
            operator.start();
            cluster.write(CLIENTS_PER_NODE, (number, ignored) -> {
                for (int i = 0; i < TRANSACTIONS || operator.isAlive(); i++) {
                    if (!clients.get(number).run(cluster.stores.get(number % NODES), Isolation.SERIALIZABLE)) {
                        await().atMost(LiveCluster.LIMIT).until(() -> !operator.isAlive());
                    }
                    if (i == TRANSACTIONS / 10 && number % NODES == 2) {
                        begun.countDown();
                    }
                }
            });
            operator.join();

            List<Transaction> all = all(cluster, clients);
            assertThat(HistoryCheck.anomalies(all)).isEmpty();
            assertThat(all).anyMatch(each -> each.outcome() != Transaction.Outcome.COMMITTED);
        }
    }
}
