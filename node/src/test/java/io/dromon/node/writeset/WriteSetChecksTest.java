package io.dromon.node.writeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chapter 05 section 9.2, row by row: one bad field in a captured write-set, all checksums around it repaired. */
@Tag("unit")
final class WriteSetChecksTest {
    private static final int KEYS = 64;
    private static final int DATA = 120;

    @Test
    void row1RefusesWhatIsShorterThanAHeader() {
        byte[] whole = vector();
        for (int length = 0; length < 64; length++) {
            refused(Arrays.copyOf(whole, length), "write-set of " + length + " bytes");
        }
    }

    @Test
    void row2RefusesAnotherMagicAndInconsistentVersions() {
        refused(repaired(array -> array[0] = 'H'), "no write-set");
        refused(repaired(array -> array[1] = 0x36), "no write-set");
        refused(repaired(array -> array[1] = 0x22), "no write-set");
        refused(repaired(array -> array[1] = 0x62), "no write-set");
    }

    @Test
    void row3RefusesWhatNeedsANewerVersion() throws MalformedMessageException {
        refused(repaired(array -> array[1] = 0x77), "needs version 7");
        assertThat(ReceivedWriteSet.decode(repaired(array -> array[1] = 0x73)).version())
                .isEqualTo(6);
    }

    @Test
    void row4RefusesOtherHeaderSizes() {
        refused(repaired(array -> array[2] = 56), "header of 56 bytes");
        refused(repaired(array -> array[2] = 65), "header of 65 bytes");
        refused(repaired(array -> array[2] = 72), "checksum of a write-set's header");
        byte[] rollback = WriteSetVectors.bytes("21-sr-rollback-fragment.bin").toArray();
        rollback[2] = 72;
        refused(rollback, "header of 72 bytes in a write-set of 64");
    }

    @Test
    void row5RefusesAWrongHeaderChecksum() {
        for (int at = 4; at < 64; at++) {
            byte[] array = vector();
            array[at] ^= 0x10;
            refused(array, "checksum of a write-set's header");
        }
    }

    @Test
    void rows6And7RefuseUnknownFormatsOfSets() {
        refused(repaired(array -> array[3] = 0x54), "key set of format 5");
        refused(repaired(array -> array[3] = 0x18), "data set of version 2");
        refused(repaired(array -> array[3] = 0x1c), "data set of version 3");
    }

    @Test
    void row8RefusesOtherRecordSets() {
        for (int first : new int[] {0x0b, 0x1b, 0x3b, 0x29, 0x2c, 0x2f}) {
            refused(repaired(array -> array[KEYS] = (byte) first), "record set of version");
        }
    }

    @Test
    void row9RefusesNumbersThatDoNotEnd() {
        byte[] array = new byte[32];
        Arrays.fill(array, (byte) 0xff);
        array[0] = 0x23;
        refusedSet(array, "more than 63 bits");
        byte[] shorter = Arrays.copyOf(array, 8);
        refusedSet(shorter, "does not end");
    }

    @Test
    void row10RefusesSizesAndCountsThatDoNotFit() {
        refused(shortHeader(1, 24), "record set of 24 bytes");
        refused(shortHeader(4, 16384), "record set of 16384 bytes");
        refused(shortHeader(57, 56), "57 records in a set of 56 bytes");
        // The set fits, its padding does not.
        byte[] array = Arrays.copyOf(repaired(bytes -> bytes[3] = 0x10).toArray(), 118);
        refused(array, "record set of 56 bytes, 54 left");
        byte[] padding = Arrays.copyOf(shortHeader(4, 55).toArray(), 64 + 55);
        refused(padding, "record set of 55 bytes, 55 left");
        refusedSet(longHeader(1L << 40, 1), "record set of " + (1L << 40) + " bytes");
        refusedSet(longHeader(40, 0), "0 records");
        refusedSet(longHeader(40, 1L << 35), (1L << 35) + " records");
    }

    @Test
    void row11RefusesAWrongCrcOfARecordSet() {
        byte[] array = vector();
        array[KEYS + 4] ^= 1;
        refused(array, "CRC of a record set's header");
    }

    @Test
    void row12RefusesWrongChecksumsOfKeysAndData() throws MalformedMessageException {
        byte[] keys = vector();
        keys[KEYS + 24] ^= 0x40;
        refused(keys, "checksum of a record set");
        byte[] data = vector();
        data[DATA + 40] ^= 1;
        refused(data, "checksum of a record set");
        byte[] padding = vector();
        padding[padding.length - 1] = 1;
        refused(padding, "checksum of a record set");
        // What this process wrote a moment ago is not hashed again.
        assertThat(ReceivedWriteSet.decodeOwn(new Bytes(data), new Murmur128())
                        .data()
                        .length())
                .isEqualTo(130);
    }

    @Test
    void row12DoesNotVerifyAnAnnotation() throws MalformedMessageException {
        UnsentWriteSet writeSet = new WriteSetBuilder()
                .data(new Bytes(new byte[5]))
                .unordered(new Bytes(new byte[6]))
                .annotation(new Bytes(new byte[7]))
                .build();
        byte[] array = sealed(writeSet);
        array[array.length - 8] ^= 1;
        assertThat(ReceivedWriteSet.decode(new Bytes(array)).annotation().length())
                .isEqualTo(7);
        byte[] unordered = sealed(writeSet);
        unordered[unordered.length - 32 - 8] ^= 1;
        refused(unordered, "checksum of a record set");
    }

    @Test
    void row13RefusesMoreKeysThanThereAreAndIgnoresFewer() throws MalformedMessageException {
        refused(shortHeader(5, 56), "key part 4 of 5 is not there");
        assertThat(ReceivedWriteSet.decode(shortHeader(3, 56)).keys().count()).isEqualTo(3);
    }

    @Test
    void row14RefusesAKeyPartThatIsCutOff() {
        // The last of the four becomes one of 16 bytes.
        refused(repairedKeys(array -> array[KEYS + 48] = (byte) (3 << 2 | 1)), "key part 3 is cut off");
    }

    @Test
    void row15RefusesUnknownFormatsOfKeyParts() {
        for (int format : new int[] {0, 5, 6, 7}) {
            refused(repairedKeys(array -> array[KEYS + 24] = (byte) (format << 2 | 1)), "key part of format " + format);
        }
    }

    @Test
    void row16RefusesWrongSizesOfPaths() {
        // The second part's first bytes become the size of the first part's path.
        for (int size : new int[] {0, 1, 2, 12}) {
            refused(
                    repairedKeys(array -> {
                        array[KEYS + 24] = 2 << 2 | 1;
                        LittleEndian.put16(array, KEYS + 32, size);
                    }),
                    "path of " + size + " bytes");
        }
        refused(
                repairedKeys(array -> {
                    array[KEYS + 24] = 2 << 2 | 1;
                    LittleEndian.put16(array, KEYS + 32, 0xfff8);
                }),
                "key part 0 is cut off");
        refused(repairedKeys(array -> array[KEYS + 48] = 2 << 2 | 1), "the path of key part 3 is not there");
    }

    @Test
    void row17RefusesPrefixesThatVersion3DoesNotHave() {
        assertThatThrownBy(() -> KeyType.read(3, 2)).isInstanceOf(MalformedMessageException.class);
        refused(repaired(array -> array[1] = 0x33), "key prefix 3 in a write-set of version 3");
    }

    @Test
    void row18RefusesASecondRecordOfData() {
        refused(
                repaired(array -> {
                    LittleEndian.put32(array, DATA, LittleEndian.i32(array, DATA) | 1 << 8);
                    repairSet(array, DATA, 160);
                }),
                "2 records where one is");
    }

    @Test
    void row19RefusesALastSeenThatIsNotBelowTheSeqno() throws MalformedMessageException {
        ReceivedWriteSet writeSet = ReceivedWriteSet.decode(new Bytes(vector()));
        writeSet.checkOrder(9);
        assertThatThrownBy(() -> writeSet.checkOrder(8)).hasMessage("write-set 8 has seen 8");
        ReceivedWriteSet negative =
                ReceivedWriteSet.decode(repaired(array -> LittleEndian.put64(array, WriteSetHeader.LAST_SEEN, -1)));
        assertThatThrownBy(() -> negative.checkOrder(9)).hasMessage("write-set 9 has seen -1");
    }

    @Test
    void rows21To23AreAccepted() throws MalformedMessageException {
        ReceivedWriteSet writeSet = ReceivedWriteSet.decode(repaired(array -> {
            LittleEndian.put16(array, WriteSetHeader.FLAGS, 0x3c41);
            Arrays.fill(array, WriteSetHeader.SOURCE, WriteSetHeader.SOURCE + 16, (byte) 0);
        }));
        assertThat(writeSet.flags()).isEqualTo(0x3c41);
        assertThat(ReceivedWriteSet.decode(new Bytes(Arrays.copyOf(vector(), 300)))
                        .data()
                        .length())
                .isEqualTo(130);
    }

    @Test
    void refusesSetsThatAreAnnouncedAndNotThere() {
        refused(Arrays.copyOf(vector(), 64), "no room for a record set");
        refused(Arrays.copyOf(vector(), 120), "no room for a record set");
        refused(repaired(array -> array[3] = 0x15), "no room for a record set");
        refused(WriteSetVectors.bytes("10-blob-1mib.head4096.bin").toArray(), "record set of 1048756 bytes");
    }

    private static byte[] vector() {
        return WriteSetVectors.bytes("01-insert-pk.bin").toArray();
    }

    private static byte[] sealed(UnsentWriteSet writeSet) {
        Originator originator = new Originator(new UUID(1, 2), 3, 4);
        return writeSet.seal(6, KeyFormat.FLAT8, originator, 5, 6).toArray();
    }

    private static Bytes repaired(Consumer<byte[]> change) {
        byte[] array = vector();
        change.accept(array);
        WriteSetHeader.close(array, 0, 64);
        return new Bytes(array);
    }

    private static Bytes repairedKeys(Consumer<byte[]> change) {
        return repaired(array -> {
            change.accept(array);
            repairSet(array, KEYS, 56);
        });
    }

    /** The key set with another header, repaired. */
    private static Bytes shortHeader(int count, int size) {
        return repaired(array -> {
            LittleEndian.put32(array, KEYS, 0x2b | (count - 1) << 8 | (size - 1) << 18);
            repairSet(array, KEYS, 56);
        });
    }

    private static void repairSet(byte[] array, int at, int padded) {
        LittleEndian.put32(array, at + 4, Murmur32.hash(array, at, 4));
        Murmur128 hash = new Murmur128()
                .add(array, at + 24, padded - 24)
                .add(array, at, 8)
                .digest();
        LittleEndian.put64(array, at + 8, hash.first());
        LittleEndian.put64(array, at + 16, hash.second());
    }

    /** A set with a long header of these numbers, without a checksum. */
    private static byte[] longHeader(long size, long count) {
        byte[] array = new byte[64];
        array[0] = 0x20;
        int at = 1;
        for (long number : new long[] {size, count}) {
            long left = number;
            for (; left > 0x7f; left >>>= 7) {
                array[at++] = (byte) (left | 0x80);
            }
            array[at++] = (byte) left;
        }
        int header = at + 4 + 7 & -8;
        LittleEndian.put32(array, header - 4, Murmur32.hash(array, 0, header - 4));
        return array;
    }

    private static void refused(Bytes bytes, String why) {
        assertThatThrownBy(() -> ReceivedWriteSet.decode(bytes))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }

    private static void refused(byte[] array, String why) {
        refused(new Bytes(array), why);
    }

    private static void refusedSet(byte[] array, String why) {
        assertThatThrownBy(() -> RecordSet.read(array, 0, array.length, null))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }
}
