package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Walks over the key parts of a {@link KeySet}; reusable, so that no key leaves garbage. The accessors are for the part
 * that {@link #next} has moved to.
 *
 * <pre>{@code
 * cursor.over(writeSet.keys());
 * while (cursor.next()) {
 *     look(cursor.first(), cursor.type());
 * }
 * }</pre>
 */
public final class KeyCursor {
    private KeySet keys = KeySet.EMPTY;
    private KeyType[] types = KeyType.table(WriteSetHeader.NEWEST);
    private KeyFormat format = KeyFormat.FLAT8;
    private int part;
    private int following;

    /** Starts before the first part. */
    public KeyCursor over(KeySet set) {
        keys = set;
        types = KeyType.table(set.version);
        following = set.from;
        return this;
    }

    /** Moves to the next part; false if there is none. */
    public boolean next() {
        if (following >= keys.to) {
            return false;
        }
        part = following;
        format = KeyFormat.ofChecked(keys.array[part] >> 2 & 7);
        following = part + format.hashBytes();
        if (format.isAnnotated()) {
            following += LittleEndian.u16(keys.array, following);
        }
        return true;
    }

    /** The first word of the hash; its lowest 5 bits, which are no hash, are 0. */
    public long first() {
        return LittleEndian.i64(keys.array, part) & ~KeySet.NOT_HASH;
    }

    /** Whether the hash has 16 bytes, else 8. */
    public boolean isWide() {
        return format.hashBytes() == 16;
    }

    /** The second word of the hash; 0 if it has 8 bytes. */
    public long second() {
        return isWide() ? LittleEndian.i64(keys.array, part + 8) : 0;
    }

    /** The type of the part. */
    public KeyType type() {
        return types[keys.array[part] & 3];
    }

    /** How the part is written. */
    public KeyFormat format() {
        return format;
    }

    /** The path in the part, not copied, perhaps cut; empty if the format has none. */
    public List<Bytes> path() {
        List<Bytes> path = new ArrayList<>();
        if (format.isAnnotated()) {
            int at = part + format.hashBytes() + 2;
            int end = following;
            while (end > at && keys.array[end - 1] == 0) {
                end--;
            }
            while (at < end) {
                int length = Math.min(LittleEndian.u8(keys.array, at), following - at - 1);
                path.add(new Bytes(Arrays.copyOfRange(keys.array, at + 1, at + 1 + length)));
                at += 1 + length;
            }
        }
        return path;
    }
}
