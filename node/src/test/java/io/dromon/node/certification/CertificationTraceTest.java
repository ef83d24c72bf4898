package io.dromon.node.certification;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chapter 05 section 12.4: the history of a group of two real nodes, with the verdicts of both. */
@Tag("unit")
final class CertificationTraceTest {
    private static final String FOLDER = "/vectors/write-sets/";
    private static final int START = 6;
    private static final int VERSION = 6;

    /** One event of the trace; {@code writeSet} is empty for those without one. */
    record Event(int kind, boolean failed, int paRange, long seqno, Optional<ReceivedWriteSet> writeSet) {}

    static List<Event> trace() {
        ByteBuffer in = ByteBuffer.wrap(resource("certification-trace.bin")).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            int kind = in.get();
            boolean failed = in.get() == 1;
            int paRange = in.getShort() & 0xffff;
            long seqno = in.getLong();
            byte[] bytes = new byte[in.getInt()];
            in.get(bytes);
            Optional<ReceivedWriteSet> writeSet =
                    kind == 0 ? Optional.of(TestWriteSet.withoutData(bytes)) : Optional.empty();
            events.add(new Event(kind, failed, paRange, seqno, writeSet));
        }
        return events;
    }

    static Certification started() {
        Certification certification = new Certification(new CertificationSettings(true, 100, 0x5eed));
        certification.changeConfiguration(START, VERSION);
        return certification;
    }

    private static byte[] resource(String name) {
        try (InputStream in = CertificationTraceTest.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("no vector " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void givesTheVerdictsDependenciesAndConflictsOfTheRealNodes() throws MalformedMessageException {
        Certification certification = started();
        List<String> conflicts = new ArrayList<>();
        int writeSets = 0;
        for (Event event : trace()) {
            if (event.kind == 1) {
                certification.changeConfiguration(event.seqno, VERSION);
            } else if (event.kind == 2) {
                certification.onCommitCut(event.seqno);
            } else {
                Verdict verdict = certification.certify(event.seqno, event.writeSet.orElseThrow());
                assertThat(verdict.passed()).as("verdict of %d", event.seqno).isEqualTo(!event.failed);
                assertThat(verdict.paRange()).as("pa_range of %d", event.seqno).isEqualTo(event.paRange);
                certification.complete(event.seqno);
                writeSets++;
                if (!verdict.passed()) {
                    conflicts.add(row(verdict));
                }
            }
        }

        assertThat(writeSets).isEqualTo(810);
        List<String> expected = new String(resource("certification-trace.conflicts.csv"), StandardCharsets.US_ASCII)
                .lines()
                .skip(1)
                .toList();
        assertThat(conflicts).hasSize(72).isEqualTo(expected);
        assertThat(certification.conflicts()).hasSize(72);
    }

    private static String row(Verdict verdict) {
        Conflict conflict = Objects.requireNonNull(verdict.conflict());
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%016x,%d",
                verdict.seqno(),
                conflict.type().shortName(),
                conflict.winnerType().shortName(),
                Long.reverseBytes(conflict.key()),
                conflict.winner().seqno());
    }

    /** Section 7.10: a member that takes the later part of the history by a state transfer judges as the others do. */
    @Test
    void aJoinerThatPreloadsTheIndexGivesTheSameVerdicts() throws MalformedMessageException {
        List<Event> trace = trace();
        List<Verdict> verdicts = new ArrayList<>();
        Certification donor = started();
        Certification joiner = new Certification(new CertificationSettings(true, 100, 1));
        long from = 426;
        long handOver = 600;
        for (Event event : trace) {
            boolean live = event.seqno > handOver;
            if (event.kind == 2) {
                donor.onCommitCut(event.seqno);
                if (live) {
                    joiner.onCommitCut(event.seqno);
                }
                continue;
            }
            if (event.kind == 1) {
                donor.changeConfiguration(event.seqno, VERSION);
                if (live) {
                    joiner.changeConfiguration(event.seqno, VERSION);
                }
                continue;
            }
            ReceivedWriteSet writeSet = event.writeSet.orElseThrow();
            Verdict verdict = donor.certify(event.seqno, writeSet);
            verdicts.add(verdict);
            donor.complete(event.seqno);
            if (live) {
                Verdict judged = joiner.certify(event.seqno, writeSet);
                assertThat(judged.outcome()).isEqualTo(verdict.outcome());
                assertThat(judged.depends()).isEqualTo(verdict.depends());
                if (!verdict.passed()) {
                    assertThat(row(judged)).isEqualTo(row(verdict));
                }
                joiner.complete(event.seqno);
            } else if (event.seqno >= from && verdict.passed()) {
                joiner.transferred(event.seqno, TestWriteSet.transferred(writeSet, verdict));
            } else if (event.seqno >= from) {
                joiner.skipped(event.seqno);
            }
        }

        assertThat(verdicts).hasSize(810);
        assertThat(joiner.position()).isEqualTo(donor.position());
    }
}
