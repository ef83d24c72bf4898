package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the key parts of one write-set as Galera does (chapter 05 section 6.5): in the order of the keys, branches first; a
 * part is written again only with a stronger type; what lies under an EXCLUSIVE branch is left out.
 */
final class KeySetWriter {
    private static final int MAX_PART = 4096;
    private static final int MAX_NAME = 255;
    private static final int SIZE_LENGTH = 2;
    /** The path of the zero-level key (section 6.6). */
    private static final Bytes ZERO_LEVEL = new Bytes(new byte[1]);

    private final KeyFormat format;
    private final Murmur128 hash = new Murmur128();
    private byte[] bytes = new byte[128];
    private int length;
    private int count;
    /** Open addressing; 1 + index of the written part, 0 is free. */
    private int[] cells = new int[16];

    private int[] starts = new int[8];
    private int distinct;

    KeySetWriter(KeyFormat format) {
        this.format = format;
    }

    /** What was written so far; valid until something is added. */
    KeyParts parts() {
        return new KeyParts(format, new Bytes(bytes, 0, length), count);
    }

    void add(Key key) {
        hash.reset();
        List<Bytes> path = key.path();
        for (int depth = 1; depth <= path.size(); depth++) {
            Key.addPart(hash, path.get(depth - 1));
            boolean leaf = depth == path.size();
            KeyType type = leaf ? key.type() : KeyType.REFERENCE;
            hash.digest();
            int cell = find(hash.first(), hash.second());
            if (cells[cell] == 0) {
                if (distinct == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * distinct);
                }
                cells[cell] = ++distinct;
                starts[distinct - 1] = write(type, path, depth);
                growCells();
                continue;
            }
            int known = cells[cell] - 1;
            KeyType before = KeyType.of(bytes[starts[known]] & 3);
            if (!leaf && before == KeyType.EXCLUSIVE) {
                return;
            }
            if (before.compareTo(type) < 0) {
                starts[known] = write(type, path, depth);
            }
        }
    }

    /** The one-part key that every write-set of version 6 carries, last. */
    void addZeroLevel() {
        add(new Key(KeyType.REFERENCE, List.of(ZERO_LEVEL)));
    }

    /** The cell of the part with this hash, or the free one where it would stand. */
    private int find(long first, long second) {
        int mask = cells.length - 1;
        int cell = (int) (first >>> 8) & mask;
        while (cells[cell] != 0) {
            int at = starts[cells[cell] - 1];
            boolean equal = ((LittleEndian.i64(bytes, at) ^ first) & ~KeySet.NOT_HASH) == 0
                    && (format.hashBytes() == 8 || LittleEndian.i64(bytes, at + 8) == second);
            if (equal) {
                break;
            }
            cell = cell + 1 & mask;
        }
        return cell;
    }

    private void growCells() {
        if (2 * distinct <= cells.length) {
            return;
        }
        cells = new int[2 * cells.length];
        int mask = cells.length - 1;
        for (int i = 0; i < distinct; i++) {
            int cell = (int) (LittleEndian.i64(bytes, starts[i]) >>> 8) & mask;
            while (cells[cell] != 0) {
                cell = cell + 1 & mask;
            }
            cells[cell] = i + 1;
        }
    }

    private int write(KeyType type, List<Bytes> path, int depth) {
        int at = length;
        room(format.isAnnotated() ? MAX_PART : format.hashBytes());
        LittleEndian.put64(bytes, at, (hash.first() & ~KeySet.NOT_HASH) | format.code() << 2 | type.ordinal());
        if (format.hashBytes() == 16) {
            LittleEndian.put64(bytes, at + 8, hash.second());
        }
        length = at + format.hashBytes();
        if (format.isAnnotated()) {
            writePath(path, depth, at + MAX_PART);
        }
        count++;
        return at;
    }

    private void writePath(List<Bytes> path, int depth, int limit) {
        int start = length;
        int at = start + SIZE_LENGTH;
        for (int i = 0; i < depth && at < limit; i++) {
            Bytes part = path.get(i);
            int taken = Math.min(Math.min(part.length(), MAX_NAME), limit - at - 1);
            bytes[at] = (byte) taken;
            System.arraycopy(part.array(), part.offset(), bytes, at + 1, taken);
            at += 1 + taken;
        }
        int size = at - start + 7 & -8;
        Arrays.fill(bytes, at, start + size, (byte) 0);
        LittleEndian.put16(bytes, start, size);
        length = start + size;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            long wanted = Math.max(2L * bytes.length, (long) length + more);
            if (length + (long) more > WriteSetFrame.MAX_LENGTH) {
                throw new IllegalArgumentException("the keys of a write-set take more than 2 GiB");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, WriteSetFrame.MAX_LENGTH));
        }
    }
}
