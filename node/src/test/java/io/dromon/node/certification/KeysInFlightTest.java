package io.dromon.node.certification;

import static io.dromon.node.certification.TestWriteSet.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dromon.node.certification.Refusal.Reason;
import io.dromon.node.writeset.KeyCursor;
import io.dromon.node.writeset.KeySet;
import io.dromon.node.writeset.KeyType;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** First committer wins between the transactions of one node (chapter 05, pitfalls 2 to 4). The group starts at seqno 10. */
@Tag("unit")
final class KeysInFlightTest {
    private static final UUID SELF = node(1);
    private static final UUID OTHER = node(2);

    private final Certification certification = new Certification(new CertificationSettings(true, 5, 1));
    private final KeysInFlight keys = new KeysInFlight(certification, SELF, 100, 2);

    KeysInFlightTest() {
        certification.changeConfiguration(10, 6);
    }

    private static TestWriteSet own(long snapshot) {
        return TestWriteSet.of(SELF, snapshot);
    }

    private static KeySet keysOf(TestWriteSet writeSet) {
        return writeSet.received().keys();
    }

    private Claim claimed(TestWriteSet writeSet, long snapshot) {
        ClaimResult result = keys.claim(keysOf(writeSet), snapshot);
        assertThat(result).isInstanceOf(Claim.class);
        return (Claim) result;
    }

    private Refusal refused(TestWriteSet writeSet, long snapshot) {
        ClaimResult result = keys.claim(keysOf(writeSet), snapshot);
        assertThat(result).isInstanceOf(Refusal.class);
        return (Refusal) result;
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void comparesTypesAsCertificationDoes(KeyType held) {
        for (KeyType type : KeyType.values()) {
            Claim claim = claimed(own(10).key(held, "t"), 10);
            ClaimResult result = keys.claim(keysOf(own(10).key(type, "t")), 10);
            assertThat(result instanceof Refusal)
                    .as("held %s, new %s", held, type)
                    .isEqualTo(Rules.isConflict(held, type));
            keys.release(claim);
            keys.releaseAll();
        }
    }

    @Test
    void refusesAKeyInFlightAndNamesItsHolder() {
        claimed(own(10).update("accounts", "42"), 10);

        Refusal refusal = refused(own(10).exclusive("accounts", "42"), 10);

        assertThat(refusal.reason()).isEqualTo(Reason.IN_FLIGHT);
        Conflict conflict = Objects.requireNonNull(refusal.conflict());
        assertThat(conflict.type()).isEqualTo(KeyType.EXCLUSIVE);
        assertThat(conflict.winnerType()).isEqualTo(KeyType.UPDATE);
        assertThat(conflict.winner().source()).isEqualTo(SELF);
        assertThat(conflict.winner().seqno()).isEqualTo(Conflict.Party.UNORDERED);
        assertThat(keys.claims()).isEqualTo(1);
    }

    @Test
    void letsDifferentRowsOfATableTogether() {
        claimed(own(10).update("accounts", "42"), 10);
        claimed(own(10).update("accounts", "43"), 10);

        assertThat(refused(own(10).exclusive("accounts"), 10).reason()).isEqualTo(Reason.IN_FLIGHT);
        assertThat(keys.claims()).isEqualTo(2);
        assertThat(keys.keys()).isEqualTo(6);
    }

    /** Certification would let both pass: they are of one node. */
    @Test
    void refusesWhatAnOwnWriteSetHasOverwrittenSince() throws MalformedMessageException {
        TestWriteSet first = own(10).update("a");
        Claim claim = claimed(first, 10);
        certification.certify(11, first.received());
        keys.release(claim);

        Refusal refusal = refused(own(10).update("a"), 10);
        assertThat(refusal.reason()).isEqualTo(Reason.COMMITTED);
        assertThat(Objects.requireNonNull(refusal.conflict()).winner().seqno()).isEqualTo(11);
        claimed(own(11).update("a"), 11);
    }

    @Test
    void refusesWhatAnotherNodeHasOverwrittenSinceBeforeItIsSent() throws MalformedMessageException {
        certification.certify(11, TestWriteSet.of(OTHER, 10).exclusive("a").received());

        Refusal refusal = refused(own(10).shared("a"), 10);

        assertThat(refusal.reason()).isEqualTo(Reason.COMMITTED);
        assertThat(Objects.requireNonNull(refusal.conflict()).winner().source()).isEqualTo(OTHER);
    }

    /** Pitfall 4: no snapshot below what was purged or reported. */
    @Test
    void refusesASnapshotThatMembersNeedNotRemember() throws MalformedMessageException {
        assertThat(refused(own(9).update("a"), 9).reason()).isEqualTo(Reason.SNAPSHOT_TOO_OLD);
        for (long seqno = 11; seqno <= 20; seqno++) {
            certification.certify(
                    seqno, TestWriteSet.of(OTHER, seqno - 1).exclusive("x").received());
            certification.complete(seqno);
        }
        assertThat(keys.oldestSnapshot()).isEqualTo(Long.MAX_VALUE);
        Claim claim = claimed(own(18).update("a"), 18);
        assertThat(certification.report(keys.oldestSnapshot())).isEqualTo(18);
        keys.release(claim);
        assertThat(certification.report(keys.oldestSnapshot())).isEqualTo(19);
        assertThat(refused(own(18).update("b"), 18).reason()).isEqualTo(Reason.SNAPSHOT_TOO_OLD);
        claimed(own(19).update("b"), 19);
    }

    @Test
    void isBounded() {
        KeysInFlight few = new KeysInFlight(certification, SELF, 5, 2);
        Claim claim = (Claim) few.claim(keysOf(own(10).update("t", "1")), 10);
        assertThat(few.claim(keysOf(own(10).update("t", "2")), 10)).isEqualTo(new Refusal(Reason.TABLE_FULL, null));
        few.release(claim);
        assertThat(few.claim(keysOf(own(10).update("t", "2")), 10)).isInstanceOf(Claim.class);
        assertThatIllegalArgumentException().isThrownBy(() -> new KeysInFlight(certification, SELF, 0, 2));
    }

    @Test
    void releasesOnce() {
        Claim first = claimed(own(10).reference("a"), 10);
        Claim second = claimed(own(10).reference("a"), 10);
        keys.release(first);
        keys.release(first);
        assertThat(refused(own(10).exclusive("a"), 10).reason()).isEqualTo(Reason.IN_FLIGHT);
        keys.release(second);
        Claim third = claimed(own(10).exclusive("a"), 10);

        keys.releaseAll();
        assertThat(keys.keys()).isZero();
        Claim fourth = claimed(own(10).exclusive("a"), 10);
        keys.release(third); // of before: nothing happens
        assertThat(keys.claims()).isEqualTo(1);
        keys.release(fourth);
        assertThat(keys.claims() + keys.keys()).isZero();
    }

    /** Against a list of what is held. */
    @Test
    void holdsWhatAListHolds() {
        for (long seed = 1; seed <= Integer.getInteger("sim.seeds", 200); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            KeysInFlight table = new KeysInFlight(certification, SELF, 60, seed);
            List<Claim> claims = new ArrayList<>();
            List<KeySet> held = new ArrayList<>();
            for (int step = 0; step < 300; step++) {
                if (random.nextInt(3) == 0 && !claims.isEmpty()) {
                    int which = random.nextInt(claims.size());
                    table.release(claims.remove(which));
                    held.remove(which);
                }
                TestWriteSet writeSet = own(10);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    writeSet.key(KeyType.of(random.nextInt(4)), "t" + random.nextInt(2), "k" + random.nextInt(10));
                }
                KeySet wanted = keysOf(writeSet);
                int parts = held.stream().mapToInt(KeySet::count).sum();
                boolean conflict = held.stream().anyMatch(other -> conflict(other, wanted));
                ClaimResult result = table.claim(wanted, 10);
                if (result instanceof Claim claim) {
                    assertThat(conflict || parts + wanted.count() > 60)
                            .as("seed %d", seed)
                            .isFalse();
                    claims.add(claim);
                    held.add(wanted);
                } else {
                    assertThat(((Refusal) result).reason())
                            .as("seed %d", seed)
                            .isEqualTo(conflict ? Reason.IN_FLIGHT : Reason.TABLE_FULL);
                }
                assertThat(table.keys())
                        .isEqualTo(held.stream().mapToInt(KeySet::count).sum());
                assertThat(table.claims()).isEqualTo(claims.size());
            }
        }
    }

    private static boolean conflict(KeySet held, KeySet wanted) {
        KeyCursor found = new KeyCursor().over(held);
        while (found.next()) {
            KeyCursor own = new KeyCursor().over(wanted);
            while (own.next()) {
                if (found.first() == own.first() && Rules.isConflict(found.type(), own.type())) {
                    return true;
                }
            }
        }
        return false;
    }
}
