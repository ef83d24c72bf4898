package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.ParallelApplication;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real delivery thread with four appliers. */
@Tag("unit")
@Timeout(60)
final class ParallelApplyingTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID ORIGIN = new UUID(1, 2);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final DeliveryQueue queue = new DeliveryQueue();
    private final List<String> told = new ArrayList<>();
    private final Set<Long> applying = ConcurrentHashMap.newKeySet();
    private final AtomicInteger mostAtATime = new AtomicInteger();
    private final AtomicInteger drained = new AtomicInteger();
    private volatile Consumer<Delivery> onApply = delivery -> {};
    private final Deliverer deliverer =
            new Deliverer("n", queue, new Recorder(), Position.NONE, Position.NONE, 16, new DeliveryListener() {
                @Override
                public void onDrained() {}

                @Override
                public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
                    return CompletableFuture.completedFuture(false);
                }

                @Override
                public boolean restarts() {
                    return false;
                }

                @Override
                public void onApplicationFailure(NodeException failure) {}
            });
    private final Thread thread = new Thread(deliverer);

    private final class Recorder implements ParallelApplication {
        @Override
        public int appliers() {
            return 4;
        }

        @Override
        public Commit apply(Delivery delivery) {
            applying.add(delivery.seqno());
            mostAtATime.accumulateAndGet(applying.size(), Math::max);
            onApply.accept(delivery);
            applying.remove(delivery.seqno());
            return () -> told.add("" + delivery.seqno());
        }

        @Override
        public void onView(ClusterView view) {
            assertThat(applying).as("a view has its place").isEmpty();
            told.add("view " + view.seqno());
        }

        @Override
        public void onDrained() {
            drained.incrementAndGet();
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            told.add("stopped");
        }
    }

    private void publish(DeliveryItem... items) {
        queue.publish(List.of(items));
    }

    private static DeliveryItem view(long seqno) {
        return new DeliveryItem.View(new ClusterView(HISTORY, 1, seqno, true, List.of(), 0), NodeState.SYNCED);
    }

    private static DeliveryItem writeSet(long seqno, long depends) {
        return writeSet(seqno, depends, null);
    }

    private static DeliveryItem writeSet(long seqno, long depends, @Nullable PendingCommit own) {
        return new DeliveryItem.OrderedWriteSet(seqno, ORIGIN, "other", depends, DATA, own);
    }

    private void end() throws InterruptedException {
        publish(new DeliveryItem.End(null));
        thread.join();
    }

    @AfterEach
    void stop() {
        thread.interrupt();
    }

    /** Each waits for all the others: one applier could not end this. */
    @Test
    void appliesAtTheSameTimeWhatDependsOnNothing() throws Exception {
        CyclicBarrier together = new CyclicBarrier(4);
        onApply = delivery -> {
            try {
                together.await(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        thread.start();

        publish(view(1), writeSet(2, 1), writeSet(3, 1), writeSet(4, 1), writeSet(5, 1));
        end();

        assertThat(told).containsExactly("view 1", "2", "3", "4", "5", "stopped");
        assertThat(deliverer.applied()).isEqualTo(5);
    }

    /** A hand-over for each would make it slower than one applier. */
    @Test
    void appliesWhatDependsOnTheOneBeforeOnTheDeliveryThread() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        onApply = delivery -> threads.add(Thread.currentThread());
        thread.start();

        publish(view(1));
        for (long seqno = 2; seqno < 200; seqno++) {
            publish(writeSet(seqno, seqno - 1));
        }
        end();

        assertThat(threads).containsExactly(thread);
        assertThat(deliverer.applied()).isEqualTo(199);
    }

    /** What waits for the end of a batch, a sync or a flush, does not wait for the end of the load. */
    @Test
    void tellsTheEndOfABatchAlsoUnderSteadyLoad() throws Exception {
        onApply = delivery -> {
            for (long endNs = System.nanoTime() + 100_000; System.nanoTime() < endNs; ) {
                Thread.onSpinWait();
            }
        };
        List<DeliveryItem> items = new ArrayList<>(List.of(view(1)));
        for (long seqno = 2; seqno < 400; seqno++) {
            items.add(writeSet(seqno, 1));
        }
        queue.publish(items);
        thread.start();
        end();

        assertThat(drained.get())
                .as("400 times 100 us, on four threads at most")
                .isGreaterThan(3);
    }

    @Test
    void commitsInOrderThoughALaterOneIsAppliedFirst() throws Exception {
        CountDownLatch laterIsApplied = new CountDownLatch(1);
        onApply = delivery -> {
            try {
                if (delivery.seqno() == 2) {
                    laterIsApplied.await();
                } else {
                    laterIsApplied.countDown();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        PendingCommit own =
                new PendingCommit(thread, new WriteSetBuilder().data(DATA).build(), -1);
        thread.start();

        publish(view(1), writeSet(2, 1), writeSet(3, 1, own));
        end();

        assertThat(told).containsExactly("view 1", "2", "3", "stopped");
        assertThat(own.join()).isEqualTo(new Committed(HISTORY, 3));
    }

    /** Random dependencies, views and failed ones in between: nothing is begun before what it depends on. */
    @Test
    void beginsNothingBeforeWhatItDependsOn() throws Exception {
        int count = 3000;
        SplittableRandom random = new SplittableRandom(1);
        long[] depends = new long[count + 2];
        List<DeliveryItem> items = new ArrayList<>();
        items.add(view(1));
        List<String> expected = new ArrayList<>(List.of("view 1"));
        for (long seqno = 2; seqno < count + 2; seqno++) {
            int kind = random.nextInt(40);
            if (kind == 0) {
                items.add(view(seqno));
                expected.add("view " + seqno);
            } else if (kind == 1) {
                items.add(new DeliveryItem.FailedWriteSet(seqno, null, () -> CallFailures.ended(null)));
            } else {
                depends[(int) seqno] = kind < 10 ? seqno - 1 : Math.max(0, seqno - 1 - random.nextInt(60));
                items.add(writeSet(seqno, depends[(int) seqno]));
                expected.add("" + seqno);
            }
        }
        List<String> early = new ArrayList<>();
        onApply = delivery -> {
            if (deliverer.applied() < depends[(int) delivery.seqno()]) {
                synchronized (early) {
                    early.add(delivery.seqno() + " at " + deliverer.applied());
                }
            }
        };
        thread.start();

        for (int from = 0; from < items.size(); ) {
            int to = Math.min(items.size(), from + 1 + random.nextInt(50));
            queue.publish(items.subList(from, to));
            from = to;
        }
        end();

        expected.add("stopped");
        assertThat(told).isEqualTo(expected);
        assertThat(early).isEmpty();
        assertThat(mostAtATime.get()).isLessThanOrEqualTo(4);
        assertThat(queue.length()).isZero();
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void commitsNothingBehindAWriteSetThatFailed() throws Exception {
        onApply = delivery -> {
            if (delivery.seqno() == 3) {
                throw new IllegalStateException("disk full");
            }
        };
        PendingCommit failed =
                new PendingCommit(thread, new WriteSetBuilder().data(DATA).build(), -1);
        PendingCommit later =
                new PendingCommit(thread, new WriteSetBuilder().data(DATA).build(), -1);
        thread.start();

        publish(view(1), writeSet(2, 1), writeSet(3, 1, failed), writeSet(4, 1, later));
        end();

        assertThat(told).containsExactly("view 1", "2", "stopped");
        assertThat(deliverer.applied()).isEqualTo(2);
        assertThatThrownBy(failed::join).hasRootCauseMessage("disk full");
        assertThatThrownBy(later::join).hasRootCauseMessage("disk full");
    }
}
