package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the application and the callers get of each item. */
@Tag("unit")
final class ApplierTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID ORIGIN = new UUID(1, 2);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final List<String> told = new ArrayList<>();
    private final List<NodeException> reported = new ArrayList<>();
    private boolean broken;
    private final Applier applier = new Applier("n", new Recorder(), new DeliveryListener() {
        @Override
        public void onDrained() {}

        @Override
        public void onApplicationFailure(NodeException failure) {
            reported.add(failure);
        }
    });

    private final class Recorder implements Application {
        @Override
        public void deliver(Delivery delivery) {
            if (broken) {
                throw new IllegalStateException("disk full");
            }
            told.add(delivery.seqno() + (delivery.own() ? " own" : " of " + delivery.originName()));
        }

        @Override
        public void onView(ClusterView view) {
            told.add("view " + view.configuration());
        }

        @Override
        public void onState(NodeState state) {
            told.add(state.toString());
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            told.add("stopped " + (failure == null ? "" : failure.reason()));
        }
    }

    private void apply(DeliveryItem... items) {
        for (DeliveryItem item : items) {
            item.accept(applier);
        }
    }

    private static PendingCommit call() {
        return new PendingCommit(new Thread(() -> {}), DATA);
    }

    private static DeliveryItem writeSet(long seqno, @Nullable PendingCommit own) {
        return new DeliveryItem.OrderedWriteSet(seqno, ORIGIN, "other", DATA, own);
    }

    private static DeliveryItem view(NodeState own) {
        return new DeliveryItem.View(new ClusterView(HISTORY, 1, 5, true, List.of(), 0), own);
    }

    @Test
    void appliesInOrderAndThenTellsTheWriter() {
        PendingCommit own = call();

        apply(view(NodeState.SYNCED), writeSet(6, null), writeSet(7, own));

        assertThat(told).containsExactly("view 1", "SYNCED", "6 of other", "7 own");
        assertThat(own.join()).isEqualTo(new Committed(HISTORY, 7));
        assertThat(applier.applied()).isEqualTo(7);
        assertThat(applier.synced()).isCompleted();
    }

    @Test
    void tellsAStateOnce() {
        apply(
                view(NodeState.JOINED),
                new DeliveryItem.State(NodeState.JOINED),
                new DeliveryItem.State(NodeState.SYNCED));

        assertThat(told).containsExactly("view 1", "JOINED", "SYNCED");
    }

    @Test
    void givesNoWriteSetToAnApplicationThatHasFailed() {
        PendingCommit own = call();
        PendingCommit later = call();
        PendingRead read = new PendingRead(new Thread(() -> {}));
        apply(view(NodeState.SYNCED));

        broken = true;
        apply(writeSet(6, own));
        broken = false;
        apply(writeSet(7, later), new DeliveryItem.ReadPoint(read, 7));

        assertThat(told).containsExactly("view 1", "SYNCED");
        assertThat(reported)
                .singleElement()
                .extracting(NodeException::reason)
                .isEqualTo(NodeException.Reason.APPLICATION);
        for (CompletableFuture<?> call : List.of(own, later, read)) {
            assertThatThrownBy(call::join).hasRootCauseMessage("disk full");
        }
        assertThat(applier.applied()).isEqualTo(5);
    }

    @Test
    void saysToACallThatEndsWithTheNodeWhatTheApplicationFailedOf() {
        PendingCommit own = call();
        broken = true;

        apply(writeSet(6, null), new DeliveryItem.CallEnded(own), new DeliveryItem.End(null));

        assertThatThrownBy(own::join).hasRootCauseMessage("disk full");
        assertThat(told).containsExactly("CLOSED", "stopped APPLICATION");
        assertThat(applier.isOver()).isTrue();
        assertThat(applier.synced()).isCompletedExceptionally();
    }

    @Test
    void failsACallOfANodeThatGoesOn() {
        PendingCommit own = call();

        apply(new DeliveryItem.CallFailed(own, () -> CallFailures.busy(10)));

        assertThatThrownBy(own::join).hasMessageContaining("write-sets of 10 bytes wait to be sent");
        assertThat(applier.isOver()).isFalse();
    }
}
