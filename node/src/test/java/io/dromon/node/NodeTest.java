package io.dromon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The public API, used as it is meant and as it is not, on a cluster of one node. */
@Tag("sockets")
@Timeout(120)
final class NodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** {@code -Dnode.rounds=1000} for a long run. */
    private static final int ROUNDS = Integer.getInteger("node.rounds", 12);

    @TempDir
    Path directory;

    /** What a test does in {@link Application#deliver}, and what the node tells it. */
    private static final class Recorder implements Application {
        final AtomicLong delivered = new AtomicLong();
        final CountDownLatch stopped = new CountDownLatch(1);
        volatile @Nullable NodeException failure;
        volatile Action action = delivery -> {};

        interface Action {
            void run(Delivery delivery) throws Exception;
        }

        @Override
        public void deliver(Delivery delivery) {
            try {
                action.run(delivery);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            delivered.incrementAndGet();
        }

        @Override
        public void onStopped(@Nullable NodeException why) {
            failure = why;
            stopped.countDown();
        }

        NodeException.@Nullable Reason awaitStopped() throws InterruptedException {
            assertThat(stopped.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            NodeException why = failure;
            return why == null ? null : why.reason();
        }
    }

    private final Recorder application = new Recorder();

    private NodeConfigBuilder builder(String name) {
        return NodeConfig.builder()
                .group("g")
                .name(name)
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve(name));
    }

    private Node join(String options) {
        return Node.join(builder("a").options(options).build(), application);
    }

    private static WriteSet writeSet() {
        return WriteSet.of("x".getBytes(StandardCharsets.UTF_8));
    }

    private static NodeException.Reason reasonOf(CompletableFuture<?> future) {
        try {
            Object value = future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            throw new AssertionError("completed with " + value);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof NodeException failure) {
                return failure.reason();
            }
            throw new AssertionError("not a NodeException", e);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the future did not end", e);
        }
    }

    @Test
    void refusesASecondNodeOfADataDirectory() {
        NodeConfig config = builder("a").build();
        try (Node node = Node.join(config, application)) {
            assertThatThrownBy(() -> Node.start(config, delivery -> {}))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("another running node uses it")
                    .hasMessageContaining("dromon status --data-dir " + directory.resolve("a"));
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
        }

        Node.join(config, application).close();
    }

    @Test
    void tellsInItsHealthThatItsViewIsNotOnDisk() throws Exception {
        Path obstacle = Files.createDirectories(
                directory.resolve("a").resolve("gvwstate.dat.tmp").resolve("file"));

        try (Node node = join("")) {
            assertThat(node.status().health().ready()).isTrue();
            assertThat(node.status().health().word()).isEqualTo(Health.Word.WARNING);
            assertThat(node.status().health().reasons())
                    .anySatisfy(reason -> assertThat(reason)
                            .contains("gvwstate.dat was not saved")
                            .contains("would not find its way back if all nodes crashed"));
        }

        Files.deleteIfExists(obstacle);
        try (Node node = join("")) {
            assertThat(node.status().health().reasons()).isEmpty();
        }
    }

    @Test
    void joinsByAHostName() {
        try (Node first = Node.join(builder("a").build(), application)) {
            String address = first.listenAddress();
            NodeConfig config = builder("b")
                    .address("gcomm://no-such-host.invalid:1,localhost" + address.substring(address.lastIndexOf(':')))
                    .build();
            try (Node second = Node.join(config, delivery -> {})) {
                assertThat(second.status().group().members()).hasSize(2);
            }
        }
    }

    @Test
    void givesTheDataDirectoryBackWhenItCannotStart() {
        try (Node other = Node.join(builder("b").build(), delivery -> {})) {
            NodeConfig taken = builder("a").listen(other.listenAddress()).build();

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> Node.start(taken, application))
                        .isInstanceOf(NodeException.class)
                        .hasMessageContaining("cannot listen at");
            }
            join("").close();
        }
    }

    @Test
    void saysWhatIsWrongWithTheDataDirectory() throws Exception {
        Files.writeString(directory.resolve("a"), "no directory");

        assertThatThrownBy(() -> join(""))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("the data directory " + directory.resolve("a") + " cannot be used")
                .hasMessageNotContaining("Exception");
    }

    @Test
    @SuppressWarnings("NullAway") // what callers without the checker may do
    void refusesWhatIsNotThere() {
        NodeConfig config = builder("a").build();

        assertThatThrownBy(() -> Node.start(config, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> WriteSet.of(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        try (Node node = Node.join(config, application)) {
            assertThatThrownBy(() -> node.replicate(null)).isInstanceOf(NullPointerException.class);
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
        }
    }

    @Test
    void refusesAWriteSetAboveTheLimitAndTakesALargerOneWhenThatIsRaised() {
        try (Node node = join("repl.max_ws_size=2K")) {
            WriteSet fits = WriteSet.of(new byte[1024]); // and the header of a write-set
            WriteSet large = WriteSet.of(new byte[2048]);

            assertThat(node.replicate(fits).join().seqno()).isPositive();
            assertThat(reasonOf(node.replicate(large))).isEqualTo(NodeException.Reason.TOO_LARGE);
            node.set("repl.max_ws_size", "3K");
            assertThat(node.replicate(large).join().seqno()).isPositive();
            node.set("wsrep_max_ws_size", "2048");
            assertThat(reasonOf(node.replicate(large))).isEqualTo(NodeException.Reason.TOO_LARGE);
            assertThat(application.delivered).hasValue(2);
        }
    }

    @Test
    void replicatesFromWithinDeliver() {
        try (Node node = join("")) {
            List<CompletableFuture<Committed>> second = new CopyOnWriteArrayList<>();
            application.action = delivery -> {
                if (application.delivered.get() == 0) {
                    second.add(node.replicate(writeSet()));
                }
            };

            long first = node.replicate(writeSet()).join().seqno();

            assertThat(second.get(0).join().seqno()).isEqualTo(first + 1);
        }
    }

    @Test
    void stopsAnApplicationThatWaitsForItself() throws Exception {
        try (Node node = join("")) {
            application.action = delivery -> node.replicate(writeSet()).join();

            assertThat(reasonOf(node.replicate(writeSet()))).isEqualTo(NodeException.Reason.APPLICATION);
            assertThat(application.awaitStopped()).isEqualTo(NodeException.Reason.APPLICATION);
            assertThat(application.failure).hasMessageContaining("it would wait for ever");
        }
    }

    @Test
    void failsAContinuationThatWaitsForItsOwnThread() {
        try (Node node = join("")) {
            CountDownLatch attached = new CountDownLatch(1);
            application.action = delivery -> attached.await();

            CompletableFuture<Long> read =
                    node.replicate(writeSet()).thenApply(done -> node.sync().join());
            attached.countDown();

            assertThatThrownBy(read::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(node.sync().join()).isPositive();
        }
    }

    @Test
    void closesFromWithinDeliverWithoutAWait() throws Exception {
        Node node = join("");
        AtomicLong tookNs = new AtomicLong();
        application.action = delivery -> {
            long before = System.nanoTime();
            node.close();
            tookNs.set(System.nanoTime() - before);
        };

        node.replicate(writeSet()).join();

        assertThat(application.awaitStopped()).isNull();
        assertThat(Duration.ofNanos(tookNs.get())).isLessThan(Duration.ofSeconds(5));
        node.close();
        assertThat(reasonOf(node.replicate(writeSet()))).isEqualTo(NodeException.Reason.CLOSED);
    }

    @Test
    void goesOnWithAnApplicationThatSetsTheInterruptFlagAgain() {
        try (Node node = join("")) {
            application.action = delivery -> Thread.currentThread().interrupt();

            for (int i = 0; i < 5; i++) {
                assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
            }
            assertThat(application.delivered).hasValue(5);
        }
    }

    @Test
    void endsAllFuturesWhenTheApplicationFails() throws Exception {
        try (Node node = join("")) {
            CountDownLatch enough = new CountDownLatch(1);
            application.action = delivery -> {
                enough.await();
                throw new IllegalArgumentException("out of luck");
            };
            List<CompletableFuture<Committed>> writes = new ArrayList<>();
            List<CompletableFuture<Long>> reads = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                writes.add(node.replicate(writeSet()));
                reads.add(node.sync());
            }
            enough.countDown();

            assertThat(application.awaitStopped()).isEqualTo(NodeException.Reason.APPLICATION);
            assertThat(application.failure).hasMessageContaining("out of luck");
            assertThat(application.delivered).hasValue(0);
            for (CompletableFuture<Committed> write : writes) {
                assertThat(reasonOf(write)).isIn(NodeException.Reason.APPLICATION, NodeException.Reason.CLOSED);
            }
            assertThat(reads).allMatch(CompletableFuture::isDone); // some came before the first write-set
        }
    }

    @Test
    void failsWithTheApplicationsFailureEverAfter() throws Exception {
        try (Node node = join("")) {
            application.action = delivery -> {
                throw new IllegalArgumentException("out of luck");
            };
            assertThat(reasonOf(node.replicate(writeSet()))).isEqualTo(NodeException.Reason.APPLICATION);
            CompletableFuture<Committed> atOnce = node.replicate(writeSet());
            application.awaitStopped();

            for (CompletableFuture<?> call : List.of(atOnce, node.replicate(writeSet()), node.sync(), node.room())) {
                assertThatThrownBy(call::get)
                        .hasMessageContaining("APPLICATION")
                        .hasRootCauseMessage("out of luck")
                        .cause()
                        .isInstanceOf(NodeException.class)
                        .extracting(e -> ((NodeException) e).reason())
                        .isEqualTo(NodeException.Reason.APPLICATION);
            }
        }
    }

    @Test
    void showsTheReasonInItsText() {
        NodeException failure = new NodeException(NodeException.Reason.TOO_LARGE, "the write-set is too large");

        assertThat(failure).hasToString("io.dromon.node.NodeException: TOO_LARGE: the write-set is too large");
    }

    @Test
    void namesTheBoundWhenItIsBusyAndTellsWhenThereIsRoom() throws Exception {
        try (Node node = join("node.send_queue_bytes=1M;gcs.fc_limit=1;node.delivery_queue_bytes=1M")) {
            CountDownLatch enough = new CountDownLatch(1);
            application.action = delivery -> enough.await();
            List<CompletableFuture<Committed>> writes = new ArrayList<>();
            await().atMost(LIMIT)
                    .until(
                            () -> { // until flow control has stopped this node, and its queue is full
                                for (int i = 0; i < 10; i++) {
                                    writes.add(node.replicate(WriteSet.of(new byte[100_000])));
                                }
                                return writes.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
                            });
            CompletableFuture<Void> room = node.room();
            CompletableFuture<Committed> refused = writes.stream()
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .findFirst()
                    .orElseThrow();
            assertThat(reasonOf(refused)).isEqualTo(NodeException.Reason.BUSY);
            assertThatThrownBy(refused::get)
                    .hasMessageContainingAll("1048576 bytes", "node.send_queue_bytes", "room()");
            assertThat(room).isNotDone();

            enough.countDown();

            room.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            node.replicate(writeSet()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void endsThousandsOfFuturesAtTheClose() throws Exception {
        List<CompletableFuture<Committed>> all = new ArrayList<>();
        Node node = join("");
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
                all.add(node.replicate(writeSet()));
            }
        });
        writer.start();
        await().atMost(LIMIT).until(() -> application.delivered.get() > 0);
        node.close();
        writer.join();

        int committed = 0;
        for (CompletableFuture<Committed> future : all) {
            assertThat(future).as("ended with the node").isDone();
            if (!future.isCompletedExceptionally()) {
                committed++;
            }
        }
        assertThat(all).hasSize(20_000);
        assertThat(application.delivered).hasValue(committed);
    }

    @Test
    void answersAfterTheEnd() throws Exception {
        Node node = join("");
        List<Thread> closers =
                Stream.generate(() -> new Thread(node::close)).limit(8).toList();
        closers.forEach(Thread::start);
        for (Thread closer : closers) {
            closer.join();
        }

        assertThat(application.awaitStopped()).isNull();
        assertThat(reasonOf(node.replicate(writeSet()))).isEqualTo(NodeException.Reason.CLOSED);
        assertThat(reasonOf(node.sync())).isEqualTo(NodeException.Reason.CLOSED);
        assertThat(node.status().state()).isEqualTo(NodeState.CLOSED);
        assertThatThrownBy(() -> node.set("evs.send_window", "16"))
                .isInstanceOf(NodeException.class)
                .extracting(e -> ((NodeException) e).reason())
                .isEqualTo(NodeException.Reason.CLOSED);
        assertThatThrownBy(node::relink).isInstanceOf(NodeException.class);
        assertThatThrownBy(() -> node.set("evs.send_windo", "16")).isInstanceOf(ConfigException.class);
    }

    @Test
    void endsAJoinThatIsInterrupted() throws Exception {
        NodeConfig config = builder("a")
                .address("gcomm://127.0.0.1:9")
                .options("pc.linger=PT1S")
                .build();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread joiner = new Thread(() -> {
            try {
                Node.join(config, application).close();
            } catch (NodeException e) {
                thrown.set(e);
            }
        });
        joiner.start();
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("a").resolve("dromon.sock")));
        joiner.interrupt();
        joiner.join(LIMIT.toMillis());

        assertThat(thrown.get()).hasMessageContaining("interrupted while joining");
        assertThat(application.awaitStopped()).isNull();
    }

    @Test
    void leavesNoThreadAndNoFileBehind() throws Exception {
        round();
        round();
        long files = openFiles();
        long begin = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            round();
        }
        System.out.printf(
                "%d rounds of join, write and close: %.1f ms each, resident %s%n",
                ROUNDS, (System.nanoTime() - begin) / 1e6 / ROUNDS, resident());

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(threads()).isEmpty();
            assertThat(openFiles()).isLessThanOrEqualTo(files);
        });
    }

    private void round() {
        try (Node node = join("")) {
            node.replicate(writeSet()).join();
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dromon-"))
                .collect(Collectors.toSet());
    }

    private static long openFiles() throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static String resident() throws Exception {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS")).findFirst().orElse("");
        }
    }
}
