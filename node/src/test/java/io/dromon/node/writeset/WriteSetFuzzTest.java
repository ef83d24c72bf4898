package io.dromon.node.writeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Garbage of every kind, with checksums as they came and with repaired ones: only the declared exception. */
@Tag("unit")
final class WriteSetFuzzTest {
    private static final List<Bytes> SAMPLES =
            WriteSetVectors.WHOLE.stream().map(WriteSetVectors::bytes).toList();

    @Test
    void theDecoderThrowsItsDeclaredExceptionOnly() {
        Fuzz.run(WriteSetFuzzTest.class, SAMPLES, input -> readAll(ReceivedWriteSet.decode(input)));
    }

    /** Checksums would hide what is behind them: here they are right wherever the lengths allow it. */
    @Test
    void theDecoderThrowsItsDeclaredExceptionOnlyBehindRightChecksums() {
        Fuzz.run(WriteSetFuzzTest.class, SAMPLES, input -> {
            byte[] array = input.toArray();
            if (array.length >= WriteSetHeader.LENGTH) {
                array[WriteSetHeader.SIZE] = WriteSetHeader.LENGTH;
                repairSets(array);
                WriteSetHeader.close(array, 0, WriteSetHeader.LENGTH);
            }
            readAll(ReceivedWriteSet.decode(new Bytes(array)));
        });
    }

    private static void repairSets(byte[] array) {
        int at = WriteSetHeader.LENGTH;
        for (int i = 0; i < 4 && at + 24 <= array.length; i++) {
            if ((array[at] & 8) == 0) {
                if (at + 16 <= array.length) {
                    LittleEndian.put32(array, at + 12, Murmur32.hash(array, at, 12));
                }
                return;
            }
            LittleEndian.put32(array, at + 4, Murmur32.hash(array, at, 4));
            int size = (LittleEndian.i32(array, at) >>> 18) + 1;
            int end = at + (size + 7 & -8);
            if (size <= 24 || end > array.length) {
                return;
            }
            Murmur128 hash = new Murmur128()
                    .add(array, at + 24, end - at - 24)
                    .add(array, at, 8)
                    .digest();
            LittleEndian.put64(array, at + 8, hash.first());
            LittleEndian.put64(array, at + 16, hash.second());
            at = end;
        }
    }

    /** Everything that a certified, cached and delivered write-set is asked for. */
    private static void readAll(ReceivedWriteSet writeSet) throws MalformedMessageException {
        KeyCursor cursor = new KeyCursor().over(writeSet.keys());
        int parts = 0;
        while (cursor.next()) {
            parts++;
            assertThat(cursor.first() & KeySet.NOT_HASH).isZero();
            assertThat(cursor.isWide() || cursor.second() == 0).isTrue();
            assertThat(cursor.type()).isNotNull();
            Key.text(cursor.path());
        }
        assertThat(parts).isEqualTo(writeSet.keys().count());
        int content = writeSet.data().length()
                + writeSet.unordered().length()
                + writeSet.annotation().length();
        assertThat(content).isLessThan(writeSet.bytes().length());
        Bytes header = writeSet.certifiedHeader(Long.MAX_VALUE, 0xffff);
        byte[] cached = writeSet.bytes().toArray();
        System.arraycopy(header.toArray(), 0, cached, 0, header.length());
        ReceivedWriteSet again = ReceivedWriteSet.decode(new Bytes(cached));
        assertThat(again.source()).isEqualTo(writeSet.source());
        assertThat(again.lastSeen()).isEqualTo(Long.MAX_VALUE);
    }
}
