package io.dromon.node.certification;

import static io.dromon.node.certification.TestWriteSet.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.certification.Verdict.Outcome;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chapter 05 section 7, statement by statement. The group starts at seqno 10. */
@Tag("unit")
final class CertificationTest {
    private static final UUID N1 = node(1);
    private static final UUID N2 = node(2);
    private static final int TOI = WriteSetFlags.TRANSACTION | WriteSetFlags.TOI;

    private final Certification certification = started(true);
    private long seqno = 10;

    private static Certification started(boolean optimisticPa) {
        Certification certification = new Certification(new CertificationSettings(optimisticPa, 2, 7));
        certification.changeConfiguration(10, 6);
        return certification;
    }

    private Verdict certify(TestWriteSet writeSet) throws MalformedMessageException {
        return certification.certify(++seqno, writeSet.received());
    }

    /** Section 7.4: every cell, unseen and of another node. */
    @ParameterizedTest
    @CsvSource({
        "EXCLUSIVE,C,C,C,C",
        "UPDATE,D,D,C,C",
        "REFERENCE,-,-,D,C",
        "SHARED,-,-,D,D",
    })
    void comparesTypesAsTheTableSays(KeyType found, char shared, char reference, char update, char exclusive)
            throws MalformedMessageException {
        char[] cells = {shared, reference, update, exclusive};
        for (KeyType type : KeyType.values()) {
            String key = "k" + type;
            long before = seqno + 1;
            certify(TestWriteSet.of(N1, seqno).key(found, key));
            certify(TestWriteSet.of(N1, seqno).key(KeyType.SHARED, "other"));
            Verdict verdict = certify(TestWriteSet.of(N2, before - 1).paRange(0).key(type, key));

            boolean conflict = cells[type.ordinal()] == 'C';
            assertThat(verdict.outcome()).isEqualTo(conflict ? Outcome.CONFLICT : Outcome.PASSED);
            assertThat(verdict.depends()).isEqualTo(cells[type.ordinal()] == '-' ? before - 1 : before);
        }
    }

    @Test
    void passesWhatHasSeenTheOtherOne() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));

        Verdict verdict = certify(TestWriteSet.of(N2, 11).exclusive("a"));

        assertThat(verdict.passed()).isTrue();
        assertThat(verdict.depends()).isEqualTo(11);
    }

    /** Section 7.4: two write-sets of one node never conflict, unless the earlier one is TOI. */
    @Test
    void exemptsTheOwnNodeButForToi() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        assertThat(certify(TestWriteSet.of(N1, 10).exclusive("a")).passed()).isTrue();

        certify(TestWriteSet.of(N1, 12).flags(TOI).exclusive("a"));
        Verdict verdict = certify(TestWriteSet.of(N1, 12).update("a"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(Objects.requireNonNull(verdict.conflict()).winner().toi()).isTrue();
    }

    @Test
    void namesBothSidesOfAConflictAndTheKey() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).format(KeyFormat.FLAT8A).update("t", "row"));
        Verdict verdict =
                certify(TestWriteSet.of(N2, 10).format(KeyFormat.FLAT16A).exclusive("t", "row"));

        Conflict conflict = Objects.requireNonNull(verdict.conflict());
        assertThat(conflict.failed()).isEqualTo(new Conflict.Party(12, N2, 10, 11, false));
        assertThat(conflict.winner()).isEqualTo(new Conflict.Party(11, N1, 10, 10, false));
        assertThat(conflict.line())
                .matches("EX-UP trx conflict for key \\(3,FLAT16A\\)[0-9a-f]{16}=t/row: source: 00000000-8000 \\(g: 12,"
                        + " s: 10, d: 11\\) <---> source: 00000000-8000 \\(g: 11, s: 10, d: 10\\)");
        assertThat(certification.conflicts()).containsExactly(conflict);
    }

    @Test
    void keepsTheLastConflicts() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        for (int i = 0; i < 3; i++) {
            certify(TestWriteSet.of(N2, 10).exclusive("a"));
        }

        assertThat(certification.conflicts())
                .extracting(conflict -> conflict.failed().seqno())
                .containsExactly(13L, 14L);
    }

    /** Section 7.3 step 6 and pitfall 9: a failed write-set leaves nothing in the index. */
    @Test
    void aFailedWriteSetConflictsWithNothing() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        assertThat(certify(TestWriteSet.of(N2, 10).exclusive("b").exclusive("a"))
                        .passed())
                .isFalse();

        assertThat(certify(TestWriteSet.of(N1, 10).exclusive("b")).passed()).isTrue();
    }

    /** Pitfall 8: only the latest write-set of a key and type counts. */
    @Test
    void remembersTheLatestWriteSetOnly() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).update("a"));
        certify(TestWriteSet.of(N2, 11).update("a"));

        // The one of N1 was not seen either, but it is not the latest any more.
        assertThat(certify(TestWriteSet.of(N2, 10).update("a")).passed()).isTrue();
    }

    /** Section 7.3 step 3: a newer format than the group's fails. */
    @Test
    void failsAVersionThatTheGroupDoesNotHave() throws MalformedMessageException {
        assertThat(certify(TestWriteSet.of(N1, 10).version(5).exclusive("a")).passed())
                .isTrue();
        certification.changeConfiguration(++seqno, 5);

        assertThat(certify(TestWriteSet.of(N1, 10).version(6).exclusive("b")).outcome())
                .isEqualTo(Outcome.WRONG_VERSION);
    }

    /** Section 7.3 step 4: the snapshot is at most 16384 below the seqno. */
    @Test
    void failsWhatIsOlderThanTheInterval() throws MalformedMessageException {
        seqno = 20_000;
        assertThat(certify(TestWriteSet.of(N1, 20_001 - 16_384).exclusive("a")).passed())
                .isTrue();
        assertThat(certify(TestWriteSet.of(N1, 20_002 - 16_385).exclusive("b")).outcome())
                .isEqualTo(Outcome.TOO_OLD);
        // A TOI is not exempt (pitfall 20).
        assertThat(certify(TestWriteSet.of(N1, 10).flags(TOI).exclusive("a")).outcome())
                .isEqualTo(Outcome.TOO_OLD);
    }

    /** It compares nothing, so there is nothing that could have been forgotten; it may have waited long to be sent. */
    @Test
    void passesWhatHasNoKeysHoweverOldItIs() throws MalformedMessageException {
        seqno = 20_000;
        assertThat(certify(TestWriteSet.of(N1, 1)).passed()).isTrue();
        assertThat(certify(TestWriteSet.of(N1, 1).shared("a")).outcome()).isEqualTo(Outcome.TOO_OLD);
    }

    /** All members read the same bytes: what none can read takes its place, and is part of the digest. */
    @Test
    void refusesWhatNoMemberCanRead() throws MalformedMessageException {
        long before = certification.digest().orElseThrow().value();

        Verdict verdict = certification.refuse(++seqno);

        assertThat(verdict.outcome()).isEqualTo(Outcome.MALFORMED);
        assertThat(certification.position()).isEqualTo(seqno);
        assertThat(certification.digest().orElseThrow().value()).isNotEqualTo(before);
        assertThat(certify(TestWriteSet.of(N1, seqno).exclusive("a")).passed()).isTrue();
    }

    /** A member that sends nothing that can be read must not fill the memory of the others. */
    @Test
    void forgetsWhatNoMemberCanRead() {
        for (int i = 0; i < 100_000; i++) {
            certification.refuse(++seqno);
            certification.complete(seqno);
        }

        assertThat(certification.rememberedWriteSets()).isLessThan(17_000);
    }

    /** Section 7.3, steps 1, 5, 7 and 9: flags, range, what is purged, and what is unsafe in parallel. */
    @Test
    void computesTheDependency() throws MalformedMessageException {
        assertThat(certify(TestWriteSet.of(N1, 10).exclusive("a")).depends()).isEqualTo(10);
        assertThat(certify(TestWriteSet.of(N1, 10).exclusive("b")).depends()).isEqualTo(10);
        assertThat(certify(TestWriteSet.of(N1, 12).paRange(1).exclusive("c")).depends())
                .isEqualTo(11);
        assertThat(certify(TestWriteSet.of(N1, 12)
                                .flags(WriteSetFlags.TRANSACTION | WriteSetFlags.IMPLICIT_DEPS)
                                .exclusive("d"))
                        .depends())
                .isEqualTo(12);
        assertThat(certify(TestWriteSet.of(N1, 12).flags(TOI).exclusive("e")).depends())
                .isEqualTo(14);
        assertThat(certify(TestWriteSet.of(N1, 12)
                                .flags(WriteSetFlags.TRANSACTION | WriteSetFlags.PA_UNSAFE)
                                .exclusive("f"))
                        .depends())
                .isEqualTo(15);
        assertThat(certify(TestWriteSet.of(N1, 12).exclusive("g")).depends()).isEqualTo(16);
    }

    /** Section 7.5: careful applying changes the dependency, never the verdict nor the digest. */
    @Test
    void dependsOnAllThatWasSeenIfApplyingIsCareful() throws MalformedMessageException {
        Certification careful = started(false);
        for (int i = 0; i < 4; i++) {
            ReceivedWriteSet writeSet =
                    TestWriteSet.of(N1, 10 + i).exclusive("k" + i).received();
            Verdict verdict = certification.certify(11 + i, writeSet);
            assertThat(verdict.depends()).isEqualTo(10);
            assertThat(careful.certify(11 + i, writeSet)).isEqualTo(new Verdict(11 + i, Outcome.PASSED, 10 + i, null));
        }
        assertThat(careful.digest()).isEqualTo(certification.digest());
    }

    /** Section 7.6: a TOI is not tested, but enters the index. */
    @Test
    void passesAToiAndFailsWhatHadNotSeenIt() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).update("t", "row"));
        assertThat(certify(TestWriteSet.of(N2, 10).flags(TOI).exclusive("t")).passed())
                .isTrue();

        Verdict verdict = certify(TestWriteSet.of(N1, 10).update("t", "row"));
        assertThat(verdict.outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(Objects.requireNonNull(verdict.conflict()).type()).isEqualTo(KeyType.REFERENCE);
    }

    /** Section 7.7: the node must leave, for it would not answer. */
    @Test
    void refusesNonBlockingOperations() {
        ReceivedWriteSet start = TestWriteSet.of(N1, 10)
                .flags(WriteSetFlags.TOI | WriteSetFlags.BEGIN)
                .exclusive("t")
                .received();
        assertThatThrownBy(() -> certification.certify(11, start))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("non-blocking operation");
    }

    /** Section 7.8: no index, the predecessor counts. */
    @Test
    void passesPreorderedEvents() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        for (long depends : new long[] {-1, 11}) {
            Verdict verdict = certify(TestWriteSet.of(N2, 0)
                    .flags(WriteSetFlags.TRANSACTION | WriteSetFlags.PREORDERED)
                    .paRange(2)
                    .exclusive("a"));
            assertThat(verdict).isEqualTo(new Verdict(seqno, Outcome.PASSED, depends, null));
        }
    }

    @Test
    void refusesWhatHasSeenTheFuture() {
        ReceivedWriteSet writeSet = TestWriteSet.of(N1, 11).exclusive("a").received();

        assertThatThrownBy(() -> certification.certify(11, writeSet)).isInstanceOf(MalformedMessageException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> certification.certify(
                        10, TestWriteSet.of(N1, 9).exclusive("a").received()));
        assertThatIllegalArgumentException().isThrownBy(() -> certification.changeConfiguration(9, 6));
    }

    /** Section 7.9: what is safe to discard, and when to say so. */
    @Test
    void reportsWhatNobodyRefersToAnyMore() throws MalformedMessageException {
        assertThat(certification.safeToDiscard()).isEqualTo(-1);
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        certify(TestWriteSet.of(N1, 11).exclusive("b"));
        assertThat(certification.safeToDiscard()).isEqualTo(9);

        certification.complete(11);
        assertThat(certification.safeToDiscard()).isEqualTo(10);
        certification.complete(12);
        assertThat(certification.safeToDiscard()).isEqualTo(11);
        certification.complete(12);
        certification.complete(999);
        assertThat(certification.safeToDiscard()).isEqualTo(11);

        boolean due = false;
        for (int i = 0; i < 126; i++) {
            certify(TestWriteSet.of(N1, seqno));
            due |= certification.complete(seqno);
        }
        assertThat(due).isTrue();
        assertThat(certification.oldestSnapshot()).isEqualTo(10);
        assertThat(certification.report(Long.MAX_VALUE)).isEqualTo(seqno - 1);
        assertThat(certification.oldestSnapshot()).isEqualTo(seqno - 1);
    }

    /** Section 7.9: a cut purges what this node has completed, and not more; it enters the dependency. */
    @Test
    void purgesByTheCommitCut() throws MalformedMessageException {
        for (int i = 0; i < 10; i++) {
            certify(TestWriteSet.of(N1, seqno).exclusive("k" + i));
            if (i < 8) {
                certification.complete(seqno);
            }
        }
        certification.onCommitCut(9);
        assertThat(certification.rememberedWriteSets()).isEqualTo(10);
        certification.onCommitCut(15);
        assertThat(certification.rememberedWriteSets()).isEqualTo(5);
        assertThat(certification.oldestSnapshot()).isEqualTo(15);
        assertThat(certify(TestWriteSet.of(N2, 15).exclusive("x")).depends()).isEqualTo(15);

        // The last one is not completed, and has seen 15.
        certification.onCommitCut(20);
        assertThat(certification.oldestSnapshot()).isEqualTo(15);
        certification.complete(19);
        certification.complete(20);
        certification.complete(21);
        certification.onCommitCut(21);
        assertThat(certification.rememberedWriteSets()).isEqualTo(6);
    }

    /** The index is cleared piece by piece, and does not grow. */
    @Test
    void clearsTheIndexWithBoundedWork() throws MalformedMessageException {
        for (int i = 0; i < 10_000; i++) {
            certify(TestWriteSet.of(N1, seqno).exclusive("t" + i, "row"));
            certification.complete(seqno);
        }
        assertThat(certification.indexedKeys()).isEqualTo(20_001);
        certification.onCommitCut(seqno - 1);
        assertThat(certification.rememberedWriteSets()).isEqualTo(1);
        assertThat(certification.indexedKeys()).isEqualTo(20_001);

        for (int i = 0; i < 4_000; i++) {
            certify(TestWriteSet.of(N1, seqno).exclusive("t"));
            certification.complete(seqno);
        }
        certification.onCommitCut(seqno - 1);
        certify(TestWriteSet.of(N1, seqno));
        assertThat(certification.indexedKeys()).isLessThan(100);
    }

    /** Section 7.10: other members do not change what was ordered. */
    @Test
    void aConfigurationChangeKeepsTheIndexAndOrdersEverything() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        certification.changeConfiguration(++seqno, 6);

        assertThat(certify(TestWriteSet.of(N2, 10).exclusive("a")).outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(certify(TestWriteSet.of(N2, 10).exclusive("b")).depends()).isEqualTo(12);
    }

    /** Section 7.10 and pitfall 25: another protocol empties the index, and no older snapshot is used. */
    @Test
    void aNewProtocolStartsAnew() throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).exclusive("a"));
        certification.changeConfiguration(++seqno, 5);

        assertThat(certification.indexedKeys()).isZero();
        assertThat(certification.oldestSnapshot()).isEqualTo(12);
        assertThat(certify(TestWriteSet.of(N2, 12).version(5).exclusive("a")).passed())
                .isTrue();
    }

    /** Section 7.10: what a joiner preloads. */
    @Test
    void aStateTransferPreloadsTheIndex() throws MalformedMessageException {
        ReceivedWriteSet first = TestWriteSet.of(N1, 10).exclusive("a").received();
        Verdict verdict = certify(TestWriteSet.of(N1, 10).exclusive("a"));

        Certification joiner = new Certification(new CertificationSettings(true, 2, 8));
        joiner.reset();
        joiner.skipped(10);
        joiner.transferred(11, TestWriteSet.transferred(first, verdict));
        joiner.skipped(12);
        joiner.transferredChange(13, 6);

        assertThat(joiner.position()).isEqualTo(13);
        assertThat(joiner.oldestSnapshot()).isEqualTo(10);
        assertThat(joiner.rememberedWriteSets()).isEqualTo(2);
        assertThat(joiner.preloadFrom()).isEqualTo(11);
        assertThat(joiner.certify(14, TestWriteSet.of(N2, 10).update("a").received())
                        .outcome())
                .isEqualTo(Outcome.CONFLICT);
        assertThat(joiner.certify(15, TestWriteSet.of(N2, 9).update("b").received())
                        .outcome())
                .isEqualTo(Outcome.TOO_OLD);
        assertThatThrownBy(() -> joiner.transferred(16, first)).isInstanceOf(MalformedMessageException.class);
    }

    /** A chain that a state transfer has interrupted is not compared with that of others. */
    @Test
    void chainsTheVerdicts() throws MalformedMessageException {
        Certification other = started(true);
        assertThat(other.digest()).isEqualTo(certification.digest()).isPresent();
        ReceivedWriteSet writeSet = TestWriteSet.of(N1, 10).exclusive("a").received();
        Verdict verdict = certification.certify(11, writeSet);
        assertThat(other.digest()).isNotEqualTo(certification.digest());
        assertThat(other.keptDigest()).isEqualTo(certification.keptDigest());

        other.transferred(11, TestWriteSet.transferred(writeSet, verdict));
        assertThat(other.digest()).isEmpty();
        assertThat(other.keptDigest()).isEmpty();
        other.transferredChange(12, 6);
        certification.changeConfiguration(12, 6);
        assertThat(other.digest()).isEqualTo(certification.digest()).isPresent();

        seqno = 12;
        while (seqno < 1030) {
            certify(TestWriteSet.of(N1, seqno));
        }
        assertThat(certification.keptDigest().orElseThrow().seqno()).isEqualTo(1024);
    }

    /** Section 6.4: keys of 8 and of 16 bytes are equal over the shorter one. */
    @ParameterizedTest
    @CsvSource({"FLAT8,FLAT16", "FLAT16,FLAT8A", "FLAT16A,FLAT16", "FLAT8,FLAT8A"})
    void comparesKeysOfAllFormats(KeyFormat found, KeyFormat format) throws MalformedMessageException {
        certify(TestWriteSet.of(N1, 10).format(found).exclusive("a"));

        assertThat(certify(TestWriteSet.of(N2, 10).format(format).exclusive("a"))
                        .outcome())
                .isEqualTo(Outcome.CONFLICT);
    }
}
