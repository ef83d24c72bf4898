package io.dromon.node.certification;

import io.dromon.node.writeset.Key;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.Originator;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** Write-sets for tests; those that this node does not send come of changed header bytes. */
final class TestWriteSet {
    private static final int HEADER = 64;
    private static final int FLAGS = 4;
    private static final int PA_RANGE = 6;
    private static final int CHECKSUM = 56;
    private static final int DATA_SETS = 0x0f;

    private final WriteSetBuilder builder = new WriteSetBuilder();
    private final UUID source;
    private final long lastSeen;
    private KeyFormat format = KeyFormat.FLAT8;
    private int version = 6;
    private int flags = -1;
    private int paRange = -1;

    private TestWriteSet(UUID source, long lastSeen) {
        this.source = source;
        this.lastSeen = lastSeen;
    }

    static TestWriteSet of(UUID source, long lastSeen) {
        return new TestWriteSet(source, lastSeen);
    }

    /** A node's UUID. */
    static UUID node(int number) {
        return new UUID(0x1000L + number, 0x8000_0000_0000_0001L);
    }

    TestWriteSet key(KeyType type, String... path) {
        builder.key(Key.of(type, path));
        return this;
    }

    TestWriteSet exclusive(String... path) {
        return key(KeyType.EXCLUSIVE, path);
    }

    TestWriteSet update(String... path) {
        return key(KeyType.UPDATE, path);
    }

    TestWriteSet reference(String... path) {
        return key(KeyType.REFERENCE, path);
    }

    TestWriteSet shared(String... path) {
        return key(KeyType.SHARED, path);
    }

    TestWriteSet format(KeyFormat value) {
        format = value;
        return this;
    }

    TestWriteSet version(int value) {
        version = value;
        return this;
    }

    TestWriteSet flags(int value) {
        flags = value;
        return this;
    }

    TestWriteSet paRange(int value) {
        paRange = value;
        return this;
    }

    ReceivedWriteSet received() {
        UnsentWriteSet unsent = builder.data(new Bytes(new byte[] {1})).build();
        byte[] bytes = unsent.seal(version, format, new Originator(source, 1, 2), lastSeen, 3)
                .toArray();
        if (flags >= 0) {
            little(bytes).putShort(FLAGS, (short) flags);
        }
        if (paRange >= 0) {
            little(bytes).putShort(PA_RANGE, (short) paRange);
        }
        return decoded(bytes);
    }

    /** The same as a state transfer brings it. */
    static ReceivedWriteSet transferred(ReceivedWriteSet writeSet, Verdict verdict) {
        byte[] bytes = writeSet.bytes().toArray();
        Bytes header = writeSet.certifiedHeader(verdict.seqno(), verdict.paRange());
        System.arraycopy(header.toArray(), 0, bytes, 0, HEADER);
        return decoded(bytes);
    }

    /** Header and keys of a write-set whose data are not there. */
    static ReceivedWriteSet withoutData(byte[] headerAndKeys) {
        byte[] bytes = headerAndKeys.clone();
        bytes[3] &= ~DATA_SETS;
        return decoded(bytes);
    }

    private static ReceivedWriteSet decoded(byte[] bytes) {
        little(bytes).putLong(CHECKSUM, Murmur128.first(new Bytes(bytes, 0, CHECKSUM)));
        try {
            return ReceivedWriteSet.decode(new Bytes(bytes));
        } catch (MalformedMessageException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
