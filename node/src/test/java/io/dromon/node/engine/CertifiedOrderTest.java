package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.certification.Refusal.Reason;
import io.dromon.node.certification.Verdict.Outcome;
import io.dromon.node.engine.CertifiedOrder.NotSent;
import io.dromon.node.engine.CertifiedOrder.Sealed;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.Ticket;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.TransportNews;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two members that certify the same order. */
@Tag("unit")
final class CertifiedOrderTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID A = new UUID(1, 2);
    private static final UUID B = new UUID(1, 3);
    private static final Bytes DATA = new Bytes(new byte[] {7});

    private final List<String> news = new ArrayList<>();
    private final TransportNews hears = new TransportNews() {
        @Override
        public void onAnomaly(UUID source, String what) {
            news.add(what);
        }
    };
    private final CertifiedOrder a = new CertifiedOrder(A, 1, hears);
    private final CertifiedOrder b = new CertifiedOrder(B, 2, hears);
    private long seqno;

    private record Named(String name) implements Ticket.OfWriteSet {}

    @BeforeEach
    void formTheGroup() {
        view(1);
    }

    private void view(int configuration) {
        seqno++;
        GroupEvent.ConfigurationChange change = change(configuration);
        a.onConfigurationChange(change);
        b.onConfigurationChange(change);
    }

    private GroupEvent.ConfigurationChange change(int configuration) {
        List<GroupMember> members = List.of(
                new GroupMember(A, "a", "", 0, MemberStatus.SYNCED, false, -1),
                new GroupMember(B, "b", "", 0, MemberStatus.SYNCED, false, -1));
        return new GroupEvent.ConfigurationChange(
                seqno, configuration, HISTORY, true, members, 0, new GroupVersions(5, 127, 127), -1, 0);
    }

    private static UnsentWriteSet writes(String... keys) {
        WriteSetBuilder change = new WriteSetBuilder().data(DATA);
        for (String key : keys) {
            change.exclusive(key);
        }
        return change.build();
    }

    private static Sealed sealed(CertifiedOrder member, UnsentWriteSet change, long snapshot) {
        return (Sealed) member.admit(change, snapshot, new Named("w"), 0);
    }

    private static Reason refused(CertifiedOrder member, UnsentWriteSet change, long snapshot) {
        return ((NotSent) member.admit(change, snapshot, new Named("w"), 0))
                .why()
                .reason();
    }

    /** Both members are given it next; what both say. */
    private Outcome order(UUID origin, Sealed sealed) {
        return order(origin, sealed.bytes(), sealed.ticket());
    }

    private Outcome order(UUID origin, Bytes bytes, Ticket.@Nullable OfWriteSet ticket) {
        seqno++;
        CertifiedWriteSet atA =
                a.onWriteSet(new GroupEvent.WriteSet(seqno, origin, 0, bytes, origin.equals(A) ? ticket : null));
        CertifiedWriteSet atB =
                b.onWriteSet(new GroupEvent.WriteSet(seqno, origin, 1, bytes, origin.equals(B) ? ticket : null));
        assertThat(atA.verdict().outcome()).isEqualTo(atB.verdict().outcome());
        assertThat(atA.data()).isEqualTo(atB.data());
        return atA.verdict().outcome();
    }

    @Test
    void letsTheFirstOfTwoMembersWin() {
        Sealed first = sealed(a, writes("k"), seqno);
        Sealed second = sealed(b, writes("k"), seqno);

        assertThat(order(A, first)).isEqualTo(Outcome.PASSED);
        assertThat(order(B, second)).isEqualTo(Outcome.CONFLICT);

        assertThat(a.status().failed()).isEqualTo(1);
        assertThat(a.status().ownFailed()).isZero();
        assertThat(b.status().ownFailed()).isEqualTo(1);
        assertThat(b.status().conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.winner().source()).isEqualTo(A));
    }

    /** Certification alone would let both pass: they are of one node. */
    @Test
    void refusesTheSecondOfOneMemberWhileTheFirstIsOnItsWay() {
        Sealed first = sealed(a, writes("k"), seqno);

        assertThat(refused(a, writes("k"), seqno)).isEqualTo(Reason.IN_FLIGHT);
        assertThat(sealed(a, writes("other"), seqno)).isNotNull();

        order(A, first);
        assertThat(refused(a, writes("k"), 1)).isEqualTo(Reason.COMMITTED);
        assertThat(order(A, sealed(a, writes("k"), seqno))).isEqualTo(Outcome.PASSED);
        assertThat(a.status().refused()).isEqualTo(2);
    }

    /** Certification lets write-sets of one node pass each other. */
    @Test
    void refusesTheSecondOfOneMemberBeforeTheFirstConfigurationToo() {
        CertifiedOrder fresh = new CertifiedOrder(A, 3, hears);
        Sealed first = sealed(fresh, writes("k"), -1);

        assertThat(refused(fresh, writes("k"), -1)).isEqualTo(Reason.IN_FLIGHT);
        fresh.onConfigurationChange(change(1));
        assertThat(refused(fresh, writes("k"), 1)).isEqualTo(Reason.IN_FLIGHT);
        assertThat(fresh.release(first.ticket())).isEqualTo(new Named("w"));
        assertThat(sealed(fresh, writes("k"), 1)).isNotNull();
    }

    @Test
    void givesTheKeysOfAWriteSetBackThatTheGroupDidNotOrder() {
        Sealed lost = sealed(a, writes("k"), seqno);

        assertThat(a.release(lost.ticket())).isEqualTo(new Named("w"));

        assertThat(sealed(a, writes("k"), seqno)).isNotNull();
    }

    @Test
    void refusesASnapshotThatDoesNotExist() {
        assertThat(refused(a, writes("k"), seqno + 1)).isEqualTo(Reason.SNAPSHOT_UNKNOWN);
        assertThat(refused(
                        a,
                        new WriteSetBuilder()
                                .data(DATA)
                                .exclusive("k")
                                .basedOn(9)
                                .build(),
                        seqno))
                .isEqualTo(Reason.SNAPSHOT_UNKNOWN);
    }

    /** Nobody has the index of before, so nobody can tell what the transaction has not seen. */
    @Test
    void failsWithKeysWhatIsOlderThanTheConfigurationOnAllMembers() {
        Sealed withKeys = sealed(a, writes("k"), seqno);
        Sealed without = sealed(a, writes(), seqno);
        order(B, sealed(b, writes("k"), seqno));
        view(2);

        assertThat(order(A, withKeys)).isEqualTo(Outcome.TOO_OLD);
        assertThat(order(A, without)).isEqualTo(Outcome.PASSED);
        assertThat(refused(a, writes("k"), 1)).isEqualTo(Reason.SNAPSHOT_TOO_OLD);
        assertThat(order(A, sealed(a, writes("k"), seqno))).isEqualTo(Outcome.PASSED);
    }

    /** An application that names the last write-set that it was given must not fail for ever because a view came. */
    @Test
    void takesASnapshotFromBeforeAViewIfNothingWasChangedSince() {
        order(A, sealed(a, writes("k"), seqno));
        long snapshot = seqno;
        view(2);
        view(3);

        UnsentWriteSet next = new WriteSetBuilder()
                .data(DATA)
                .exclusive("k")
                .basedOn(snapshot)
                .build();

        assertThat(order(A, sealed(a, next, seqno))).isEqualTo(Outcome.PASSED);
        assertThat(refused(a, next, seqno)).isEqualTo(Reason.SNAPSHOT_TOO_OLD);
    }

    /** It has not seen what was before, whatever its application says. */
    @Test
    void doesNotTakeASnapshotFromBeforeANodeCameIn() {
        CertifiedOrder late = new CertifiedOrder(new UUID(1, 4), 3, hears);
        order(A, sealed(a, writes("k"), seqno));
        seqno++;
        late.onConfigurationChange(change(2));

        assertThat(refused(late, writes("k"), seqno - 2)).isEqualTo(Reason.SNAPSHOT_TOO_OLD);
        assertThat(sealed(late, writes("k"), seqno)).isNotNull();
    }

    /** Write skew: each of the two has read what the other one writes. */
    @Test
    void failsAReaderOfWhatWasWritten() {
        UnsentWriteSet xFromY =
                new WriteSetBuilder().data(DATA).exclusive("x").shared("y").build();
        UnsentWriteSet yFromX =
                new WriteSetBuilder().data(DATA).exclusive("y").shared("x").build();
        Sealed first = sealed(a, xFromY, seqno);
        Sealed second = sealed(b, yFromX, seqno);
        assertThat(refused(a, yFromX, seqno)).isEqualTo(Reason.IN_FLIGHT);

        assertThat(order(A, first)).isEqualTo(Outcome.PASSED);
        assertThat(order(B, second)).isEqualTo(Outcome.CONFLICT);
    }

    /** b has missed one write-set, so its verdicts are not those of a; both tell, and the one that is not the first leaves. */
    @Test
    void saysThatVerdictsHaveDiverged() {
        seqno++;
        Sealed missed = sealed(a, writes("k"), seqno - 1);
        a.onWriteSet(new GroupEvent.WriteSet(seqno, A, 0, missed.bytes(), missed.ticket()));
        while (seqno < 1024) {
            order(A, sealed(a, writes("k" + seqno), seqno));
        }
        assertThat(b.owedDigest(0)).isNull();

        order(A, sealed(a, writes("next"), seqno));

        assertThat(b.divergence().orElseThrow())
                .contains("certification has diverged: at number 1024", "a have the digest", "b have the digest");
        Sealed owed = Objects.requireNonNull(b.owedDigest(0));
        assertThat(b.owedDigest(0)).as("it is on its way").isNull();
        order(B, owed);
        assertThat(a.divergence()).isEmpty();
        assertThat(news).anyMatch(line -> line.startsWith("DIVERGED: at number 1024 the verdicts of "));
    }

    @Test
    void findsNoDivergenceAmongEqualMembers() {
        while (seqno < 3000) {
            order(seqno % 3 == 0 ? A : B, sealed(seqno % 3 == 0 ? a : b, writes("k" + seqno % 50), seqno));
        }

        assertThat(a.owedDigest(0)).isNull();
        assertThat(b.owedDigest(0)).isNull();
        assertThat(news).isEmpty();
    }

    /** A member must not be able to stop the others: what none can read has its place, and is applied by none. */
    @Test
    void goesOnAfterAWriteSetThatCannotBeRead() {
        assertThat(order(A, new Bytes(new byte[100]), null)).isEqualTo(Outcome.MALFORMED);
        Sealed forged = sealed(b, writes("k"), 1);
        b.release(forged.ticket());
        assertThat(order(A, forged.bytes(), null)).isEqualTo(Outcome.MALFORMED);

        assertThat(news).hasSize(4).allMatch(line -> line.contains("no member applies"));
        assertThat(order(B, sealed(b, writes("k"), seqno))).isEqualTo(Outcome.PASSED);
    }

    /** What a member tells the group it needs no more: never above what is on its way or not applied. */
    @Test
    void reportsWhatNoWriteSetRefersToAnyMore() {
        for (int i = 0; i < 200; i++) {
            order(B, sealed(b, writes("k" + i), seqno));
        }
        assertThat(a.safeToDiscard()).isEqualTo(-1);
        long snapshot = seqno - 50;
        Sealed onItsWay = sealed(a, writes("late"), snapshot);

        a.onApplied(seqno);

        assertThat(a.safeToDiscard()).isEqualTo(snapshot);
        assertThat(order(A, onItsWay)).isEqualTo(Outcome.PASSED);
    }

    @Test
    void takesNoMoreWriteSetsWithKeysThanItsTableHolds() {
        int taken = 0;
        while (a.admit(writes("k" + taken), seqno, new Named("w"), 0) instanceof Sealed) {
            taken++;
        }

        assertThat(taken).isEqualTo(8192);
        assertThat(a.hasRoom()).isFalse();
        assertThat(refused(a, writes("another"), seqno)).isEqualTo(Reason.TABLE_FULL);
        assertThat(sealed(a, writes(), seqno)).isNotNull();
    }

    /** Outside of the primary component the group layer says what becomes of it. */
    @Test
    void forgetsWhatWasOnItsWayWhenThePrimaryComponentIsLost() {
        Sealed lost = sealed(a, writes("k"), seqno);
        a.onConfigurationChange(new GroupEvent.ConfigurationChange(
                seqno, -1, HISTORY, false, change(1).members(), 0, GroupVersions.NONE, -1, 0));

        assertThat(a.status().claims()).isZero();
        a.release(lost.ticket());
        assertThat(sealed(a, writes("k"), seqno)).isNotNull();
        assertThat(a.status().claims()).isZero();
    }
}
