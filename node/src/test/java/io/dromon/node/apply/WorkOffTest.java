package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An application that does not block: all on the calling thread, which waits for nothing. */
@Tag("unit")
final class WorkOffTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final List<String> told = new ArrayList<>();
    private final List<NodeException> reported = new ArrayList<>();
    private final CompletableFuture<Boolean> vote = new CompletableFuture<>();
    private int compared;
    private long broken = -1;
    private long slow = -1;

    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer =
            new Deliverer("n", queue, new Recorder(), Position.NONE, Position.NONE, 1, new Listener());

    private final class Listener implements DeliveryListener {
        @Override
        public void onDrained() {
            told.add("worked off");
        }

        @Override
        public boolean restarts() {
            return false;
        }

        @Override
        public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
            return vote;
        }

        @Override
        public void onFailureCompared() {
            compared++;
        }

        @Override
        public void onApplicationFailure(NodeException failure) {
            reported.add(failure);
        }
    }

    private final class Recorder implements NonBlockingApplication {
        @Override
        public void deliver(Delivery delivery) {
            if (delivery.seqno() == broken) {
                throw new IllegalStateException("no such account");
            }
            for (long endNs = System.nanoTime() + 6_000_000; delivery.seqno() == slow && System.nanoTime() < endNs; ) {
                Thread.onSpinWait();
            }
            told.add("write-set " + delivery.seqno());
        }

        @Override
        public void onDrained() {
            told.add("drained");
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            told.add("stopped " + (failure == null ? "" : failure.reason()));
        }
    }

    @BeforeEach
    void enter() {
        queue.publish(
                List.of(new DeliveryItem.View(new ClusterView(HISTORY, 1, 0, true, List.of(), 0), NodeState.SYNCED)));
        workOff();
        told.clear();
    }

    /** However slow the machine is. */
    private void workOff() {
        boolean isLeft = true;
        while (isLeft) {
            isLeft = deliverer.workOff();
        }
    }

    private static PendingCommit call() {
        return new PendingCommit(
                Thread.currentThread(), new WriteSetBuilder().data(DATA).build(), -1);
    }

    private static DeliveryItem writeSet(long seqno, @Nullable PendingCommit own) {
        return new DeliveryItem.OrderedWriteSet(seqno, HISTORY, "n", seqno - 1, DATA, own);
    }

    @Test
    void givesABatchInOrderAndDrainsOnce() {
        PendingCommit own = call();
        queue.publish(List.of(writeSet(1, null), writeSet(2, own)));
        queue.publish(List.of(writeSet(3, null)));

        workOff();

        assertThat(told).containsExactly("write-set 1", "write-set 2", "write-set 3", "drained", "worked off");
        assertThat(own.join()).isEqualTo(new Committed(HISTORY, 2));
        assertThat(deliverer.applied()).isEqualTo(3);
        assertThat(queue.length()).isZero();
        assertThat(deliverer.workOff()).isFalse();
        assertThat(told).as("nothing came").hasSize(5);
    }

    /** The sockets have their turn, and flow control counts what is left. */
    @Test
    void leavesTheRestToTheNextTurnWhereTheApplicationTakesLong() {
        slow = 1;
        queue.publish(List.of(writeSet(1, null), writeSet(2, null), writeSet(3, null)));

        assertThat(deliverer.workOff()).isTrue();
        assertThat(told).containsExactly("write-set 1");
        assertThat(queue.length()).isEqualTo(2);
        assertThat(deliverer.call(System.nanoTime())).as("it has returned").isEmpty();

        workOff();
        assertThat(told).containsExactly("write-set 1", "write-set 2", "write-set 3", "drained", "worked off");
    }

    @Test
    void givesNothingMoreUntilTheMembersHaveComparedAFailure() {
        broken = 1;
        PendingCommit failed = call();
        PendingCommit next = call();
        queue.publish(List.of(writeSet(1, failed), writeSet(2, next)));

        workOff();
        assertThat(failed).isNotDone();
        assertThat(next).isNotDone();
        assertThat(deliverer.applied()).isZero();

        vote.complete(true);

        assertThat(compared).as("it is told that there is work").isEqualTo(1);
        workOff();
        assertThat(failed).isCompletedExceptionally();
        assertThatThrownBy(failed::join).hasMessageContaining("on all members alike");
        assertThat(next.join()).isEqualTo(new Committed(HISTORY, 2));
        assertThat(told).containsExactly("write-set 2", "drained", "worked off");
        assertThat(reported).isEmpty();
    }

    @Test
    void endsWithTheFailureOfAnApplicationThatIsAloneWithIt() {
        broken = 1;
        PendingCommit failed = call();
        PendingCommit next = call();
        queue.publish(List.of(writeSet(1, failed), writeSet(2, next)));
        workOff();

        vote.complete(false);
        queue.publish(List.of(new DeliveryItem.End(null)));

        workOff();
        assertThat(failed).isCompletedExceptionally();
        assertThat(next).isCompletedExceptionally();
        assertThat(reported)
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.APPLICATION));
        assertThat(told).containsExactly("drained", "worked off", "stopped APPLICATION");
        assertThat(deliverer.ended().getCount()).isZero();
    }
}
