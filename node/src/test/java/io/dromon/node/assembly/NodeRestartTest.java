package io.dromon.node.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.node.Application;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link Node#restart} on a cluster of one node. */
@Tag("sockets")
@Timeout(60)
final class NodeRestartTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<NodeState> states = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private volatile Consumer<NodeState> onState = state -> {};
    private volatile Consumer<Delivery> onDelivery = delivery -> {};

    private final Application application = new Application() {
        @Override
        public void deliver(Delivery delivery) {
            onDelivery.accept(delivery);
        }

        @Override
        public void onState(NodeState state) {
            states.add(state);
            onState.accept(state);
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            ends.add(failure == null ? "left" : failure.reason().toString());
        }
    };

    private NodeConfigBuilder config() {
        return NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("a"));
    }

    private Node join() {
        return Node.join(config().build(), application);
    }

    private static WriteSet writeSet() {
        return WriteSet.of(new byte[] {1});
    }

    private static void assertFails(NodeException.Reason reason, CompletableFuture<?> future) {
        assertThatThrownBy(() ->
                        future.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        NodeException.class, why -> assertThat(why.reason()).isEqualTo(reason));
    }

    @Test
    void joinsAgainInTheSameObjectWithChangedOptions() throws Exception {
        try (Node node = join()) {
            UUID before = node.uuid();
            node.set("gcs.fc_limit", "77");
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();

            node.restart(Map.of("wsrep_cluster_name", "other", "evs.send_window", "8"));
            node.synced().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

            assertThat(node.isOpen()).isTrue();
            assertThat(node.uuid()).isNotEqualTo(before);
            assertThat(node.status().group().name()).isEqualTo("other");
            assertThat(node.status().options())
                    .containsEntry("evs.send_window", "8")
                    .containsEntry("gcs.fc_limit", "77");
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
            assertThat(states).containsSubsequence(NodeState.SYNCED, NodeState.CLOSED, NodeState.SYNCED);
            assertThat(ends).isEmpty();
        }
        assertThat(ends).containsExactly("left");
    }

    @Test
    void refusesWhatCannotBeBeforeItLeaves() throws Exception {
        try (Node node = join()) {
            UUID before = node.uuid();

            assertThatThrownBy(() -> node.restart(Map.of("evs.sned_window", "8")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("evs.send_window");
            assertThatThrownBy(() -> node.restart(Map.of("evs.send_window", "-1")))
                    .isInstanceOf(ConfigException.class);
            Path missing = directory.resolve("missing.pem");
            assertThatThrownBy(() -> node.restart(
                            Map.of("socket.ssl_cert", missing.toString(), "socket.ssl_key", missing.toString())))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("missing.pem");
            Path empty = Files.createFile(directory.resolve("empty.pem"));
            assertThatThrownBy(() -> node.restart(
                            Map.of("socket.ssl_cert", empty.toString(), "socket.ssl_key", empty.toString())))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("empty.pem");
            assertThatThrownBy(() -> node.restart(
                            Map.of("base_dir", directory.resolve("b").toString())))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("the data directory");

            assertThat(node.uuid()).isEqualTo(before);
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
            assertThat(states).doesNotContain(NodeState.CLOSED);
        }
    }

    @Test
    void hasFailedWhereItCannotStartAgain() throws Exception {
        try (Node node = join();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(
                            () -> node.restart(Map.of("gmcast.listen_addr", "tcp://127.0.0.1:" + taken.getLocalPort())))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("could not start again")
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));

            assertThat(node.isOpen()).isFalse();
            assertThat(node.status().state()).isEqualTo(NodeState.CLOSED);
            assertThat(ends).containsExactly("CONFIGURATION");
            assertFails(NodeException.Reason.CONFIGURATION, node.synced());
            assertFails(NodeException.Reason.CONFIGURATION, node.replicate(writeSet()));
            assertFails(NodeException.Reason.CONFIGURATION, node.sync());
            assertThatThrownBy(() -> node.restart(Map.of())).hasMessageContaining("could not start again");
        }
        join().close(); // the data directory was given back
        assertThat(ends).containsExactly("CONFIGURATION", "left");
    }

    /** While the application holds the restart up. */
    @Test
    void keepsItsDirectoryAndRefusesCallsMeanwhile() throws Exception {
        try (Node node = join()) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch enough = new CountDownLatch(1);
            onState = state -> {
                if (state == NodeState.CLOSED) {
                    held.countDown();
                    awaitQuietly(enough);
                }
            };
            CompletableFuture<Void> restart = CompletableFuture.runAsync(() -> node.restart(Map.of()));
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> next;
            try {
                assertThat(node.isOpen()).isTrue();
                assertFails(NodeException.Reason.RESTARTING, node.replicate(writeSet()));
                assertFails(NodeException.Reason.RESTARTING, node.sync());
                assertFails(NodeException.Reason.RESTARTING, node.room());
                assertThatThrownBy(() -> node.restart(Map.of()))
                        .isInstanceOfSatisfying(
                                NodeException.class,
                                why -> assertThat(why.reason()).isEqualTo(NodeException.Reason.RESTARTING));
                assertThatThrownBy(() -> node.set("gcs.fc_limit", "5")).isInstanceOf(NodeException.class);
                assertThatThrownBy(() -> Node.start(config().build(), delivery -> {}))
                        .hasMessageContaining("another running node uses it");
                next = node.synced();
                assertThat(next).isNotDone();
            } finally {
                enough.countDown();
            }
            restart.get(20, TimeUnit.SECONDS);
            next.get(20, TimeUnit.SECONDS);
            onState = state -> {};
        }
        assertThat(ends).containsExactly("left");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void endsEveryCallOfBefore() throws Exception {
        try (Node node = join()) {
            CountDownLatch enough = new CountDownLatch(1);
            onDelivery = delivery -> awaitQuietly(enough);
            List<CompletableFuture<?>> calls = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 1000; i++) {
                calls.add(node.replicate(writeSet()));
                calls.add(node.sync());
            }
            CompletableFuture<Void> restart = CompletableFuture.runAsync(() -> node.restart(Map.of()));
            await().atMost(LIMIT).until(() -> node.replicate(writeSet()).isCompletedExceptionally());
            enough.countDown();
            restart.get(20, TimeUnit.SECONDS);

            for (CompletableFuture<?> call : calls) {
                assertThat(call).isDone();
            }
            node.synced().get(20, TimeUnit.SECONDS);
            assertThat(node.replicate(writeSet()).join().seqno()).isPositive();
        }
    }

    @Test
    void endsWhereItIsLeftMeanwhile() throws Exception {
        Node node = join();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        onState = state -> {
            if (state == NodeState.CLOSED) {
                held.countDown();
                awaitQuietly(enough);
            }
        };
        CompletableFuture<Void> restart = CompletableFuture.runAsync(() -> node.restart(Map.of()));
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> leave = CompletableFuture.runAsync(node::leave);
        assertThat(leave).isNotDone();
        await().during(Duration.ofMillis(200)).until(() -> !restart.isDone());
        enough.countDown();

        assertFails(NodeException.Reason.CLOSED, restart);
        leave.get(20, TimeUnit.SECONDS);
        assertThat(node.isOpen()).isFalse();
        assertThat(ends).containsExactly("left");
        assertFails(NodeException.Reason.CLOSED, node.replicate(writeSet()));
        assertFails(NodeException.Reason.CLOSED, node.synced());
        join().close();
    }

    @Test
    void isRefusedOnAThreadOfTheNodeAndOnceItHasEnded() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Node node = join();
        onDelivery = delivery -> {
            try {
                node.restart(Map.of());
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        };
        node.replicate(writeSet()).get(20, TimeUnit.SECONDS);
        assertThat(thrown.get()).hasMessageContaining("this very thread");

        node.leave();

        assertThatThrownBy(() -> node.restart(Map.of()))
                .isInstanceOfSatisfying(
                        NodeException.class, why -> assertThat(why.reason()).isEqualTo(NodeException.Reason.CLOSED));
    }

    /** A control socket, its threads and its file are of one run each; many runs leave nothing behind. */
    @Test
    void restartsManyTimes() throws Exception {
        try (Node node = join()) {
            for (int round = 0; round < 20; round++) {
                node.restart(Map.of("evs.send_window", String.valueOf(4 + round)));
                node.synced().get(20, TimeUnit.SECONDS);
                node.replicate(writeSet()).get(20, TimeUnit.SECONDS);
                await().atMost(LIMIT)
                        .until(() -> Files.exists(directory.resolve("a").resolve("dromon.sock")));
            }
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("dromon-a"))
                    .count();
            assertThat(threads).isOne();
        }
    }
}
