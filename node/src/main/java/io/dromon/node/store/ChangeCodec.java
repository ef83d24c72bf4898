package io.dromon.node.store;

import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data of a write-set of the store, the same bytes for the same changes. Big-endian:
 *
 * <pre>
 *  | version 1 (1) | changes: number (4) | change | change | ...
 *
 *  change:  | 1 put    (1) | key length (2) | key | value length (4) | value |
 *           | 2 delete (1) | key length (2) | key |
 * </pre>
 *
 * Keys ascend, each comes once, and nothing follows the last change. All members run the same decoder on the same
 * bytes, so what one refuses all refuse.
 */
final class ChangeCodec {
    private static final byte VERSION = 1;
    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final int HEADER_BYTES = 1 + Integer.BYTES;
    /** The shortest change: the removal of a key of one byte. */
    private static final int MIN_CHANGE_BYTES = 1 + Short.BYTES + 1;

    private ChangeCodec() {}

    /**
     * @param changes in the order of their keys, at least one
     * @throws IllegalArgumentException if they take more than 2 GiB
     */
    static byte[] encode(Collection<Change> changes) {
        long length = HEADER_BYTES;
        for (Change change : changes) {
            byte[] value = change.value();
            length += 1 + Short.BYTES + change.key().length + (value == null ? 0 : (long) Integer.BYTES + value.length);
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the changes of a transaction take " + length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate((int) length);
        out.put(VERSION).putInt(changes.size());
        for (Change change : changes) {
            byte[] value = change.value();
            out.put(value == null ? DELETE : PUT);
            out.putShort((short) change.key().length).put(change.key());
            if (value != null) {
                out.putInt(value.length).put(value);
            }
        }
        return out.array();
    }

    /** Reads all of {@code in}. */
    static List<Change> decode(ByteBuffer in) throws MalformedMessageException {
        if (in.remaining() < HEADER_BYTES) {
            throw new MalformedMessageException("a change of " + in.remaining() + " bytes");
        }
        byte version = in.get();
        if (version != VERSION) {
            throw new MalformedMessageException("a change of version " + version + ", " + VERSION + " is known");
        }
        int count = in.getInt();
        if (count < 1 || count > in.remaining() / MIN_CHANGE_BYTES) {
            throw new MalformedMessageException(count + " changes in " + in.remaining() + " bytes");
        }
        List<Change> changes = new ArrayList<>(count);
        byte @Nullable [] before = null;
        for (int i = 0; i < count; i++) {
            Change change = change(in);
            if (before != null && Change.KEY_ORDER.compare(before, change.key()) >= 0) {
                throw new MalformedMessageException("key " + i + " does not come behind the one before");
            }
            before = change.key();
            changes.add(change);
        }
        if (in.hasRemaining()) {
            throw new MalformedMessageException(in.remaining() + " bytes behind the last change");
        }
        return changes;
    }

    private static Change change(ByteBuffer in) throws MalformedMessageException {
        if (in.remaining() < MIN_CHANGE_BYTES) {
            throw new MalformedMessageException(in.remaining() + " bytes where a change begins");
        }
        byte kind = in.get();
        int keyLength = Short.toUnsignedInt(in.getShort());
        if (keyLength == 0) {
            throw new MalformedMessageException("an empty key");
        }
        byte[] key = bytes(in, keyLength, "key");
        if (kind == DELETE) {
            return new Change(key, null);
        } else if (kind != PUT) {
            throw new MalformedMessageException("a change of kind " + kind);
        } else if (in.remaining() < Integer.BYTES) {
            throw new MalformedMessageException(in.remaining() + " bytes where a value begins");
        }
        return new Change(key, bytes(in, in.getInt(), "value"));
    }

    private static byte[] bytes(ByteBuffer in, int length, String what) throws MalformedMessageException {
        if (length < 0 || length > in.remaining()) {
            throw new MalformedMessageException("a " + what + " of " + Integer.toUnsignedString(length)
                    + " bytes where " + in.remaining() + " are");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
