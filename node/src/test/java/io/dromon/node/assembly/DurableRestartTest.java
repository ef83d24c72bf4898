package io.dromon.node.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Durability;
import io.dromon.node.DurableApplication;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end and the restart of a node of its own whose disk fails or hangs. */
@Tag("sockets")
@Timeout(120)
final class DurableRestartTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final AtomicInteger syncs = new AtomicInteger();
    private final CountDownLatch syncing = new CountDownLatch(1);
    private final CountDownLatch enough = new CountDownLatch(1);
    private volatile Work onPersist = () -> {};

    private interface Work {
        void run() throws IOException;
    }

    private final class Memory implements DurableApplication {
        private volatile Position position = Position.NONE;

        @Override
        public void persist() throws IOException {
            syncs.incrementAndGet();
            onPersist.run();
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public void snapshot(Path target) {}

        @Override
        public void restore(Path source) {}

        @Override
        public void deliver(Delivery delivery) {
            position = new Position(delivery.history(), delivery.seqno());
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            ends.add(failure == null ? "left" : failure.reason().toString());
        }
    }

    private Node start() throws Exception {
        Node node = Node.start(
                NodeConfig.builder()
                        .group("g")
                        .name("a")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve("a"))
                        .build(),
                new Memory());
        node.synced().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return node;
    }

    private static CompletableFuture<Committed> write(Node node, Durability durability) {
        return node.replicate(WriteSet.of(new byte[] {1}), durability);
    }

    private void holdSyncs(Work then) {
        onPersist = () -> {
            syncing.countDown();
            while (enough.getCount() > 0) {
                try {
                    enough.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            then.run();
        };
    }

    private static void assertFails(NodeException.Reason reason, CompletableFuture<?> future) {
        assertThatThrownBy(() ->
                        future.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        NodeException.class, why -> assertThat(why.reason()).isEqualTo(reason));
    }

    @AfterEach
    void endSyncs() {
        enough.countDown();
    }

    /** A disk that has lost what it was given is not asked again: no run follows, though the sync fails while one is to. */
    @Test
    void aRestartFailsWhereTheLastSyncFails() throws Exception {
        Node node = start();
        holdSyncs(() -> {
            throw new IOException("EIO on fsync");
        });
        CompletableFuture<Committed> call = write(node, Durability.LOCAL);
        assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> restart = CompletableFuture.runAsync(() -> node.restart(Map.of()));
        assertFails(NodeException.Reason.DURABILITY_UNKNOWN, call);
        enough.countDown();

        assertThatThrownBy(() -> restart.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .rootCause()
                .hasMessageContaining("EIO on fsync");
        assertThat(node.isOpen()).isFalse();
        assertThat(ends).containsExactly("APPLICATION");
        assertThat(syncs).hasValue(1);
        assertFails(NodeException.Reason.APPLICATION, node.synced());
        assertFails(NodeException.Reason.APPLICATION, write(node, Durability.LOCAL));
        onPersist = () -> {};
        start().leave(); // the data directory was given back
    }

    @Test
    void aLeaveTellsThatTheLastSyncHasFailed() throws Exception {
        Node node = start();
        holdSyncs(() -> {
            throw new IOException("EIO on fsync");
        });
        CompletableFuture<Committed> call = write(node, Durability.MAJORITY);
        assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> leave = CompletableFuture.runAsync(node::leave);
        assertFails(NodeException.Reason.DURABILITY_UNKNOWN, call);
        enough.countDown();

        leave.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(ends).containsExactly("APPLICATION");
    }

    /** Its directory stays taken: another node must not write where this one may still do so. */
    @Test
    void aNodeWhoseDiskHangsEndsAndKeepsItsDirectory() throws Exception {
        Node node = start();
        holdSyncs(() -> {});
        CompletableFuture<Committed> local = write(node, Durability.LOCAL);
        CompletableFuture<Committed> majority = write(node, Durability.MAJORITY);
        assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
        await().atMost(LIMIT).until(() -> write(node, Durability.ORDERED).isDone());
        CompletableFuture.runAsync(node::leave).get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertFails(NodeException.Reason.DURABILITY_UNKNOWN, local);
        assertFails(NodeException.Reason.DURABILITY_UNKNOWN, majority);
        assertThat(node.isOpen()).isFalse();
        assertThat(ends).containsExactly("left");
        assertThatThrownBy(this::start).hasMessageContaining("another running node uses it");

        enough.countDown();
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> start().leave());
    }

    @Test
    void aRestartWhoseDiskHangsEndsWithALeave() throws Exception {
        Node node = start();
        holdSyncs(() -> {});
        CompletableFuture<Committed> call = write(node, Durability.LOCAL);
        assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> restart = CompletableFuture.runAsync(() -> node.restart(Map.of()));
        assertFails(NodeException.Reason.DURABILITY_UNKNOWN, call);
        CompletableFuture<Void> synced = node.synced();
        assertThat(restart).as("another run follows when the disk has answered").isNotDone();
        CompletableFuture.runAsync(node::leave).get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(node.isOpen()).isFalse();
        assertFails(NodeException.Reason.CLOSED, restart);
        assertFails(NodeException.Reason.CLOSED, synced);
        assertThat(ends).containsExactly("left");
        assertThat(syncs).hasValue(1);
    }

    @Test
    void aThreadThatSyncsIsTheNodesOwn() throws Exception {
        Node node = start();
        List<String> thrown = new CopyOnWriteArrayList<>();
        onPersist = () -> {
            try {
                node.restart(Map.of());
            } catch (IllegalStateException e) {
                thrown.add("restart");
            }
            try {
                var unused = node.replicate(WriteSet.of(new byte[] {2}), Durability.LOCAL)
                        .join();
            } catch (IllegalStateException e) {
                thrown.add("join");
            }
            onPersist = () -> {};
        };
        write(node, Durability.LOCAL).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(thrown).containsExactly("restart", "join");

        CountDownLatch returned = new CountDownLatch(1);
        onPersist = () -> {
            node.leave();
            returned.countDown();
        };
        CompletableFuture<Committed> unused = write(node, Durability.LOCAL);
        assertThat(returned.await(3, TimeUnit.SECONDS))
                .as("less than the limits")
                .isTrue();
        await().atMost(LIMIT).until(() -> !ends.isEmpty());
        assertThat(ends).containsExactly("left");
    }
}
