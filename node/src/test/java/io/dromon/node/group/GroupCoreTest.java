package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Group layers on a perfect transport (chapter 04 sections 4 to 12). */
@Tag("unit")
final class GroupCoreTest {
    private final TestGroup group = new TestGroup(1);

    @Test
    void bootstrapsAndReachesSynced() {
        Peer a = group.member("a");
        group.primary(a);
        group.settle(a);

        assertThat(a.status()).isEqualTo(MemberStatus.SYNCED);
        assertThat(a.core.status().confId()).isEqualTo(1);
        assertThat(a.seqno()).isEqualTo(1);
        assertThat(a.anomalies).isEmpty();
    }

    @Test
    void threeNodesAndAnArbitratorReachSynced() {
        Peer a = group.member("a");
        Peer b = group.member("b");
        Peer c = group.arbitrator("c");
        group.primary(a);
        group.settle(a);
        group.primary(a, b);
        group.settle(a, b);
        group.primary(a, b, c);
        group.settle(a, b, c);

        for (Peer peer : new Peer[] {a, b, c}) {
            assertThat(peer.anomalies).isEmpty();
            assertThat(peer.status()).isEqualTo(MemberStatus.SYNCED);
            assertThat(peer.seqno()).isEqualTo(3);
            assertThat(peer.core.status().members())
                    .extracting(GroupMember::status)
                    .containsOnly(MemberStatus.SYNCED);
        }
    }

    @Test
    void ordersWriteSets() {
        Peer a = group.member("a");
        Peer b = group.member("b");
        group.primary(a);
        group.settle(a);
        group.primary(a, b);
        group.settle(a, b);

        Bytes own = new Bytes(new byte[100]);
        assertThat(a.replicate(own)).isTrue();
        assertThat(b.replicate(new Bytes(new byte[100_000]))).isTrue();
        group.settle(a, b);

        assertThat(a.events(GroupEvent.WriteSet.class)).hasSize(2);
        assertThat(b.events(GroupEvent.WriteSet.class)).hasSize(2);
        assertThat(a.ended).hasSize(1);
        assertThat(b.ended).hasSize(1);
        assertThat(a.events(GroupEvent.WriteSet.class))
                .anySatisfy(w -> assertThat(w.data()).isSameAs(own));
    }

    private Peer dataNode(String name) {
        return group.add(GroupSettings.member(name, "").withFormat(WriteSetFormat.OPAQUE), Position.NONE);
    }

    @Test
    void aDataNodeLeavesDatabasesBeforeItCanBeAskedForItsState() {
        Peer first = group.member("db1");
        Peer second = group.member("db2");
        Peer arbitrator = group.arbitrator("garb");
        group.primary(first);
        group.settle(first);
        group.primary(first, second, arbitrator);
        group.settle(first, second, arbitrator);
        Peer opaque = dataNode("dromon");

        group.primary(first, second, arbitrator, opaque);
        group.settle(first, second, arbitrator, opaque);

        assertThat(opaque.inconsistent).isTrue();
        assertThat(opaque.anomalies.get(0))
                .contains("2 databases are members", "db1", "db2", "'dromon arbitrator'")
                .doesNotContain("garb,");
        assertThat(opaque.events).as("it never was in a configuration").isEmpty();
        assertThat(first.core.status().members())
                .filteredOn(member -> member.name().equals("dromon"))
                .extracting(GroupMember::status)
                .as("nobody chooses it as donor")
                .containsExactly(MemberStatus.PRIM);
        assertThat(first.anomalies).isEmpty();
        assertThat(arbitrator.inconsistent).isFalse();
    }

    @Test
    void aDatabaseAmongDataNodesHasToLeaveAndTheyStay() {
        Peer a = dataNode("a");
        Peer b = dataNode("b");
        Peer arbitrator = group.arbitrator("c");
        group.primary(a);
        group.settle(a);
        group.primary(a, b, arbitrator);
        group.settle(a, b, arbitrator);
        Peer database = group.member("db");

        group.primary(a, b, arbitrator, database);
        group.settle(a, b, arbitrator, database);

        assertThat(database.inconsistent).as("versions only grow").isTrue();
        assertThat(a.inconsistent || b.inconsistent || arbitrator.inconsistent).isFalse();
        assertThat(a.notices).singleElement().asString().contains("a database is a member (db)", "ends by itself");
        assertThat(a.events(GroupEvent.StateRequest.class)).isEmpty();
        assertThat(a.status()).isEqualTo(MemberStatus.SYNCED);
    }

    @Test
    void aMemberLeavesWhenNoRoomIsLeftForWhatOthersSendDespiteFlowControl() {
        FlowSettings d = FlowSettings.DEFAULTS;
        Peer a = group.member("a");
        Peer slow = group.add(
                TestGroup.withFlow(
                        "slow",
                        new FlowSettings(
                                d.limit(),
                                d.factor(),
                                d.singlePrimary(),
                                d.syncDonor(),
                                1 << 20,
                                d.receiveSoftLimit(),
                                d.maxThrottle(),
                                d.debug())),
                Position.NONE);
        group.primary(a);
        group.settle(a);
        group.primary(a, slow);
        group.settle(a, slow);
        slow.holdsQueue = true;

        for (int i = 0; i < 30; i++) {
            a.replicate(new Bytes(new byte[100_000]));
        }
        a.turn();
        group.drain(List.of(a, slow));
        group.advance(TestGroup.MS, slow);
        slow.turn();

        assertThat(slow.inconsistent).isTrue();
        assertThat(slow.anomalies.get(0)).contains("wait for the application", "1048576 may", "gcs.recv_q_hard_limit");
        assertThat(a.inconsistent).isFalse();
    }

    private Peer[] three() {
        Peer[] all = {group.member("a"), group.member("b"), group.member("c")};
        group.primary(all[0]);
        group.settle(all[0]);
        group.primary(all);
        group.settle(all);
        group.advance(3_000 * TestGroup.MS, all);
        for (Peer peer : all) {
            assertThat(peer.status()).isEqualTo(MemberStatus.SYNCED);
        }
        return all;
    }

    @Test
    void aWriteSetThatAViewChangeCutGetsOneSeqno() {
        Peer[] all = three();
        long before = all[0].seqno();
        all[0].replicate(new Bytes(new byte[200_000]));
        all[0].limit = 3;
        all[0].turn();
        group.drain(List.of(all));

        all[0].limit = Integer.MAX_VALUE;
        group.primary(all);
        group.settle(all);

        for (Peer peer : all) {
            assertThat(peer.seqno()).isEqualTo(before + 2);
            assertThat(peer.events(GroupEvent.WriteSet.class)).hasSize(1);
            assertThat(peer.anomalies).isEmpty();
        }
        assertThat(all[0].ended).containsEntry("a#0", before + 2);
    }

    @Test
    void ticketsEndWhenThePrimaryComponentIsLost() {
        Peer[] all = three();
        all[0].replicate(new Bytes(new byte[10]));
        all[0].turn();
        all[0].limit = 0;
        all[0].replicate(new Bytes(new byte[10]));
        group.nonPrimary(all[0]);
        all[0].replicate(new Bytes(new byte[10]));

        assertThat(all[0].ended)
                .containsEntry("a#0", ReplicationFailure.OUTCOME_UNKNOWN)
                .containsEntry("a#1", ReplicationFailure.PRIMARY_LOST)
                .containsEntry("a#2", ReplicationFailure.PRIMARY_LOST);
        assertThat(all[0].status()).isEqualTo(MemberStatus.NON_PRIM);
    }

    @Test
    void boundsItsQueueByBytes() {
        Peer a = group.member("a");
        group.primary(a);
        group.settle(a);
        a.limit = 0;
        Bytes quarter = new Bytes(new byte[16 << 20]);

        for (int i = 0; i < 4; i++) {
            assertThat(a.replicate(quarter)).isTrue();
        }
        assertThat(a.replicate(new Bytes(new byte[1]))).isFalse();
    }

    @Test
    void aStopPausesWriteSetsUntilTheContinue() {
        Peer[] all = three();
        long before = all[0].seqno();
        all[1].call(core -> core.onQueue(1000, 0, group.now));
        all[1].call(core -> core.endTurn(group.now));
        group.drain(List.of(all));

        all[0].replicate(new Bytes(new byte[10]));
        all[0].call(core -> core.endTurn(group.now));
        group.drain(List.of(all));
        assertThat(all[0].core.status().flowControl().paused()).isTrue();
        assertThat(all[0].seqno()).isEqualTo(before);

        group.settle(all);
        assertThat(all[0].seqno()).isEqualTo(before + 1);
    }

    @Test
    void aNodeThatFailsAloneIsVotedOut() {
        Peer[] all = three();
        all[0].replicate(new Bytes(new byte[10]));
        group.settle(all);
        long seqno = all[0].seqno();
        all[1].core.reportApplied(seqno, seqno);
        all[2].call(core -> core.vote(seqno, new Bytes(new byte[] {'x', 0})));
        group.settle(all);
        assertThat(all[0].events(GroupEvent.VoteRequest.class)).hasSize(1);
        all[0].core.reportApplied(seqno, seqno);
        group.settle(all);

        assertThat(all[2].inconsistent).isTrue();
        assertThat(all[0].inconsistent).isFalse();
        assertThat(all[1].inconsistent).isFalse();
    }

    /** Two have failed alike, which decides before the third comes to the write-set. */
    @Test
    void aNodeThatSucceedsAloneIsVotedOutThoughItVotesLate() {
        Peer[] all = three();
        all[0].replicate(new Bytes(new byte[10]));
        group.settle(all);
        long seqno = all[0].seqno();
        all[0].call(core -> core.vote(seqno, new Bytes(new byte[] {'x', 0})));
        all[1].call(core -> core.vote(seqno, new Bytes(new byte[] {'x', 0})));
        group.settle(all);
        assertThat(all[0].events(GroupEvent.VoteResult.class))
                .singleElement()
                .satisfies(result -> assertThat(result.value()).isNegative());
        assertThat(all[2].inconsistent).isFalse();
        assertThat(all[2].events(GroupEvent.VoteRequest.class))
                .as("it may have applied the write-set, and is asked though the others have decided")
                .isNotEmpty();
        all[2].core.reportApplied(seqno, seqno);
        group.settle(all);

        assertThat(all[2].inconsistent).isTrue();
        assertThat(all[0].inconsistent).isFalse();
        assertThat(all[1].inconsistent).isFalse();
    }

    @Test
    void theCutFollowsTheSlowestMember() {
        Peer[] all = three();
        for (int i = 0; i < 300; i++) {
            all[0].replicate(new Bytes(new byte[10]));
        }
        group.settle(all);
        all[0].core.reportApplied(300, 300);
        all[1].core.reportApplied(280, 280);
        group.settle(all);
        assertThat(all[0].core.status().lastCommitted()).isLessThan(128);
        all[2].core.reportApplied(200, 200);
        group.settle(all);

        for (Peer peer : all) {
            assertThat(peer.core.status().lastCommitted()).isEqualTo(200);
        }
    }

    @Test
    void aCausalPointComesBehindAllThatWasOrdered() {
        Peer[] all = three();
        all[0].replicate(new Bytes(new byte[10]));
        all[0].turn(); // ordered, and delivered to nobody yet
        long known = all[1].seqno();

        all[1].call(core -> core.sync(new TestGroup.Named("read")));
        all[1].turn();
        all[1].turn();
        assertThat(all[1].events(GroupEvent.CausalPoint.class)).isEmpty();
        group.settle(all);

        assertThat(all[1].events(GroupEvent.CausalPoint.class))
                .containsExactly(new GroupEvent.CausalPoint(known + 1, new TestGroup.Named("read")));
        assertThat(all[0].events(GroupEvent.CausalPoint.class)).isEmpty();
    }

    /** Not at that of the last message: a process may have been stopped since. */
    @Test
    void aCausalPointIsAskedForAtTheTimeOfTheTurn() {
        Peer[] all = three();
        group.now += 12_000_000_000L;

        all[0].call(core -> core.sync(new TestGroup.Named("read")));
        all[0].turn();

        assertThat(all[0].askedAtNs).isEqualTo(group.now);
    }

    @Test
    void aCausalPointThatAViewChangeSwallowedIsAskedForAgain() {
        Peer[] all = three();
        all[0].call(core -> core.sync(new TestGroup.Named("read")));
        all[0].turn();

        group.primary(all);
        group.settle(all);

        assertThat(all[0].events(GroupEvent.CausalPoint.class))
                .containsExactly(new GroupEvent.CausalPoint(all[0].seqno(), new TestGroup.Named("read")));
    }

    @Test
    void thereIsNoCausalPointOutsideOfThePrimaryComponent() {
        Peer[] all = three();
        all[0].refuses = true;
        all[0].call(core -> core.sync(new TestGroup.Named("asked")));
        all[0].turn();
        all[0].call(core -> core.sync(new TestGroup.Named("waiting")));

        group.nonPrimary(all[0]);
        all[0].call(core -> core.sync(new TestGroup.Named("late")));

        assertThat(all[0].ended)
                .containsEntry("asked", ReplicationFailure.PRIMARY_LOST)
                .containsEntry("waiting", ReplicationFailure.PRIMARY_LOST)
                .containsEntry("late", ReplicationFailure.PRIMARY_LOST);
    }

    @Test
    void leavingEndsEverything() {
        Peer[] all = three();
        all[0].limit = 0;
        all[0].replicate(new Bytes(new byte[10]));
        group.leave(all[0]);
        all[0].replicate(new Bytes(new byte[10]));

        assertThat(all[0].ended)
                .containsEntry("a#0", ReplicationFailure.CLOSED)
                .containsEntry("a#1", ReplicationFailure.CLOSED);
        assertThat(all[0].events(GroupEvent.Left.class)).hasSize(1);
        assertThat(all[0].core.status().state()).isEqualTo(GroupState.CLOSED);
    }

    @Test
    void refusesStateItDoesNotServe() {
        Peer a = group.member("a");
        Peer b = group.add(TestGroup.withState("b", FlowSettings.DEFAULTS), Position.NONE);
        group.primary(a);
        group.settle(a);
        group.primary(a, b);
        group.settle(a, b);
        assertThat(b.status()).isEqualTo(MemberStatus.PRIM);
        b.call(core -> core.requestState(Position.NONE, new Bytes(new byte[] {1})));
        group.settle(a, b);

        assertThat(b.status()).isEqualTo(MemberStatus.JOINER);
        assertThat(b.events(GroupEvent.StateRequestResult.class))
                .extracting(GroupEvent.StateRequestResult::donor)
                .containsExactly(a.uuid);
        assertThat(b.events(GroupEvent.StateTransferLost.class)).hasSize(1);
        b.call(core -> core.join(0, -2));
        group.settle(a, b);
        assertThat(b.status()).isEqualTo(MemberStatus.PRIM);
    }

    @Test
    void anArbitratorThatAsksForASnapshotLearnsTheDonorsResult() {
        for (int code : new int[] {0, -2}) {
            TestGroup fresh = new TestGroup(7);
            Peer a = fresh.add(TestGroup.withState("a", FlowSettings.DEFAULTS), new Position(fresh.uuid(), 0));
            Peer c = fresh.arbitrator("c");
            c.call(core -> core.wantSnapshot("backup:x"));
            fresh.primary(a);
            fresh.settle(a);
            fresh.primary(a, c);
            fresh.settle(a, c);

            assertThat(a.events)
                    .filteredOn(GroupEvent.StateRequest.class::isInstance)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            GroupEvent.StateRequest.class,
                            request -> assertThat(request.request())
                                    .isEqualTo(new Bytes("backup\0x\0".getBytes(StandardCharsets.US_ASCII))));
            assertThat(c.status()).isEqualTo(MemberStatus.JOINER);

            a.call(core -> core.join(a.seqno(), code));
            fresh.settle(a, c);

            assertThat(c.events).contains(new GroupEvent.SnapshotEnded(a.uuid, code));
        }
    }

    @Test
    void anArbitratorThatAsksForASnapshotLearnsThatNobodyGivesOne() {
        Peer a = group.member("a");
        Peer c = group.arbitrator("c");
        c.call(core -> core.wantSnapshot("backup:x"));
        group.primary(a);
        group.settle(a);
        group.primary(a, c);
        group.settle(a, c);

        assertThat(c.events).contains(new GroupEvent.SnapshotEnded(a.uuid, -Errno.ENOSYS));
    }
}
