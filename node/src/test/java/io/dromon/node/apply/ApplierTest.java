package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
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
    private boolean alike;
    private boolean restarts;
    private final Applier applier = applier(Position.NONE);

    private Applier applier(Position given) {
        return new Applier("n", new Recorder(), new Listener(), Position.NONE, given);
    }

    private final class Listener implements DeliveryListener {
        @Override
        public void onDrained() {}

        @Override
        public boolean restarts() {
            return restarts;
        }

        @Override
        public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
            return CompletableFuture.completedFuture(alike);
        }

        @Override
        public void onApplicationFailure(NodeException failure) {
            reported.add(failure);
        }
    }

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
        public void onMissed(long from, long to) {
            told.add("missed " + from + " to " + to);
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
        return new PendingCommit(
                new Thread(() -> {}), new WriteSetBuilder().data(DATA).build(), -1);
    }

    private static DeliveryItem writeSet(long seqno, @Nullable PendingCommit own) {
        return new DeliveryItem.OrderedWriteSet(seqno, ORIGIN, "other", seqno - 1, DATA, own);
    }

    private static DeliveryItem view(NodeState own) {
        return view(HISTORY, 5, own);
    }

    private static DeliveryItem view(UUID history, long seqno, NodeState own) {
        return new DeliveryItem.View(new ClusterView(history, 1, seqno, true, List.of(), 0), own);
    }

    @Test
    void appliesInOrderAndThenTellsTheWriter() {
        PendingCommit own = call();

        apply(view(NodeState.SYNCED), writeSet(6, null), writeSet(7, own));

        assertThat(told).containsExactly("missed 1 to 4", "view 1", "SYNCED", "6 of other", "7 own");
        assertThat(own.join()).isEqualTo(new Committed(HISTORY, 7));
        assertThat(applier.applied()).isEqualTo(7);
        assertThat(applier.synced()).isCompleted();
    }

    /** A node that was away comes back with a gap, and its application must know. */
    @Test
    void tellsTheNumbersThatWereOrderedWithoutTheNode() {
        apply(view(HISTORY, 1, NodeState.SYNCED), writeSet(2, null));
        apply(new DeliveryItem.View(new ClusterView(HISTORY, -1, 2, false, List.of(), 0), NodeState.OPEN));
        apply(view(HISTORY, 3, NodeState.SYNCED));
        assertThat(told).noneMatch(line -> line.startsWith("missed"));

        apply(new DeliveryItem.View(new ClusterView(HISTORY, -1, 3, false, List.of(), 0), NodeState.OPEN));
        apply(view(HISTORY, 40, NodeState.SYNCED));
        assertThat(told).contains("missed 4 to 39");

        apply(view(new UUID(7, 7), 3, NodeState.SYNCED));
        assertThat(told).contains("missed 1 to 2");
        assertThat(applier.applied()).isEqualTo(3);
    }

    @Test
    void tellsAnApplicationThatGoesOnOnlyWhatItMissedSinceItsLastRun() {
        Applier next = applier(new Position(HISTORY, 30));
        view(HISTORY, 41, NodeState.SYNCED).accept(next);
        assertThat(told).contains("missed 31 to 40").doesNotContain("missed 1 to 40");
        assertThat(next.given()).isEqualTo(new Position(HISTORY, 41));

        told.clear();
        view(new UUID(7, 7), 3, NodeState.SYNCED).accept(applier(new Position(HISTORY, 30)));
        assertThat(told).contains("missed 1 to 2");
    }

    /** It goes on with the next run, unless this one has failed. */
    @Test
    void tellsTheEndOfARunThatRestartsOnlyWhereItFailed() {
        restarts = true;
        apply(view(NodeState.SYNCED), new DeliveryItem.End(null));
        assertThat(told).endsWith("CLOSED");
        assertThat(applier.hasStopped()).isFalse();

        Applier failing = applier(Position.NONE);
        new DeliveryItem.End(new NodeException(NodeException.Reason.PROTOCOL, "a bug")).accept(failing);
        assertThat(told).endsWith("stopped PROTOCOL");
        assertThat(failing.hasStopped()).isTrue();
    }

    /** Its number is taken: what comes behind it must not wait for it, and its writer must be told. */
    @Test
    void countsAWriteSetThatFailedAsApplied() {
        PendingCommit own = call();
        NodeException failure = new NodeException(NodeException.Reason.CERTIFICATION_FAILED, "read again");
        apply(view(NodeState.SYNCED), new DeliveryItem.FailedWriteSet(6, own, () -> failure));

        assertThat(applier.applied()).isEqualTo(6);
        assertThat(told).noneMatch(line -> line.startsWith("6"));
        assertThatThrownBy(own::join).hasCause(failure);
    }

    @Test
    void tellsAStateOnce() {
        apply(
                view(NodeState.JOINED),
                new DeliveryItem.State(NodeState.JOINED),
                new DeliveryItem.State(NodeState.SYNCED));

        assertThat(told).containsExactly("missed 1 to 4", "view 1", "JOINED", "SYNCED");
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

        assertThat(told).containsExactly("missed 1 to 4", "view 1", "SYNCED");
        assertThat(reported)
                .singleElement()
                .extracting(NodeException::reason)
                .isEqualTo(NodeException.Reason.APPLICATION);
        for (CompletableFuture<?> call : List.of(own, later, read)) {
            assertThatThrownBy(call::join).hasRootCauseMessage("disk full");
        }
        assertThat(applier.applied()).isEqualTo(5);
    }

    /** A write-set that no member can apply must not stop all of them. */
    @Test
    void goesOnBehindAWriteSetThatFailedOnAllMembersAlike() {
        PendingCommit own = call();
        alike = true;
        apply(view(NodeState.SYNCED));

        broken = true;
        apply(writeSet(6, own));
        broken = false;
        apply(writeSet(7, null));

        assertThat(told).containsExactly("missed 1 to 4", "view 1", "SYNCED", "7 of other");
        assertThat(reported).isEmpty();
        assertThat(applier.applied()).isEqualTo(7);
        assertThatThrownBy(own::join).hasRootCauseMessage("disk full").hasMessageContaining("on all members alike");
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
