package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.CertificationFailedException;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transactions on the store of a cluster of one node. */
@Tag("sockets")
@Timeout(120)
final class ReplicatedStoreTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private NodeConfig config(String options) {
        return NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("a"))
                .options(options)
                .build();
    }

    private ReplicatedStore join(StoreOptions options) {
        return ReplicatedStore.join(config(""), options);
    }

    private static StoreOptions options(StoreOptions.Engine engine) {
        return engine == StoreOptions.Engine.MEMORY ? StoreOptions.memory() : StoreOptions.rocksDb();
    }

    private static int number(Snapshot snapshot, String key) {
        return snapshot.getText(key).map(Integer::parseInt).orElse(0);
    }

    private static void add(Transaction transaction, String key, int amount) {
        transaction.put(key, String.valueOf(number(transaction, key) + amount));
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void readsWhatItHasWritten(StoreOptions.Engine engine) {
        try (ReplicatedStore store = join(options(engine))) {
            long first = store.put("a", "1");
            store.put("b", "2");
            store.put("c", "3");
            long last = store.delete("b");

            assertThat(last).isEqualTo(first + 3);
            assertThat(store.position().seqno()).isEqualTo(last);
            assertThat(store.getText("a")).hasValue("1");
            assertThat(store.getText("b")).isEmpty();
            assertThat(store.<List<String>>read(
                            Consistency.BEFORE,
                            snapshot ->
                                    snapshot.scan("", "").map(Entry::keyText).toList()))
                    .containsExactly("a", "c");
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void losesNoUpdateOfManyWritersOfOneKey(StoreOptions.Engine engine) {
        int writers = 8;
        int updates = 50;
        AtomicInteger runs = new AtomicInteger();
        try (ReplicatedStore store = join(options(engine).withMaxAttempts(10_000))) {
            List<CompletableFuture<Void>> all = IntStream.range(0, writers)
                    .mapToObj(writer -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < updates; i++) {
                            store.update(tx -> {
                                runs.incrementAndGet();
                                add(tx, "counter", 1);
                            });
                        }
                    }))
                    .toList();
            all.forEach(CompletableFuture::join);

            assertThat(store.getText("counter")).hasValue(String.valueOf(writers * updates));
            assertThat(runs.get()).isGreaterThan(writers * updates);
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void appliesSeveralAtATimeAndShowsThemInOrder(StoreOptions.Engine engine) {
        int writers = 6;
        int updates = 100;
        long total = (long) writers * updates;
        try (ReplicatedStore store =
                ReplicatedStore.join(config("repl.appliers=4"), options(engine).withMaxAttempts(10_000))) {
            CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
                for (long seen = 0; seen < total; ) {
                    long sum = store.<Long>read(
                            Consistency.EVENTUAL,
                            now -> now.scan("w/", "w0")
                                            .mapToLong(entry -> Long.parseLong(entry.valueText()))
                                            .sum()
                                    - now.getText("total").map(Long::parseLong).orElse(0L));
                    assertThat(sum)
                            .as("each writer's number and the total are of one moment")
                            .isZero();
                    seen = store.getText("total").map(Long::parseLong).orElse(0L);
                }
            });
            List<CompletableFuture<Void>> all = IntStream.range(0, writers)
                    .mapToObj(writer -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < updates; i++) {
                            store.update(tx -> {
                                add(tx, "w/" + writer, 1);
                                add(tx, "total", 1);
                            });
                        }
                    }))
                    .toList();
            all.forEach(CompletableFuture::join);

            reader.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(store.getText("total")).hasValue("" + total);
        }
    }

    @Test
    void runsATransactionAgainWhereTheStateWasReplacedMeanwhile() {
        AtomicInteger runs = new AtomicInteger();
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            store.put("a", "1");
            store.storage().snapshot(directory.resolve("state"));

            Outcome<String> outcome = store.transact(Isolation.SNAPSHOT, Consistency.EVENTUAL, tx -> {
                if (runs.incrementAndGet() == 1) {
                    store.storage().restore(directory.resolve("state"));
                }
                tx.put("b", "2");
                return "";
            });

            assertThat(outcome.attempts()).isEqualTo(2);
            assertThat(store.getText("b")).hasValue("2");
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void writesOnWhatWasReadBeforeOnlyIfNobodyElseHas(StoreOptions.Engine engine) {
        try (ReplicatedStore store = join(options(engine))) {
            long read = store.put("a", "1");
            store.updateIfUnchanged(read, Optional.empty(), tx -> tx.put("a", "2"));

            assertThatThrownBy(() -> store.updateIfUnchanged(read, Optional.empty(), tx -> tx.put("a", "3")))
                    .isInstanceOf(CertificationFailedException.class);
            store.updateIfUnchanged(read, Optional.empty(), tx -> tx.put("b", "1"));

            assertThat(store.getText("a")).hasValue("2");
            assertThat(store.getText("b")).hasValue("1");
        }
    }

    @Test
    void givesUpAfterTheAttemptsThatAreAllowed() {
        AtomicInteger runs = new AtomicInteger();
        try (ReplicatedStore store = join(StoreOptions.memory().withMaxAttempts(3))) {
            assertThatThrownBy(() -> store.update(tx -> {
                        runs.incrementAndGet();
                        add(tx, "hot", 1);
                        store.put("hot", "7"); // somebody is always first
                    }))
                    .isInstanceOf(CertificationFailedException.class)
                    .hasMessageContaining("store//hot");

            assertThat(runs).hasValue(3);
            assertThat(store.getText("hot")).hasValue("7");
        }
    }

    @Test
    void tellsHowOftenATransactionWasRun() {
        AtomicInteger runs = new AtomicInteger();
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            Outcome<Integer> outcome = store.transact(Isolation.SNAPSHOT, Consistency.EVENTUAL, tx -> {
                add(tx, "a", 1);
                if (runs.incrementAndGet() < 3) {
                    store.put("a", "10");
                }
                return number(tx, "a");
            });

            assertThat(outcome.value()).isEqualTo(11);
            assertThat(outcome.attempts()).isEqualTo(3);
            assertThat(outcome.seqno()).isEqualTo(store.position().seqno());
        }
    }

    /** Both have read what the other one writes: x + y is to stay above zero. */
    @Test
    void allowsWriteSkewAtSnapshotIsolationAndNotWhereSerializable() {
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            assertThat(withdrawBoth(store, Isolation.SNAPSHOT)).isEqualTo(-1);
            assertThat(withdrawBoth(store, Isolation.SERIALIZABLE)).isZero();
        }
    }

    private static int withdrawBoth(ReplicatedStore store, Isolation isolation) {
        store.update(tx -> {
            tx.put("x", "1");
            tx.put("y", "0");
        });
        AtomicInteger runs = new AtomicInteger();
        store.transact(isolation, Consistency.EVENTUAL, tx -> {
            boolean may = number(tx, "x") + number(tx, "y") > 0;
            if (runs.incrementAndGet() == 1) {
                store.transact(isolation, Consistency.EVENTUAL, other -> {
                    if (number(other, "x") + number(other, "y") > 0) {
                        add(other, "x", -1);
                    }
                    return "";
                });
            }
            if (may) {
                add(tx, "y", -1);
            }
            return "";
        });
        return store.<Integer>read(Consistency.EVENTUAL, now -> number(now, "x") + number(now, "y"));
    }

    /** Each counts a branch and adds an entry there. */
    @Test
    void allowsPhantomsAtSnapshotIsolationAndNotWhereSerializable() {
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            assertThat(numberOfEntriesAfterTwoCounted(store, Isolation.SNAPSHOT))
                    .containsExactly("0", "0");
            assertThat(numberOfEntriesAfterTwoCounted(store, Isolation.SERIALIZABLE))
                    .containsExactlyInAnyOrder("0", "1");
        }
    }

    private static List<String> numberOfEntriesAfterTwoCounted(ReplicatedStore store, Isolation isolation) {
        String branch = isolation + "/";
        String behind = isolation + "0";
        AtomicInteger runs = new AtomicInteger();
        store.transact(isolation, Consistency.EVENTUAL, tx -> {
            long count = tx.scan(branch, behind).count();
            if (runs.incrementAndGet() == 1) {
                store.transact(isolation, Consistency.EVENTUAL, other -> {
                    other.put(branch + "first", "" + other.scan(branch, behind).count());
                    return "";
                });
            }
            tx.put(branch + "second", "" + count);
            return "";
        });
        return store.<List<String>>read(
                Consistency.EVENTUAL,
                now -> now.scan(branch, behind).map(Entry::valueText).toList());
    }

    @Test
    void aTransactionThatOnlyReadsSeesOneSnapshotAndNeverFails() {
        try (ReplicatedStore store = join(StoreOptions.memory().with(Isolation.SERIALIZABLE))) {
            store.put("a", "old");

            Outcome<String> outcome = store.transact(Isolation.SERIALIZABLE, Consistency.EVENTUAL, tx -> {
                String before = tx.getText("a").orElseThrow();
                store.put("a", "new");
                return before + " " + tx.getText("a").orElseThrow();
            });

            assertThat(outcome.value()).isEqualTo("old old");
            assertThat(outcome.attempts()).isEqualTo(1);
            assertThat(outcome.seqno()).isLessThan(store.position().seqno());
        }
    }

    @Test
    void whatATransactionThrowsEndsItWithoutEffect() {
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            assertThatThrownBy(() -> store.update(tx -> {
                        tx.put("a", "1");
                        throw new IllegalArgumentException("no such account");
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such account");

            assertThat(store.getText("a")).isEmpty();
        }
    }

    @Test
    void waitsForANumberAndSaysWhereItDoesNotCome() {
        try (ReplicatedStore store =
                ReplicatedStore.join(config("repl.causal_read_timeout=PT1S"), StoreOptions.memory())) {
            long next = store.put("a", "1") + 1;
            CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> store.<String>read(
                    Consistency.after(next), now -> now.getText("a").orElse("")));
            assertThat(reader).isNotDone();
            store.put("a", "2");

            assertThat(reader.join()).isEqualTo("2");
            assertThatThrownBy(() -> store.read(Consistency.after(next + 1), now -> now.getText("a")))
                    .isInstanceOfSatisfying(
                            NodeException.class, e -> assertThat(e.reason()).isEqualTo(NodeException.Reason.TIMEOUT))
                    .hasMessageContaining("within 1000 ms");
        }
    }

    @Test
    void endsWhoWaitsWhenItIsClosed() {
        ReplicatedStore store = join(StoreOptions.memory());
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> store.<String>read(
                Consistency.after(1000), now -> now.getText("a").orElse("")));
        store.close();

        assertThatThrownBy(reader::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfAny(NodeException.class, StoreException.class);
        assertThatThrownBy(() -> store.put("a", "1")).isInstanceOfAny(NodeException.class, StoreException.class);
    }

    @Test
    void stopsWithItsReasonWhereItsStorageFails() {
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            store.put("a", "1");
            store.storage().close();

            assertThatThrownBy(() -> store.transact(tx -> {
                        tx.put("a", "2");
                        return "";
                    }))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CLOSED));
        }
    }

    @Test
    void namesAWriteSetThatIsNoChangeOfAStore() {
        try (ReplicatedStore store = join(StoreOptions.memory())) {
            CompletableFuture<?> foreign =
                    store.node().replicate(WriteSet.of("a line".getBytes(StandardCharsets.UTF_8)));

            assertThatThrownBy(foreign::join)
                    .hasRootCauseMessage("a change of version 97, 1 is known")
                    .satisfies(e -> assertThat(StoreException.in(e).map(StoreException::reason))
                            .hasValue(StoreException.Reason.MALFORMED_CHANGE));
        }
    }

    @Test
    void hasOnDiskWhatWasCommittedWhenItStartsAgain() {
        List<String> keys = new ArrayList<>();
        long seqno = 0;
        try (ReplicatedStore store = join(StoreOptions.rocksDb())) {
            for (int i = 0; i < 100; i++) {
                keys.add(String.format("key/%03d", i));
                seqno = store.put(keys.get(i), "value");
            }
        }

        try (ReplicatedStore store = join(StoreOptions.rocksDb())) {
            assertThat(store.position().seqno()).isEqualTo(seqno);
            assertThat(store.<List<String>>read(
                            Consistency.EVENTUAL,
                            now -> now.scan("", "").map(Entry::keyText).toList()))
                    .isEqualTo(keys);
            assertThat(store.put("one/more", "value"))
                    .as("it goes on in its history")
                    .isGreaterThan(seqno);
        }
    }

    @Test
    void refusesADataDirectoryWhoseStoreIsNone() throws Exception {
        Path store = Files.createDirectories(directory.resolve("a").resolve("store"));
        Files.writeString(store.resolve("something"), "else");

        assertThatThrownBy(() -> join(StoreOptions.rocksDb()))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.NOT_A_STORE));
    }

    @Test
    void givesTheDirectoryBackWhereTheNodeCannotStart() {
        try (ReplicatedStore store = join(StoreOptions.rocksDb())) {
            assertThatThrownBy(() -> join(StoreOptions.memory()))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("another running node uses it");
            assertThatThrownBy(() -> join(StoreOptions.rocksDb()))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IN_USE));
            store.put("a", "1");
        }
        NodeConfig wrong = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://192.0.2.1:0")
                .dataDir(directory.resolve("a"))
                .build();
        assertThatThrownBy(() -> ReplicatedStore.join(wrong)).isInstanceOf(NodeException.class);

        join(StoreOptions.rocksDb()).close();
    }

    @Test
    void canBeReadBeforeItIsSynced() {
        try (ReplicatedStore store = ReplicatedStore.start(config(""), StoreOptions.memory())) {
            assertThat(store.getText("a")).isEmpty();
            await().atMost(LIMIT).until(() -> store.node().synced().isDone());

            assertThat(store.node().status().state()).isEqualTo(NodeState.SYNCED);
            store.put("a", "1");
        }
    }

    @Test
    void aStoreOnDiskWaitsForItIfItIsToldTo() {
        try (ReplicatedStore store = join(StoreOptions.rocksDb().with(Durability.LOCAL))) {
            long local = store.put("a", "1");
            assertThat(local).isPositive();
            assertThat(store.getText("a")).hasValue("1");
        }
        try (ReplicatedStore store = ReplicatedStore.join(config("node.durability=majority"), StoreOptions.rocksDb())) {
            assertThat(store.getText("a")).hasValue("1");
            assertThat(store.put("a", "2")).isPositive();
        }
    }

    @Test
    void aStoreInMemoryHasNothingToSync() {
        assertThatThrownBy(() -> StoreOptions.memory().with(Durability.MAJORITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in memory has nothing that it could sync");
        assertThatThrownBy(() -> ReplicatedStore.join(config("node.durability=local"), StoreOptions.memory()))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("node.durability is 'local'");
    }
}
