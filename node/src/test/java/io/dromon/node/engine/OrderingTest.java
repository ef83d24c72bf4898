package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.apply.PendingRead;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of each event of the group. */
@Tag("unit")
final class OrderingTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID SELF = new UUID(1, 2);
    private static final UUID OTHER = new UUID(1, 3);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final List<DeliveryItem> items = new ArrayList<>();
    private final Ordering ordering = new Ordering(SELF, new CertificationFailures(1 << 20), Map.of(), items::add);

    private void order(GroupEvent... events) {
        for (GroupEvent event : events) {
            event.accept(ordering);
        }
    }

    private static GroupMember member(UUID uuid, String name, MemberStatus status) {
        return new GroupMember(uuid, name, "", 0, status, false, -1);
    }

    private static GroupEvent view(MemberStatus own) {
        return new GroupEvent.ConfigurationChange(
                5,
                1,
                HISTORY,
                true,
                List.of(member(SELF, "me", own), member(OTHER, "other", MemberStatus.SYNCED)),
                0,
                new GroupVersions(5, 127, 127),
                -1,
                0);
    }

    @Test
    void joinsAnOwnWriteSetWithWhatItsWriterWaitsFor() {
        PendingCommit own = new PendingCommit(
                Thread.currentThread(), new WriteSetBuilder().data(DATA).build(), -1);

        order(
                view(MemberStatus.SYNCED),
                new GroupEvent.WriteSet(6, SELF, 0, DATA, own),
                new GroupEvent.WriteSet(7, OTHER, 1, DATA, null));

        assertThat(items.subList(1, 3))
                .containsExactly(
                        new DeliveryItem.OrderedWriteSet(6, SELF, "me", 5, DATA, own),
                        new DeliveryItem.OrderedWriteSet(7, OTHER, "other", 6, DATA, null));
    }

    @Test
    void tellsAViewAndTheOwnStateInIt() {
        order(
                view(MemberStatus.JOINED),
                new GroupEvent.ConfigurationChange(5, -1, HISTORY, false, List.of(), -1, GroupVersions.NONE, -1, 0));

        assertThat(items)
                .extracting(DeliveryItem.View.class::cast)
                .satisfiesExactly(
                        joined -> {
                            assertThat(joined.state()).isEqualTo(NodeState.JOINED);
                            assertThat(joined.view().primary()).isTrue();
                            assertThat(joined.view().members())
                                    .extracting("name")
                                    .containsExactly("me", "other");
                        },
                        left -> {
                            assertThat(left.state()).isEqualTo(NodeState.CLOSED);
                            assertThat(left.view().members()).isEmpty();
                        });
    }

    @Test
    void tellsEachChangeOfTheOwnState() {
        order(
                view(MemberStatus.PRIM),
                new GroupEvent.StateRequestResult(1, OTHER),
                new GroupEvent.Joined(MemberStatus.JOINED),
                new GroupEvent.Synced(),
                new GroupEvent.StateRequestResult(0, SELF),
                new GroupEvent.StateRequestResult(-11, Uuids.NIL),
                new GroupEvent.Joined(MemberStatus.JOINED),
                new GroupEvent.StateRequest(new Position(HISTORY, 9), OTHER, 1, Position.NONE, Bytes.EMPTY));

        assertThat(items.subList(1, items.size()))
                .containsExactly(
                        new DeliveryItem.State(NodeState.JOINER),
                        new DeliveryItem.State(NodeState.JOINED),
                        new DeliveryItem.State(NodeState.SYNCED),
                        new DeliveryItem.State(NodeState.DONOR),
                        new DeliveryItem.State(NodeState.JOINED),
                        new DeliveryItem.State(NodeState.DONOR));
    }

    /** The configuration with the donor is held back until the transfer is over. */
    @Test
    void isJoinerOfADonorThatHasTheOwnIndexOfTheViewBefore() {
        order(view(MemberStatus.PRIM), new GroupEvent.StateRequestResult(0, OTHER));

        assertThat(items).last().isEqualTo(new DeliveryItem.State(NodeState.JOINER));
    }

    @Test
    void answersAReadInItsPlaceOfTheOrder() {
        PendingRead read = new PendingRead(Thread.currentThread());

        order(new GroupEvent.CausalPoint(9, read));

        assertThat(items).containsExactly(new DeliveryItem.ReadPoint(read, 9));
    }

    @Test
    void keepsFromTheApplicationWhatDoesNotConcernIt() {
        order(
                new GroupEvent.CommitCut(5),
                new GroupEvent.VoteRequest(6),
                new GroupEvent.VoteResult(6, 0),
                new GroupEvent.SnapshotEnded(OTHER, 0),
                new GroupEvent.StateTransferLost("gone", 0),
                new GroupEvent.Left("left"));

        assertThat(items).isEmpty();
    }

    @Test
    void saysOfAFailedCallWhetherTheNodeGoesOn() {
        PendingCommit own = new PendingCommit(
                Thread.currentThread(), new WriteSetBuilder().data(DATA).build(), -1);
        PendingRead read = new PendingRead(Thread.currentThread());

        ordering.onWriteSetFailed(own, ReplicationFailure.OUTCOME_UNKNOWN);
        ordering.onReadFailed(read, ReplicationFailure.PRIMARY_LOST);
        ordering.onWriteSetFailed(own, ReplicationFailure.CLOSED);
        ordering.onReadFailed(read, ReplicationFailure.CLOSED);

        assertThat(items.subList(0, 2))
                .extracting(item -> ((DeliveryItem.CallFailed) item).why().get().reason())
                .containsExactly(NodeException.Reason.OUTCOME_UNKNOWN, NodeException.Reason.PRIMARY_COMPONENT_LOST);
        assertThat(items.subList(2, 4))
                .containsExactly(new DeliveryItem.CallEnded(own), new DeliveryItem.CallEnded(read));
    }
}
