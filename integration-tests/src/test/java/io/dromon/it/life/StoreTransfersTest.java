package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.cluster.StoreCluster;
import io.dromon.node.store.Consistency;
import io.dromon.node.store.Entry;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.Snapshot;
import io.dromon.node.store.StoreOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transactions on the stores of three nodes at once. */
@Tag("sockets")
@Timeout(180)
final class StoreTransfersTest {
    private static final int NODES = 3;
    private static final int WRITERS_PER_NODE = 2;
    private static final int ACCOUNTS = 8;
    private static final long BALANCE = 1000;

    /** What is larger comes by a snapshot. */
    private static final String SMALL_CACHE = "; gcache.size=1M";
    /** A hundred of them do not fit into the cache. */
    private static final String LARGE_VALUE = "x".repeat(100_000);

    @TempDir
    Path directory;

    private StoreCluster cluster(StoreOptions.Engine engine) {
        return new StoreCluster(directory, NODES, RuntimeOptionsTest.QUICK + SMALL_CACHE, options(engine));
    }

    private static StoreOptions options(StoreOptions.Engine engine) {
        return (engine == StoreOptions.Engine.MEMORY ? StoreOptions.memory() : StoreOptions.rocksDb())
                .withMaxAttempts(1000);
    }

    private static long balance(Snapshot snapshot, int account) {
        return snapshot.getText("accounts/" + account).map(Long::parseLong).orElseThrow();
    }

    private static long sum(Snapshot snapshot) {
        return snapshot.scan("accounts/", "accounts0")
                .map(Entry::valueText)
                .mapToLong(Long::parseLong)
                .sum();
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void everySnapshotHasTheSameSumAndNoUpdateIsLost(StoreOptions.Engine engine) throws Exception {
        try (StoreCluster cluster = cluster(engine)) {
            long opened = cluster.stores.get(0).update(tx -> {
                for (int account = 0; account < ACCOUNTS; account++) {
                    tx.put("accounts/" + account, String.valueOf(BALANCE));
                }
            });
            AtomicLong attempts = new AtomicLong();
            AtomicLong snapshots = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> auditors = new ArrayList<>();
            Set<Long> sums = Collections.synchronizedSet(new TreeSet<>());
            for (ReplicatedStore store : cluster.stores) {
                Thread auditor = new Thread(() -> {
                    do {
                        sums.add(store.<Long>read(Consistency.after(opened), StoreTransfersTest::sum));
                        snapshots.incrementAndGet();
                    } while (!over.get());
                });
                auditors.add(auditor);
                auditor.start();
            }
            int transfers = 150;

            cluster.write(WRITERS_PER_NODE, (number, store) -> {
                SplittableRandom random = new SplittableRandom(number);
                for (int i = 0; i < transfers; i++) {
                    int from = random.nextInt(ACCOUNTS);
                    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
                    long amount = random.nextLong(10);
                    attempts.addAndGet(store.transact(Isolation.SNAPSHOT, Consistency.after(opened), tx -> {
                                tx.put("accounts/" + from, "" + (balance(tx, from) - amount));
                                tx.put("accounts/" + to, "" + (balance(tx, to) + amount));
                                String counter = "transfers/" + number % NODES;
                                long before =
                                        tx.getText(counter).map(Long::parseLong).orElse(0L);
                                tx.put(counter, "" + (before + 1));
                                return "";
                            })
                            .attempts());
                }
            });
            over.set(true);
            for (Thread auditor : auditors) {
                auditor.join();
            }

            assertThat(sums).containsExactly(ACCOUNTS * BALANCE);
            assertThat(snapshots).hasValueGreaterThan(NODES);
            assertThat(attempts).hasValueGreaterThan((long) NODES * WRITERS_PER_NODE * transfers);
            List<String> content = cluster.content(0);
            assertThat(content)
                    .contains(
                            "transfers/0=" + WRITERS_PER_NODE * transfers,
                            "transfers/1=" + WRITERS_PER_NODE * transfers,
                            "transfers/2=" + WRITERS_PER_NODE * transfers);
            for (int node = 1; node < NODES; node++) {
                assertThat(cluster.content(node)).isEqualTo(content);
            }
        }
    }

    /** Each writer counts a branch and adds an entry that says so: in a serial order no two say the same. */
    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void serializableScansHaveNoPhantoms(StoreOptions.Engine engine) throws Exception {
        int entries = 15;
        try (StoreCluster cluster = cluster(engine)) {
            cluster.write(WRITERS_PER_NODE, (number, store) -> {
                for (int i = 0; i < entries; i++) {
                    String key = "list/" + number + "/" + i;
                    store.transact(Isolation.SERIALIZABLE, Consistency.EVENTUAL, tx -> {
                        tx.put(key, "" + tx.scan("list/", "list0").count());
                        return "";
                    });
                }
            });

            List<String> counts = cluster.stores
                    .get(0)
                    .<List<String>>read(
                            Consistency.BEFORE,
                            now -> now.scan("list/", "list0")
                                    .map(Entry::valueText)
                                    .toList());
            assertThat(counts).hasSize(NODES * WRITERS_PER_NODE * entries).doesNotHaveDuplicates();
        }
    }

    /** Of two keys one at least is to stay: each writer removes one if both are there, and puts it back. */
    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void serializableTransactionsHaveNoWriteSkew(StoreOptions.Engine engine) throws Exception {
        try (StoreCluster cluster = cluster(engine)) {
            long begun = cluster.stores.get(0).update(tx -> {
                tx.put("on/0", "");
                tx.put("on/1", "");
            });
            AtomicLong left = new AtomicLong();

            cluster.write(WRITERS_PER_NODE, (number, store) -> {
                String own = "on/" + number % 2;
                String other = "on/" + (number + 1) % 2;
                for (int i = 0; i < 60; i++) {
                    boolean removed = store.transact(Isolation.SERIALIZABLE, Consistency.after(begun), tx -> {
                                boolean both =
                                        tx.get(own).isPresent() && tx.get(other).isPresent();
                                if (both) {
                                    tx.delete(own);
                                }
                                return both;
                            })
                            .value();
                    assertThat(store.<Long>read(
                                    Consistency.EVENTUAL,
                                    now -> now.scan("on/", "on0").count()))
                            .isPositive();
                    if (removed) {
                        left.incrementAndGet();
                        store.update(tx -> tx.put(own, ""));
                    }
                }
            });

            assertThat(left).hasPositiveValue();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void aNodeThatComesLaterAndOneThatComesBackHaveAll(StoreOptions.Engine engine) {
        try (StoreCluster cluster = cluster(engine)) {
            for (int i = 0; i < 100; i++) {
                cluster.stores.get(i % NODES).put("before/" + i, LARGE_VALUE);
            }
            cluster.stores.add(cluster.join(NODES));
            assertThat(cluster.content(NODES)).hasSize(100).isEqualTo(cluster.content(0));

            cluster.stores.get(1).close();
            for (int i = 0; i < 100; i++) {
                cluster.stores.get(i % 2 == 0 ? 0 : NODES).put("meanwhile/" + i, "" + i);
                cluster.stores.get(2).delete("before/" + i);
            }
            cluster.stores.set(1, cluster.join(1));
            cluster.stores.get(1).put("afterwards", "1");

            List<String> content = cluster.content(0);
            assertThat(content).hasSize(101).contains("afterwards=1");
            for (int node = 1; node <= NODES; node++) {
                assertThat(cluster.content(node)).isEqualTo(content);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void aReadBeforeOrAfterIsNeverStaleOnAnotherNode(StoreOptions.Engine engine) {
        try (StoreCluster cluster = cluster(engine)) {
            ReplicatedStore writer = cluster.stores.get(0);
            for (int i = 0; i < 100; i++) {
                String value = "" + i;
                long seqno = writer.put("a", value);

                assertThat(cluster.stores
                                .get(1)
                                .<String>read(
                                        Consistency.BEFORE,
                                        now -> now.getText("a").orElse("")))
                        .isEqualTo(value);
                assertThat(cluster.stores
                                .get(2)
                                .<String>read(
                                        Consistency.after(seqno),
                                        now -> now.getText("a").orElse("")))
                        .isEqualTo(value);
            }
        }
    }
}
