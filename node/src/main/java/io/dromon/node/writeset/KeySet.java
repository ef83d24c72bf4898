package io.dromon.node.writeset;

import io.dromon.transport.wire.MalformedMessageException;

/**
 * The key parts of a received write-set, in place in its array and checked (chapter 05 section 6.3). Walk over them with a
 * {@link KeyCursor}.
 *
 * <pre>
 *  hash (8 or 16), of byte 0:  7-5 hash, 4-2 format, 1-0 prefix (the type)
 *  formats with a path:  size of the path with this field (2), then per part length (1) and bytes, zeros to 8
 * </pre>
 */
public final class KeySet {
    /** No keys. */
    public static final KeySet EMPTY = new KeySet(new byte[0], 0, 0, 0, WriteSetHeader.NEWEST);

    /** The bits of byte 0 that are no hash. */
    static final int NOT_HASH = 0x1f;

    final byte[] array;
    final int from;
    final int to;
    final int version;
    private final int count;

    private KeySet(byte[] array, int from, int to, int count, int version) {
        this.array = array;
        this.from = from;
        this.to = to;
        this.count = count;
        this.version = version;
    }

    /** Checks that as many parts as the set announces are inside it; what follows the last one is ignored. */
    static KeySet checked(byte[] array, RecordSet set, int version) throws MalformedMessageException {
        int at = set.records();
        for (int i = 0; i < set.count(); i++) {
            if (set.recordsEnd() - at < 8) {
                throw new MalformedMessageException("key part " + i + " of " + set.count() + " is not there");
            }
            int first = array[at] & NOT_HASH;
            KeyType.read(version, first & 3);
            KeyFormat format = KeyFormat.ofPart(first >> 2);
            int length = format.hashBytes();
            if (format.isAnnotated()) {
                if (set.recordsEnd() - at - length < 2) {
                    throw new MalformedMessageException("the path of key part " + i + " is not there");
                }
                int path = LittleEndian.u16(array, at + length);
                if (path < 2 || path % 8 != 0) {
                    throw new MalformedMessageException("path of " + path + " bytes in key part " + i);
                }
                length += path;
            }
            if (length > set.recordsEnd() - at) {
                throw new MalformedMessageException("key part " + i + " is cut off");
            }
            at += length;
        }
        return new KeySet(array, set.records(), at, set.count(), version);
    }

    /** Number of key parts. */
    public int count() {
        return count;
    }
}
