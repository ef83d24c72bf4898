package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Durability;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real delivery thread and a real durability thread: who waits for what. */
@Tag("unit")
@Timeout(60)
final class DurableDeliveryTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID ORIGIN = new UUID(1, 2);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final DeliveryQueue queue = new DeliveryQueue();
    private final Semaphore syncs = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<NodeException> failures = new CopyOnWriteArrayList<>();
    private volatile @Nullable IOException broken;
    private volatile boolean restarts;
    private volatile boolean hangs;
    private volatile @Nullable NodeException why;
    private volatile Runnable onPersist = () -> {};
    private final Deliverer deliverer =
            new Deliverer("n", queue, new Synced(), Position.NONE, Position.NONE, 1, new DeliveryListener() {
                @Override
                public void onDrained() {}

                @Override
                public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
                    return CompletableFuture.completedFuture(false);
                }

                @Override
                public boolean restarts() {
                    return restarts;
                }

                @Override
                public void onSynced(Position position) {
                    told.add("synced " + position.seqno());
                    publish(new DeliveryItem.Synced(Durability.LOCAL, position));
                }

                @Override
                public void onApplicationFailure(NodeException failure) {
                    failures.add(failure);
                }
            });
    private final Thread thread = new Thread(deliverer);

    private final class Synced implements DurableApplication {
        @Override
        public void persist() throws IOException {
            assertThat(running.incrementAndGet()).as("one call at a time").isOne();
            begun.incrementAndGet();
            onPersist.run();
            syncs.acquireUninterruptibly();
            running.decrementAndGet();
            IOException why = broken;
            if (why != null) {
                throw why;
            }
        }

        @Override
        public Position position() {
            return Position.NONE;
        }

        @Override
        public void snapshot(Path directory) {}

        @Override
        public void restore(Path directory) {}

        @Override
        public void deliver(Delivery delivery) {}

        @Override
        public void onStopped(@Nullable NodeException failure) {
            why = failure;
            told.add("stopped" + (running.get() == 0 ? "" : " while it is synced"));
        }
    }

    private synchronized void publish(DeliveryItem... items) {
        queue.publish(List.of(items));
    }

    private PendingCommit call(Durability durability) {
        return new PendingCommit(thread, new WriteSetBuilder().data(DATA).build(), -1, durability);
    }

    private static DeliveryItem writeSet(long seqno, PendingCommit own) {
        return new DeliveryItem.OrderedWriteSet(seqno, ORIGIN, "n", seqno - 1, DATA, own);
    }

    private static DeliveryItem view(boolean primary, long seqno) {
        return new DeliveryItem.View(
                new ClusterView(HISTORY, primary ? 1 : -1, seqno, primary, List.of(), 0),
                primary ? NodeState.SYNCED : NodeState.OPEN);
    }

    private static NodeException failureOf(PendingCommit call) {
        await().until(call::isDone);
        CompletionException why = catchThrowableOfType(CompletionException.class, call::join);
        assertThat(why.getCause()).isInstanceOf(NodeException.class);
        return (NodeException) Objects.requireNonNull(why.getCause());
    }

    @BeforeEach
    void start() {
        thread.start();
        publish(view(true, 1));
    }

    @AfterEach
    void stop() throws InterruptedException {
        syncs.release(1000);
        publish(new DeliveryItem.End(null)); // does nothing where it is over
        thread.join();
        if (!hangs) {
            assertThat(told.get(told.size() - 1)).isEqualTo("stopped");
        }
    }

    @Test
    void aLocalCommitWaitsForASyncAndAnOrderedOneDoesNot() {
        PendingCommit ordered = call(Durability.ORDERED);
        PendingCommit local = call(Durability.LOCAL);
        publish(writeSet(2, local), writeSet(3, ordered));

        await().until(ordered::isDone);
        await().until(() -> begun.get() == 1);
        assertThat(local).isNotDone();
        syncs.release();

        await().until(local::isDone);
        assertThat(local.join()).isEqualTo(new Committed(HISTORY, 2));
    }

    @Test
    void nothingIsSyncedWhereNobodyWaits() {
        PendingCommit ordered = call(Durability.ORDERED);
        publish(writeSet(2, ordered));
        await().until(ordered::isDone);
        PendingCommit local = call(Durability.LOCAL);
        publish(writeSet(3, local));
        syncs.release(10);
        await().until(local::isDone);

        assertThat(begun).hasValue(1);
        assertThat(told).containsExactly("synced 3");
    }

    /** The sync that runs cannot be the answer to what was applied since it began; the next one is that for all. */
    @Test
    void oneSyncIsTheAnswerToAllThatWait() {
        PendingCommit first = call(Durability.LOCAL);
        publish(writeSet(2, first));
        await().until(() -> begun.get() == 1);
        List<PendingCommit> others = new ArrayList<>();
        for (int i = 3; i < 100; i++) {
            PendingCommit own = call(Durability.LOCAL);
            others.add(own);
            publish(writeSet(i, own));
        }
        await().until(() -> deliverer.applied() == 99);

        syncs.release();
        await().until(first::isDone);
        assertThat(others).noneMatch(PendingCommit::isDone);
        syncs.release();
        await().until(() -> others.stream().allMatch(PendingCommit::isDone));
        assertThat(begun).hasValue(2);
    }

    @Test
    void completesInTheOrderOfTheNumbers() {
        List<Long> done = new CopyOnWriteArrayList<>();
        List<PendingCommit> all = new ArrayList<>();
        for (int i = 2; i < 50; i++) {
            PendingCommit own = call(Durability.LOCAL);
            all.add(own);
            long seqno = i;
            var unused = own.thenRun(() -> done.add(seqno));
            publish(writeSet(i, own));
        }
        syncs.release(100);
        await().until(() -> all.stream().allMatch(PendingCommit::isDone));

        assertThat(done).isSorted().hasSize(48);
    }

    @Test
    void aMajorityCommitWaitsForTheMembers() {
        PendingCommit own = call(Durability.MAJORITY);
        syncs.release(10);
        publish(writeSet(2, own));
        await().until(() -> told.contains("synced 2"));
        publish(new DeliveryItem.Synced(Durability.MAJORITY, new Position(new UUID(9, 9), 2)));
        PendingCommit barrier = call(Durability.ORDERED);
        publish(writeSet(3, barrier));
        await().until(barrier::isDone);
        assertThat(own).as("the history is another one").isNotDone();

        publish(new DeliveryItem.Synced(Durability.MAJORITY, new Position(HISTORY, 2)));
        await().until(own::isDone);
        assertThat(own.join().seqno()).isEqualTo(2);
    }

    @Test
    void aMajorityCommitFailsWithTheComponentAndALocalOneDoesNot() {
        PendingCommit majority = call(Durability.MAJORITY);
        PendingCommit local = call(Durability.LOCAL);
        publish(writeSet(2, majority), writeSet(3, local), view(false, 3));

        NodeException why = failureOf(majority);
        assertThat(why.reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        assertThat(why).hasMessageContaining("has number 2 of " + HISTORY).hasMessageContaining("applied here");
        syncs.release(10);
        await().until(local::isDone);
        assertThat(local).isCompleted();
    }

    @Test
    void aMajorityCommitFailsWhereTheMembersThatAreLeftCannot() {
        PendingCommit before = call(Durability.MAJORITY);
        PendingCommit after = call(Durability.MAJORITY);
        publish(writeSet(2, before), new DeliveryItem.MajorityPossible(false), writeSet(3, after));

        assertThat(failureOf(before)).hasMessageContaining("half of the weight");
        assertThat(failureOf(after).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
    }

    @Test
    void whatWaitsEndsWithTheNode() {
        PendingCommit local = call(Durability.LOCAL);
        PendingCommit majority = call(Durability.MAJORITY);
        publish(writeSet(2, local), writeSet(3, majority));
        await().until(() -> begun.get() == 1);
        publish(new DeliveryItem.End(new NodeException(NodeException.Reason.PROTOCOL, "a bug stopped the node")));
        syncs.release(10);

        assertThat(failureOf(local)).hasMessageContaining("a bug stopped the node");
        assertThat(failureOf(majority).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        await().until(() -> told.contains("stopped"));
    }

    /** A second sync that works would say nothing of what the first one has lost. */
    @Test
    void aSyncThatFailsIsTheLastOneAndEndsTheNode() {
        broken = new IOException("No space left on device");
        PendingCommit first = call(Durability.LOCAL);
        publish(writeSet(2, first));
        syncs.release(10);
        await().until(() -> !failures.isEmpty());
        broken = null;
        PendingCommit second = call(Durability.LOCAL);
        publish(writeSet(3, second), new DeliveryItem.End(failures.get(0)));

        assertThat(failureOf(first)).hasMessageContaining("No space left");
        assertThat(failureOf(second).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        assertThat(failures).singleElement().satisfies(why -> {
            assertThat(why.reason()).isEqualTo(NodeException.Reason.APPLICATION);
            assertThat(why).hasMessageContaining("No space left");
        });
        assertThat(begun).hasValue(1);
    }

    /** The last sync counts though the node is leaving, and though another run was to follow. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSyncThatFailsWhileTheNodeEndsIsWhyItHasEnded(boolean restarting) throws InterruptedException {
        restarts = restarting;
        broken = new IOException("No space left on device");
        PendingCommit own = call(Durability.LOCAL);
        publish(writeSet(2, own));
        await().until(() -> begun.get() == 1);
        publish(new DeliveryItem.End(null));
        assertThat(failureOf(own).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        syncs.release();
        thread.join();

        assertThat(deliverer.hasStopped()).isTrue();
        assertThat(why).isSameAs(failures.get(0)).hasMessageContaining("No space left");
        assertThat(deliverer.isSyncing()).isFalse();
    }

    /** What waits ends at once, the node after the limit, and what is to be done after the last sync when that returns. */
    @Test
    void aSyncThatHangsDoesNotHoldTheEndUp() throws InterruptedException {
        hangs = true;
        AtomicInteger after = new AtomicInteger();
        PendingCommit local = call(Durability.LOCAL);
        PendingCommit majority = call(Durability.MAJORITY);
        publish(writeSet(2, local), writeSet(3, majority));
        await().until(() -> begun.get() == 1);
        publish(new DeliveryItem.End(null));

        assertThat(failureOf(local).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        assertThat(failureOf(majority).reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        assertThat(told).as("the limit is not over").isEmpty();
        thread.join();
        assertThat(told).containsExactly("stopped while it is synced");
        assertThat(deliverer.isSyncing()).isTrue();
        deliverer.afterLastSync(after::incrementAndGet);
        assertThat(after).hasValue(0);

        syncs.release();
        await().until(() -> after.get() == 1);
        assertThat(begun).hasValue(1);
    }

    @Test
    void doesAtOnceWhatIsToBeDoneAfterTheLastSyncWhereNoneRuns() {
        AtomicInteger after = new AtomicInteger();
        deliverer.afterLastSync(after::incrementAndGet);
        assertThat(after).hasValue(1);
    }

    @Test
    void cannotWaitForACallWhileItSyncs() {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        PendingCommit other = call(Durability.ORDERED);
        onPersist = () -> {
            try {
                var unused = other.join();
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        };
        syncs.release(10);
        PendingCommit own = call(Durability.LOCAL);
        publish(writeSet(2, own));
        await().until(own::isDone);

        assertThat(own).isCompleted();
        assertThat(thrown.get()).isNotNull().hasMessageContaining("persist()");
    }

    @Test
    void syncsWhatOthersSendAsLongAsMembersAsk() {
        syncs.release(100);
        deliverer.askToSync(true);
        await().until(() -> told.contains("synced 1"));
        publish(new DeliveryItem.OrderedWriteSet(2, ORIGIN, "other", 1, DATA, null));
        await().until(() -> told.contains("synced 2"));

        deliverer.askToSync(false);
        publish(new DeliveryItem.OrderedWriteSet(3, ORIGIN, "other", 2, DATA, null));
        PendingCommit local = call(Durability.LOCAL);
        publish(writeSet(4, local));
        await().until(local::isDone);
        assertThat(told).containsExactly("synced 1", "synced 2", "synced 4");
    }
}
