package io.dromon.node.certification;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.certification.Verdict.Outcome;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories. Replay one with {@code -Dtest=CertificationPropertyTest -Dsim.seeds=1 -Dcertification.seed=N}.
 */
@Tag("unit")
final class CertificationPropertyTest {
    private static final int[] FLAGS = {
        WriteSetFlags.TRANSACTION,
        WriteSetFlags.TRANSACTION,
        WriteSetFlags.TRANSACTION,
        WriteSetFlags.TRANSACTION,
        WriteSetFlags.TRANSACTION | WriteSetFlags.PA_UNSAFE,
        WriteSetFlags.TRANSACTION | WriteSetFlags.TOI,
        WriteSetFlags.TRANSACTION | WriteSetFlags.IMPLICIT_DEPS,
        WriteSetFlags.BEGIN,
        0,
        WriteSetFlags.COMMIT | WriteSetFlags.PA_UNSAFE,
    };

    private static long firstSeed() {
        return Long.getLong("certification.seed", 1);
    }

    private static int seeds() {
        return Integer.getInteger("sim.seeds", 200);
    }

    /** A write-set of few keys out of few, that has seen something not longer ago than {@code window}. */
    private static ReceivedWriteSet next(SplittableRandom random, int nodes, long oldest, long newest, int pool) {
        long lastSeen = oldest + random.nextLong(newest - oldest + 1);
        TestWriteSet writeSet = TestWriteSet.of(TestWriteSet.node(random.nextInt(nodes)), lastSeen)
                .flags(FLAGS[random.nextInt(FLAGS.length)])
                .format(KeyFormat.values()[random.nextInt(4)]);
        if (random.nextInt(4) == 0) {
            writeSet.paRange(random.nextInt(20));
        }
        if (random.nextInt(6) == 0) {
            writeSet.version(5);
        }
        int keys = random.nextInt(5);
        for (int i = 0; i < keys; i++) {
            KeyType type = KeyType.of(random.nextInt(4));
            String table = "t" + random.nextInt(3);
            if (random.nextInt(8) == 0) {
                writeSet.key(type, table);
            } else {
                writeSet.key(type, table, "row" + random.nextInt(pool));
            }
        }
        return writeSet.received();
    }

    @Test
    void judgesAsTheObviousImplementation() throws MalformedMessageException {
        for (long seed = firstSeed(); seed < firstSeed() + seeds(); seed++) {
            compare(seed, 300, 12);
        }
    }

    /** The interval of 16384 seqnos is left behind, without a commit cut and with one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void judgesAsTheObviousImplementationOverLongHistories(int cuts) throws MalformedMessageException {
        SplittableRandom random = new SplittableRandom(firstSeed());
        Certification fast = new Certification(new CertificationSettings(true, 10, 99));
        ObviousCertification slow = new ObviousCertification(true);
        fast.changeConfiguration(1, 6);
        slow.change(1, 6);
        int tooOld = 0;
        for (long seqno = 2; seqno < 40_000; seqno++) {
            long oldest = Math.max(1, seqno - (random.nextInt(50) == 0 ? 20_000 : 10));
            Verdict verdict = check(fast, slow, seqno, next(random, 3, oldest, seqno - 1, 12), "seqno " + seqno);
            tooOld += verdict.outcome() == Outcome.TOO_OLD ? 1 : 0;
            fast.complete(seqno);
            slow.complete(seqno);
            if (cuts == 1 && seqno % 1000 == 0) {
                fast.onCommitCut(seqno - 30);
                slow.cut(seqno - 30);
            }
        }
        assertThat(tooOld).isPositive();
        assertThat(fast.rememberedWriteSets()).isLessThan(16384 + 129).isEqualTo(slow.trxMap.size());
        assertThat(fast.indexedKeys()).isLessThan(100);
    }

    /** Whatever the header says: two members agree, and go on. */
    @Test
    void twoMembersAgreeOnAnyHeader() {
        SplittableRandom random = new SplittableRandom(firstSeed());
        Certification one = new Certification(new CertificationSettings(true, 10, 1));
        Certification two = new Certification(new CertificationSettings(false, 10, 2));
        one.changeConfiguration(1, 6);
        two.changeConfiguration(1, 6);
        long seqno = 1;
        int refused = 0;
        for (int i = 0; i < Fuzz.inputs(); i++) {
            long lastSeen = random.nextInt(10) == 0 ? random.nextLong() : random.nextLong(seqno + 2);
            TestWriteSet writeSet = TestWriteSet.of(TestWriteSet.node(random.nextInt(3)), lastSeen)
                    .flags(random.nextInt(0x10000))
                    .paRange(random.nextInt(0x10000))
                    .format(KeyFormat.values()[random.nextInt(4)])
                    .key(KeyType.of(random.nextInt(4)), "t", "row" + random.nextInt(20));
            ReceivedWriteSet received = writeSet.received();
            Outcome outcome = outcome(one, seqno + 1, received);
            assertThat(outcome(two, seqno + 1, received)).isEqualTo(outcome);
            if (outcome == null) {
                refused++;
            } else {
                seqno++;
            }
            assertThat(one.digest()).isEqualTo(two.digest());
        }
        assertThat(one.position()).isEqualTo(seqno);
        assertThat(refused).isPositive();
    }

    private static @Nullable Outcome outcome(Certification member, long seqno, ReceivedWriteSet writeSet) {
        try {
            Verdict verdict = member.certify(seqno, writeSet);
            assertThat(verdict.depends()).isBetween(-1L, seqno - 1);
            return verdict.outcome();
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    private static void compare(long seed, int length, int pool) throws MalformedMessageException {
        SplittableRandom random = new SplittableRandom(seed);
        boolean optimistic = random.nextInt(4) != 0;
        Certification fast = new Certification(new CertificationSettings(optimistic, 10, random.nextLong()));
        ObviousCertification slow = new ObviousCertification(optimistic);
        int version = random.nextInt(4) == 0 ? 5 : 6;
        long seqno = random.nextLong(1, 1001);
        fast.changeConfiguration(seqno, version);
        slow.change(seqno, version);
        List<Long> open = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            String where = "seed " + seed + ", seqno " + (seqno + 1);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4, 5, 6 -> {
                    long oldest = random.nextInt(20) == 0 ? 0 : Math.max(fast.oldestSnapshot(), seqno - 25);
                    ReceivedWriteSet writeSet = next(random, 3, Math.min(oldest, seqno), seqno, pool);
                    seqno++;
                    check(fast, slow, seqno, writeSet, where);
                    open.add(seqno);
                }
                case 7, 8, 9, 10 -> {
                    for (int n = random.nextInt(3); n > 0 && !open.isEmpty(); n--) {
                        long done = open.remove(random.nextInt(Math.min(4, open.size())));
                        fast.complete(done);
                        slow.complete(done);
                    }
                    long cut = seqno - random.nextInt(20);
                    if (random.nextInt(3) == 0) {
                        fast.onCommitCut(cut);
                        slow.cut(cut);
                    }
                }
                default -> {
                    if (random.nextInt(6) == 0) {
                        seqno++;
                        version = random.nextInt(4) == 0 ? 11 - version : version;
                        fast.changeConfiguration(seqno, version);
                        slow.change(seqno, version);
                    }
                }
            }
        }
    }

    private static Verdict check(
            Certification fast, ObviousCertification slow, long seqno, ReceivedWriteSet writeSet, String where)
            throws MalformedMessageException {
        Verdict verdict = fast.certify(seqno, writeSet);
        Verdict expected = slow.certify(seqno, writeSet);
        assertThat(verdict.outcome()).as(where).isEqualTo(expected.outcome());
        assertThat(verdict.depends()).as(where).isEqualTo(expected.depends());
        Conflict conflict = verdict.conflict();
        assertThat(conflict == null ? 0 : conflict.winner().seqno()).as(where).isEqualTo(slow.against);
        assertThat(fast.safeToDiscard()).as(where).isEqualTo(slow.safeToDiscard());
        assertThat(fast.rememberedWriteSets()).as(where).isEqualTo(slow.trxMap.size());
        return verdict;
    }
}
