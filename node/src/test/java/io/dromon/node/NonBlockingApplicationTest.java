package io.dromon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.transport.wire.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An application that is called on the protocol thread, on a cluster of one node. */
@Tag("sockets")
@Timeout(60)
final class NonBlockingApplicationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final Recorder application = new Recorder();

    private static final class Recorder implements NonBlockingApplication {
        final List<Long> delivered = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();
        final CompletableFuture<@Nullable NodeException> stopped = new CompletableFuture<>();
        volatile Consumer<Delivery> action = delivery -> {};

        @Override
        public void deliver(Delivery delivery) {
            threads.add(Thread.currentThread().getName());
            action.accept(delivery);
            delivered.add(delivery.seqno());
        }

        @Override
        public void onView(ClusterView view) {
            threads.add(Thread.currentThread().getName());
        }

        @Override
        public void onState(NodeState state) {
            threads.add(Thread.currentThread().getName());
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            threads.add(Thread.currentThread().getName());
            stopped.complete(failure);
        }
    }

    private NodeConfig config() {
        return NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .build();
    }

    private Node join() {
        return Node.join(config(), application);
    }

    private static WriteSet writeSet() {
        return WriteSet.of(new byte[] {7});
    }

    @Test
    void isCalledInOrderOnTheProtocolThreadAlone() {
        List<String> continued = new CopyOnWriteArrayList<>();
        try (Node node = join()) {
            List<CompletableFuture<Committed>> all = IntStream.range(0, 5000)
                    .mapToObj(i -> node.replicate(writeSet()))
                    .toList();
            List<Long> numbers = all.stream().map(each -> each.join().seqno()).toList();
            node.replicate(writeSet())
                    .thenAccept(done -> continued.add(Thread.currentThread().getName()))
                    .join();

            assertThat(application.delivered.subList(0, 5000)).isEqualTo(numbers);
            assertThat(numbers).isSorted().doesNotHaveDuplicates();
            assertThat(node.sync().join()).isEqualTo(numbers.get(4999) + 1);
            assertThat(node.status().waiting()).isZero();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .contains("dromon-n")
                    .doesNotContain("dromon-n-delivery");
        }
        assertThat(application.stopped.join()).isNull();
        assertThat(application.threads).containsOnly("dromon-n");
        assertThat(continued).hasSize(1);
    }

    @Test
    void replicatesFromWithinDeliver() {
        try (Node node = join()) {
            application.action = delivery -> {
                if (application.delivered.size() < 100) {
                    CompletableFuture<Committed> unused = node.replicate(writeSet());
                }
            };

            node.replicate(writeSet()).join();

            await().atMost(LIMIT).until(() -> application.delivered.size() == 101);
        }
    }

    /** It would hold up the whole group, with the node hanging. */
    @Test
    void cannotWaitForItsOwnNode() {
        List<Throwable> refusals = new CopyOnWriteArrayList<>();
        try (Node node = join()) {
            application.action = delivery -> {
                refusals.add(catchThrowable(() -> node.replicate(writeSet()).join()));
                refusals.add(catchThrowable(() -> node.sync().join()));
                refusals.add(catchThrowable(node::status));
                refusals.add(catchThrowable(() -> node.set("pc.weight", "2")));
                refusals.add(catchThrowable(node::reload));
                refusals.add(catchThrowable(() -> node.relink().join()));
                refusals.add(catchThrowable(() -> node.restart(Map.of())));
                application.action = next -> {};
            };

            node.replicate(writeSet()).join();

            assertThat(refusals).hasSize(7).allMatch(each -> each instanceof IllegalStateException);
            assertThat(node.status().health().ready()).isTrue();
        }
    }

    @Test
    void endsAllFuturesWhenItFails() {
        List<CompletableFuture<Committed>> all = new ArrayList<>();
        try (Node node = join()) {
            application.action = delivery -> {
                throw new IllegalStateException("poison");
            };
            for (int i = 0; i < 200; i++) {
                all.add(node.replicate(writeSet()));
            }

            await().atMost(LIMIT).until(() -> all.stream().allMatch(CompletableFuture::isDone));
            assertThat(all).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(application.stopped.join()).hasMessageContaining("poison");
            assertThat(application.delivered).isEmpty();
            await().atMost(LIMIT).until(() -> !node.isOpen());
        }
    }

    @Test
    void closesFromWithinDeliverWithoutAWait() {
        Node node = join();
        application.action = delivery -> node.close();

        CompletableFuture<Committed> unused = node.replicate(writeSet());

        assertThat(application.stopped.join()).isNull();
        node.close();
        assertThat(node.isOpen()).isFalse();
    }

    @Test
    void goesOnOverARestart() {
        try (Node node = join()) {
            node.replicate(writeSet()).join();
            node.restart(Map.of());
            node.synced().join();
            node.replicate(writeSet()).join();

            assertThat(application.delivered).hasSize(2);
            assertThat(application.stopped).isNotDone();
        }
        assertThat(application.stopped).isDone();
    }

    /** Its hang is the node's: whoever asks is told whose it is. */
    @Test
    void isNamedWhereItHoldsTheNode() throws Exception {
        CountDownLatch enough = new CountDownLatch(1);
        try (Node node = join()) {
            CountDownLatch entered = new CountDownLatch(1);
            application.action = delivery -> {
                entered.countDown();
                try {
                    enough.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            CompletableFuture<Committed> held = node.replicate(writeSet());
            entered.await();
            try {
                assertThatThrownBy(node::status)
                        .isInstanceOfSatisfying(
                                NodeException.class,
                                failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.TIMEOUT))
                        .hasMessageContaining(
                                "has not answered for 5 s: the application, a NonBlockingApplication, has not"
                                        + " returned for")
                        .hasMessageContaining("from write-set");
            } finally {
                enough.countDown();
            }
            held.join();
            assertThat(node.status().health().ready()).isTrue();
        }
    }

    private abstract static class Both implements NonBlockingApplication {
        @Override
        public void deliver(Delivery delivery) {}
    }

    private static final class WithState extends Both implements StatefulApplication {
        @Override
        public Position position() {
            return Position.NONE;
        }

        @Override
        public void snapshot(Path to) {}

        @Override
        public void restore(Path from) {}
    }

    private static final class Parallel extends Both implements ParallelApplication {
        @Override
        public int appliers() {
            return 2;
        }

        @Override
        public Commit apply(Delivery delivery) {
            return () -> {};
        }

        @Override
        public void deliver(Delivery delivery) {}
    }

    static Stream<Application> contradictions() {
        return Stream.of(new WithState(), new Parallel());
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void cannotHaveStateOrThreads(Application both) {
        assertThatThrownBy(() -> Node.start(config(), both))
                .isInstanceOfSatisfying(
                        NodeException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.CONFIGURATION))
                .hasMessageContaining("NonBlockingApplication")
                .hasMessageContaining(
                        both instanceof ParallelApplication ? "ParallelApplication" : "StatefulApplication");
        assertThat(directory).isEmptyDirectory();
    }
}
