package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Single rules of the group layer: reassembly, quorum, donors, commit cut, flow control, votes (chapter 04). */
@Tag("unit")
final class GroupRulesTest {
    private static final UUID OTHER = UUID.fromString("00000000-0000-1000-8000-000000000001");
    private static final long MS = 1_000_000;

    private final Reassembly.Budget budget = new Reassembly.Budget(1 << 20, 1 << 19);

    // ---- reassembly (section 4.4) -------------------------------------------------------------------------------

    private static FragmentHeader fragment(long id, int size, long number) {
        return new FragmentHeader(5, id, size, number, 0);
    }

    private static Bytes bytes(int length) {
        return new Bytes(new byte[length]);
    }

    @Test
    void collectsFragmentsAndSkipsRepeatedOnes() throws Exception {
        Reassembly channel = new Reassembly(budget);

        assertThat(channel.accept(fragment(1, 30, 0), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(1, 30, 1), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(1, 30, 0), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(1, 30, 2), bytes(10), true)).isEqualTo(bytes(30));
        assertThat(budget.used()).isZero();
    }

    @Test
    void ignoresTheTailOfAnActionThatAViewChangeCut() throws Exception {
        Reassembly channel = new Reassembly(budget);
        channel.accept(fragment(1, 30, 0), bytes(10), true);
        channel.reset();

        assertThat(channel.accept(fragment(1, 30, 1), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(1, 30, 2), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(2, 5, 0), bytes(5), true)).isEqualTo(bytes(5));
        assertThatThrownBy(() -> channel.accept(fragment(3, 30, 1), bytes(10), true))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void countsBothArraysWhileOneGrowsIntoTheOther() throws Exception {
        Reassembly.Budget small = new Reassembly.Budget(300_000, Integer.MAX_VALUE);
        Reassembly channel = new Reassembly(small);
        int number = 0;
        while (small.used() < 131_072) {
            channel.accept(fragment(1, Integer.MAX_VALUE, number++), bytes(32_000), true);
        }
        int next = number;

        // 131072 bytes are there and 262144 would be needed beside them.
        assertThatThrownBy(() -> {
                    for (int i = next; ; i++) {
                        channel.accept(fragment(1, Integer.MAX_VALUE, i), bytes(32_000), true);
                    }
                })
                .isInstanceOf(Reassembly.TooLargeException.class)
                .hasMessageContainingAll("131072 bytes of unfinished actions", "300000 may be", "-Xmx");
        assertThat(small.used()).isEqualTo(131_072);
    }

    @Test
    void dropsABrokenActionAndGoesOnWithTheNext() throws Exception {
        Reassembly channel = new Reassembly(budget);
        channel.accept(fragment(1, 30, 0), bytes(10), true);

        assertThatThrownBy(() -> channel.accept(fragment(1, 30, 2), bytes(10), true))
                .isInstanceOf(MalformedMessageException.class);
        assertThat(budget.used()).isZero();
        assertThat(channel.accept(fragment(1, 30, 3), bytes(10), true)).isNull();
        assertThat(channel.accept(fragment(2, 5, 0), bytes(5), true)).isEqualTo(bytes(5));
        assertThatThrownBy(() -> channel.accept(fragment(3, 0, 0), bytes(0), true))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> channel.accept(fragment(4, 5, 0), bytes(6), true))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void announcedSizeTakesNoMemoryAndTheBoundHolds() throws Exception {
        Reassembly channel = new Reassembly(budget);
        channel.accept(fragment(1, Integer.MAX_VALUE, 0), bytes(10), true);

        assertThat(budget.used()).isEqualTo(64 * 1024);
        assertThatThrownBy(() -> {
                    for (int i = 1; i < 100; i++) {
                        channel.accept(fragment(1, Integer.MAX_VALUE, i), bytes(30_000), true);
                    }
                })
                .isInstanceOf(Reassembly.TooLargeException.class);
        assertThat(budget.used()).isLessThanOrEqualTo(1 << 19);
    }

    // ---- quorum (section 5.6) -----------------------------------------------------------------------------------

    private static StateMessage state(
            MemberStatus prim, MemberStatus current, UUID group, long received, long primSeqno, int flags) {
        return state(11, prim, current, group, OTHER, received, primSeqno, flags);
    }

    private static StateMessage state(
            int repl,
            MemberStatus prim,
            MemberStatus current,
            UUID group,
            UUID primUuid,
            long received,
            long primSeqno,
            int flags) {
        return new StateMessage(
                6, flags, 5, repl, 4, prim, current, 1, OTHER, group, primUuid, received, primSeqno, "", "", -1, 0, 0,
                -1, 0, 0, 0, 0, 0);
    }

    /** Of a member that knows of others which had come further and are not here. */
    private static StateMessage waiting(int repl, int flags) {
        return state(repl, MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, Vectors.GROUP, Uuids.NIL, 20, -1, flags);
    }

    /** Of a joiner of the last configuration, the complete members of which are not all here. */
    private static StateMessage waitingJoiner(long received) {
        return state(127, MemberStatus.JOINER, MemberStatus.NON_PRIM, Vectors.GROUP, Uuids.NIL, received, 5, 0);
    }

    private static StateMessage opaque(MemberStatus current, int flags) {
        return state(127, MemberStatus.SYNCED, current, Vectors.GROUP, OTHER, 15, 4, flags);
    }

    @Test
    void dromonNodesWaitWhereOneOfThemKnowsThatNewerHistoryIsMissing() {
        StateMessage complete = opaque(MemberStatus.NON_PRIM, 0);
        StateMessage database = state(11, MemberStatus.SYNCED, MemberStatus.NON_PRIM, Vectors.GROUP, OTHER, 15, 4, 0);

        assertThat(Quorum.compute(List.of(complete, waiting(127, 0))).primary()).isFalse();
        assertThat(Quorum.compute(List.of(opaque(MemberStatus.SYNCED, 0), waiting(127, 0)))
                        .primary())
                .as("a primary configuration goes on")
                .isTrue();
        assertThat(Quorum.compute(List.of(complete, waiting(127, StateMessage.FLAG_BOOTSTRAP)))
                        .actId())
                .as("the operator has decided")
                .isEqualTo(20);
        assertThat(Quorum.compute(List.of(complete, waitingJoiner(16))).primary())
                .as("a joiner has received more")
                .isFalse();
        assertThat(Quorum.compute(List.of(complete, waitingJoiner(15))).primary())
                .as("a joiner has not received more")
                .isTrue();
        assertThat(Quorum.compute(List.of(database, waiting(127, 0))).primary())
                .as("a database does not wait")
                .isTrue();
        assertThat(Quorum.compute(List.of(complete, waiting(127, StateMessage.FLAG_ARBITRATOR)))
                        .primary())
                .as("an arbitrator may be garbd, which does not wait")
                .isTrue();
    }

    @Test
    void inheritsFromTheMostAdvancedJoinedMember() {
        Quorum quorum = Quorum.compute(List.of(
                state(MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, Uuids.NIL, -1, -1, 0),
                state(MemberStatus.SYNCED, MemberStatus.SYNCED, Vectors.GROUP, 10, 3, 0),
                state(MemberStatus.DONOR, MemberStatus.DONOR, Vectors.GROUP, 12, 3, 0),
                state(MemberStatus.PRIM, MemberStatus.PRIM, OTHER, 99, 9, 0)));

        assertThat(quorum.primary()).isTrue();
        assertThat(quorum.actId()).isEqualTo(12);
        assertThat(quorum.confId()).isEqualTo(3);
        assertThat(quorum.groupUuid()).isEqualTo(Vectors.GROUP);
    }

    @Test
    void joinedMembersOfTwoHistoriesHaveNoQuorum() {
        assertThat(Quorum.compute(List.of(
                                state(MemberStatus.SYNCED, MemberStatus.SYNCED, Vectors.GROUP, 10, 3, 0),
                                state(MemberStatus.SYNCED, MemberStatus.SYNCED, OTHER, 10, 3, 0)))
                        .primary())
                .isFalse();
    }

    @Test
    void mergesByTheLastPrimaryConfigurationWithoutJoiners() {
        Quorum quorum = Quorum.compute(List.of(
                state(MemberStatus.SYNCED, MemberStatus.NON_PRIM, Vectors.GROUP, 20, 3, 0),
                state(MemberStatus.JOINED, MemberStatus.NON_PRIM, Vectors.GROUP, 15, 4, 0),
                state(MemberStatus.SYNCED, MemberStatus.JOINER, Vectors.GROUP, 30, 5, 0)));

        assertThat(quorum.actId()).isEqualTo(15);
        assertThat(quorum.confId()).isEqualTo(4);
    }

    @Test
    void dataNodesGoOnFromWhatAMemberHasKeptFromAnEarlierLife() {
        StateMessage survivor = opaque(MemberStatus.NON_PRIM, 0);
        StateMessage restarted =
                state(127, MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, Vectors.GROUP, OTHER, 17, -1, 0);
        StateMessage stranger = state(127, MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, OTHER, OTHER, 99, -1, 0);

        Quorum quorum = Quorum.compute(List.of(survivor, restarted, stranger));
        assertThat(quorum.actId()).isEqualTo(17);
        assertThat(quorum.confId()).isEqualTo(4);
        assertThat(Quorum.compute(List.of(opaque(MemberStatus.SYNCED, 0), restarted))
                        .actId())
                .as("a primary configuration goes on where it is")
                .isEqualTo(15);
        StateMessage arbitrator = state(
                127,
                MemberStatus.SYNCED,
                MemberStatus.NON_PRIM,
                Vectors.GROUP,
                OTHER,
                15,
                4,
                StateMessage.FLAG_ARBITRATOR);
        assertThat(Quorum.compute(List.of(survivor, restarted, arbitrator)).actId())
                .as("an arbitrator may be garbd, which counts otherwise")
                .isEqualTo(15);
    }

    @Test
    void dataNodesThatHaveKeptNothingBeginAHistoryWithAName() {
        StateMessage nothing = state(
                127,
                MemberStatus.NON_PRIM,
                MemberStatus.NON_PRIM,
                Uuids.NIL,
                OTHER,
                -1,
                -1,
                StateMessage.FLAG_BOOTSTRAP);
        Quorum unnamed = Quorum.compute(List.of(nothing, nothing));
        Quorum named = unnamed.named(OTHER, List.of(nothing, nothing));

        assertThat(unnamed.groupUuid()).isEqualTo(Uuids.NIL);
        assertThat(named.groupUuid()).isEqualTo(OTHER);
        assertThat(named.actId()).isZero();
        assertThat(named.named(Vectors.GROUP, List.of(nothing)).groupUuid())
                .as("that of a history stays")
                .isEqualTo(OTHER);
    }

    @Test
    void newcomersAloneNeedABootstrap() {
        StateMessage newcomer = state(MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, Vectors.GROUP, 7, -1, 0);
        StateMessage bootstrapping =
                state(MemberStatus.NON_PRIM, MemberStatus.NON_PRIM, Vectors.GROUP, 7, -1, StateMessage.FLAG_BOOTSTRAP);

        assertThat(Quorum.compute(List.of(newcomer)).primary()).isFalse();
        assertThat(Quorum.compute(List.of(newcomer, bootstrapping)).actId()).isEqualTo(7);
    }

    // ---- donors (section 7.4) -----------------------------------------------------------------------------------

    private Member member(String name, MemberStatus status, int segment, long cached) {
        Member member = new Member(new UUID(0, name.hashCode()), budget);
        member.name = name;
        member.status = status;
        member.segment = segment;
        member.cached = cached;
        return member;
    }

    private static Member[] table(Member... members) {
        for (int i = 0; i < members.length; i++) {
            members[i].index = i;
        }
        return members;
    }

    private static int donor(Member[] members, String donors, int version, long wanted) {
        StateRequestPayload request =
                new StateRequestPayload(donors, version, wanted < 0 ? Uuids.NIL : Vectors.GROUP, wanted, Bytes.EMPTY);
        return DonorSelection.choose(members, members[0], request, Vectors.GROUP, 1000);
    }

    @Test
    void choosesASnapshotDonorByNamePrefixAndByState() {
        Member[] all = table(
                member("j", MemberStatus.PRIM, 0, -1),
                member("node10", MemberStatus.SYNCED, 0, -1),
                member("node1", MemberStatus.SYNCED, 0, -1),
                member("busy", MemberStatus.DONOR, 0, -1));

        assertThat(donor(all, "node1", 1, -1)).isEqualTo(1);
        assertThat(donor(all, "", 1, -1)).isEqualTo(1);
        assertThat(donor(all, "busy", 1, -1)).isEqualTo(-Errno.EAGAIN);
        assertThat(donor(all, "busy,nobody", 1, -1)).isEqualTo(-Errno.EAGAIN);
        assertThat(donor(all, "busy,", 2, -1)).isEqualTo(1);
        assertThat(donor(all, "busy,", 1, -1)).isEqualTo(-Errno.EAGAIN);
        assertThat(donor(all, "nobody", 1, -1)).isEqualTo(-Errno.EHOSTUNREACH);
        assertThat(donor(all, "j", 1, -1)).isEqualTo(-Errno.EHOSTDOWN);
    }

    @Test
    void neverChoosesAnArbitratorAndPrefersTheOwnSegment() {
        Member arbitrator = member("garb", MemberStatus.SYNCED, 0, -1);
        arbitrator.arbitrator = true;
        Member[] far = table(
                member("j", MemberStatus.PRIM, 0, -1),
                member("far", MemberStatus.SYNCED, 1, -1),
                member("far2", MemberStatus.SYNCED, 1, -1));
        Member[] near = table(far[0], far[1], far[2], member("near", MemberStatus.SYNCED, 0, -1));
        Member[] nearBusy = table(far[0], far[1], member("busy", MemberStatus.JOINED, 0, -1));

        assertThat(donor(table(far[0], arbitrator), "garb", 1, -1)).isEqualTo(-Errno.EHOSTUNREACH);
        assertThat(donor(table(far[0], arbitrator), "", 1, -1)).isEqualTo(-Errno.EAGAIN);
        assertThat(donor(table(far), "", 1, -1)).isEqualTo(2);
        assertThat(donor(table(near), "", 1, -1)).isEqualTo(3);
        assertThat(donor(table(nearBusy), "", 1, -1)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void choosesAnIncrementalDonorByItsCache() {
        Member[] all = table(
                member("j", MemberStatus.PRIM, 0, -1),
                member("deep", MemberStatus.SYNCED, 1, 100),
                member("high", MemberStatus.SYNCED, 0, 950),
                member("mid", MemberStatus.SYNCED, 0, 500));

        assertThat(donor(all, "", 3, 960)).isEqualTo(2);
        assertThat(donor(all, "", 3, 600)).isEqualTo(3);
        assertThat(donor(all, "", 3, 200)).isEqualTo(1);
        assertThat(donor(all, "deep", 3, 960)).isEqualTo(1);
        // Below the lowest cached seqno and the safety gap of (1000 - 100) / 128: a snapshot.
        assertThat(donor(all, "", 3, 106)).isEqualTo(2);
    }

    // ---- commit cut (section 9) ---------------------------------------------------------------------------------

    private Member counted(long applied) {
        Member member = member("c" + applied, MemberStatus.SYNCED, 0, -1);
        member.countsLastApplied = true;
        member.lastApplied = applied;
        return member;
    }

    @Test
    void aSilentMemberHoldsTheCutFromVersion5On() {
        Member[] all = {counted(0), counted(300), counted(200)};

        CommitCut old = new CommitCut(100);
        assertThat(old.recompute(all, 4)).isTrue();
        assertThat(old.seqno()).isEqualTo(200);
        CommitCut current = new CommitCut(100);
        assertThat(current.recompute(all, 5)).isFalse();
        assertThat(current.seqno()).isEqualTo(100);
    }

    @Test
    void onlyTheLastMemberMovesTheCut() {
        Member slow = counted(10);
        Member fast = counted(20);
        Member[] all = {slow, fast};
        CommitCut cut = new CommitCut(0);
        cut.recompute(all, 5);

        assertThat(cut.onLast(fast, 50, all, 5)).isFalse();
        assertThat(cut.seqno()).isEqualTo(10);
        assertThat(cut.onLast(slow, 40, all, 5)).isTrue();
        assertThat(cut.seqno()).isEqualTo(40);
        assertThat(cut.onLast(slow, 40, all, 5)).isFalse();
    }

    // ---- flow control (section 10) ------------------------------------------------------------------------------

    @Test
    void limitsGrowWithTheRootOfTheMembers() {
        FlowControl flow = new FlowControl(FlowSettings.DEFAULTS);
        int[] upper = {16, 23, 28, 32};
        for (int members = 1; members <= 4; members++) {
            flow.onConfiguration(members, MemberStatus.SYNCED, 0);
            assertThat(flow.status(List.of(), 0).upper()).isEqualTo(upper[members - 1]);
        }
    }

    @Test
    void stopsAtALongQueueThatLastsAndContinuesAtAShortOne() {
        FlowControl flow = new FlowControl(FlowSettings.DEFAULTS);
        flow.onQueue(17, 0, 0);
        assertThat(flow.isStopDue(MemberStatus.SYNCED)).isFalse();
        assertThat(flow.nextDeadlineNs()).isEqualTo(MS);
        flow.onQueue(16, 0, MS / 2);
        flow.onQueue(17, 0, MS);
        assertThat(flow.isStopDue(MemberStatus.SYNCED)).isFalse();
        flow.onQueue(17, 0, 2 * MS);
        assertThat(flow.isStopDue(MemberStatus.SYNCED)).isTrue();
        assertThat(flow.isStopDue(MemberStatus.DONOR)).isFalse();

        flow.sent(true);
        assertThat(flow.isStopDue(MemberStatus.SYNCED)).isFalse();
        assertThat(flow.isContDue(MemberStatus.SYNCED)).isFalse();
        assertThat(flow.isContDue(MemberStatus.DONOR)).isTrue();
        flow.onQueue(16, 0, 3 * MS);
        assertThat(flow.isContDue(MemberStatus.SYNCED)).isTrue();
    }

    @Test
    void stopsAtOnceAboveEightTimesTheLimit() {
        FlowControl flow = new FlowControl(FlowSettings.DEFAULTS);
        flow.onQueue(8 * 16 + 1, 0, 0);

        assertThat(flow.isStopDue(MemberStatus.SYNCED)).isTrue();
    }

    @Test
    void isPausedBetweenTheFirstStopAndTheLastContinue() {
        FlowControl flow = new FlowControl(FlowSettings.DEFAULTS);
        flow.onFlow(true, 0);
        flow.onFlow(true, MS);
        flow.onFlow(false, 2 * MS);
        assertThat(flow.isPaused()).isTrue();
        flow.onFlow(false, 3 * MS);
        assertThat(flow.isPaused()).isFalse();
        assertThat(flow.status(List.of(), 9 * MS).pausedNs()).isEqualTo(3 * MS);

        flow.onFlow(true, 4 * MS);
        flow.onConfiguration(2, MemberStatus.SYNCED, 5 * MS);
        assertThat(flow.isPaused()).isFalse();
    }

    // ---- votes (section 11) -------------------------------------------------------------------------------------

    private Member voter(long seqno, long value) {
        Member member = counted(0);
        member.voteSeqno = seqno;
        member.voteValue = value;
        return member;
    }

    @Test
    void oneAgainstOneIsDecidedForSuccess() {
        Votes votes = new Votes();
        Member failed = voter(7, -5);
        Member other = voter(-1, 0);
        Member[] all = {failed, other};

        assertThat(votes.recount(all, failed, 0, 10)).isFalse();
        other.voteSeqno = 7;
        assertThat(votes.recount(all, failed, 0, 10)).isTrue();
        assertThat(votes.resultSeqno()).isEqualTo(7);
        assertThat(votes.resultValue()).isZero();
        assertThat(votes.recount(all, failed, 0, 10)).isFalse();
    }

    @Test
    void theMajoritysErrorWinsAndProgressCountsAsSuccess() {
        Votes votes = new Votes();
        Member progressed = voter(-1, 0);
        progressed.lastApplied = 9;
        Member[] all = {voter(7, -5), voter(7, -5), progressed};

        assertThat(votes.recount(all, progressed, 0, 10)).isTrue();
        assertThat(votes.resultValue()).isEqualTo(-5);
        assertThat(votes.decided(7)).isEqualTo(-5);
        assertThat(votes.decided(6)).isZero();
    }

    @Test
    void byPolicyOneSuccessSuffices() {
        Votes votes = new Votes();
        Member[] all = {voter(7, -5), voter(7, -5), voter(7, 0)};

        assertThat(votes.recount(all, all[0], 1, 10)).isTrue();
        assertThat(votes.resultValue()).isZero();
    }

    @Test
    void arbitratorsDoNotVote() {
        Votes votes = new Votes();
        Member arbitrator = voter(-1, 0);
        arbitrator.arbitrator = true;
        Member[] all = {voter(7, -5), arbitrator};

        assertThat(votes.recount(all, all[0], 0, 10)).isTrue();
        assertThat(votes.resultValue()).isEqualTo(-5);
    }
}
