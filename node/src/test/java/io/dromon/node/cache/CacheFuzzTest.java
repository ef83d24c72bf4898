package io.dromon.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Garbage in the place of a segment's file, with checksums as they came and with repaired ones. */
@Tag("unit")
final class CacheFuzzTest {
    private static final SegmentFormat.Header HEADER = new SegmentFormat.Header(TestRecords.HISTORY, 3, 5);

    /** Files with 0 to 4 records, sealed and not. */
    private static List<Bytes> samples() {
        List<Bytes> samples = new ArrayList<>();
        for (int records = 0; records < 5; records++) {
            byte[] array = new byte[4096];
            ByteBuffer file = ByteBuffer.wrap(array);
            SegmentFormat.write(file, HEADER);
            int at = SegmentFormat.RECORDS_AT;
            for (long seqno = 5; seqno < 5 + records; seqno++) {
                Bytes content = new Bytes(TestRecords.content(seqno));
                RecordFormat.write(array, at, seqno, TestRecords.kind(seqno), Bytes.EMPTY, content, new CRC32C());
                at += RecordFormat.HEADER_BYTES + content.length();
            }
            samples.add(new Bytes(new Bytes(array, 0, at).toArray()));
            file.put(
                    SegmentFormat.SEAL_AT,
                    SegmentFormat.seal(HEADER, new SegmentFormat.Seal(4 + records, at))
                            .array());
            samples.add(new Bytes(array, 0, at));
        }
        return samples;
    }

    @Test
    void readsItsOwnFiles() throws MalformedMessageException {
        List<Bytes> samples = samples();

        for (int i = 0; i < samples.size(); i++) {
            assertThat(SegmentFormat.header(samples.get(i))).isEqualTo(HEADER);
            assertThat(records(samples.get(i), 5)).isEqualTo(i / 2);
            assertThat(SegmentFormat.seal(samples.get(i), HEADER))
                    .isEqualTo(
                            i % 2 == 0 || i == 1 // no record, no seal
                                    ? Optional.empty()
                                    : Optional.of(new SegmentFormat.Seal(
                                            4 + i / 2, samples.get(i).length())));
        }
    }

    @Test
    void theDecoderThrowsItsDeclaredExceptionOnly() {
        Fuzz.run(CacheFuzzTest.class, samples(), CacheFuzzTest::readAll);
    }

    /** Checksums would hide what is behind them: here they are right wherever the lengths allow it. */
    @Test
    void theDecoderThrowsItsDeclaredExceptionOnlyBehindRightChecksums() {
        Fuzz.run(CacheFuzzTest.class, samples(), input -> {
            byte[] file = input.toArray();
            repair(file);
            readAll(new Bytes(file));
        });
    }

    private static void repair(byte[] array) {
        ByteBuffer file = ByteBuffer.wrap(array);
        int at = SegmentFormat.RECORDS_AT;
        while (at + RecordFormat.HEADER_BYTES <= file.capacity()) {
            int length = file.getInt(at + 4);
            if (length < 0 || length > file.capacity() - at - RecordFormat.HEADER_BYTES) {
                return;
            }
            CRC32C crc = new CRC32C();
            crc.update(array, at + 4, RecordFormat.HEADER_BYTES - 4 + length);
            file.putInt(at, (int) crc.getValue());
            at += RecordFormat.HEADER_BYTES + length;
        }
    }

    private static void readAll(Bytes file) throws MalformedMessageException {
        SegmentFormat.Header header = HEADER;
        try {
            header = SegmentFormat.header(file);
            SegmentFormat.seal(file, header);
        } catch (MalformedMessageException e) {
            assertThat(e).hasMessageNotContaining("null"); // and the records are read nevertheless
        }
        records(file, header.firstSeqno());
    }

    private static int records(Bytes file, long firstSeqno) throws MalformedMessageException {
        RecordReader reader =
                new RecordReader((offset, atLeast) -> file.skip((int) Math.min(offset, file.length())), firstSeqno);
        int records = 0;
        try {
            for (CachedRecord record = reader.next(); record != null; record = reader.next()) {
                assertThat(record.seqno()).isEqualTo(firstSeqno + records);
                assertThat(record.kind().mayHave(record.content().length())).isTrue();
                records++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }
}
