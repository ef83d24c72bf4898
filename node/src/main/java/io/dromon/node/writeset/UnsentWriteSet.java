package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ordinary transaction of one write-set, before it is sent: keys and data, laid out once for the newest version. Made
 * by a {@link WriteSetBuilder}; thread-safe.
 */
public final class UnsentWriteSet {
    /** {@link #basedOn} of a write-set that names no snapshot. */
    public static final long NO_SNAPSHOT = -1;
    /** {@code pa_range} of a whole transaction: no bound (section 3.3). */
    private static final int ANY_RANGE = 0xffff;
    /** What Galera counts for a set beside its content (section 9.1). */
    private static final int COUNTED_PER_SET = 40;

    private static final KeyParts NO_KEYS = noKeys();

    private final List<Key> keys;
    private final Bytes unordered;
    private final Bytes annotation;
    private final long basedOn;
    private final WriteSetFrame frame;
    private final int frameKeysLength;
    private boolean frameIsTaken;

    UnsentWriteSet(List<Key> keys, Bytes data, Bytes unordered, Bytes annotation, long basedOn) {
        this.keys = List.copyOf(keys);
        this.unordered = unordered;
        this.annotation = annotation;
        this.basedOn = basedOn;
        KeyParts parts = keyParts(WriteSetHeader.NEWEST, KeyFormat.FLAT8);
        this.frameKeysLength = parts.bytes().length();
        this.frame = layOut(WriteSetHeader.NEWEST, parts, data);
    }

    /** Neither keys nor data: what counts is its header. */
    public static UnsentWriteSet empty() {
        return new UnsentWriteSet(List.of(), Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, NO_SNAPSHOT);
    }

    private static KeyParts noKeys() {
        KeySetWriter writer = new KeySetWriter(KeyFormat.FLAT8);
        writer.addZeroLevel();
        return writer.parts();
    }

    private KeyParts keyParts(int version, KeyFormat format) {
        if (keys.isEmpty() && version == WriteSetHeader.NEWEST && format == KeyFormat.FLAT8) {
            return NO_KEYS;
        }
        KeySetWriter writer = new KeySetWriter(format);
        for (Key key : keys) {
            writer.add(key);
        }
        if (version >= 6) {
            writer.addZeroLevel();
        }
        return writer.parts();
    }

    private WriteSetFrame layOut(int version, KeyParts parts, Bytes data) {
        int flags = keys.isEmpty() ? WriteSetFlags.TRANSACTION | WriteSetFlags.PA_UNSAFE : WriteSetFlags.TRANSACTION;
        return WriteSetFrame.of(version, flags, parts, List.of(data, unordered, annotation));
    }

    /** The keys as they were given. */
    public List<Key> keys() {
        return keys;
    }

    /** The application's data, in place. */
    public Bytes data() {
        return frame.data();
    }

    /** The bytes that an attempt with keys of 8 bytes sends. */
    public int length() {
        return frame.array().length;
    }

    /** The snapshot that the transaction has read, {@link #NO_SNAPSHOT} if none was named. */
    public long basedOn() {
        return basedOn;
    }

    /** The size that {@code repl.max_ws_size} limits, in bytes, with keys of 8 bytes (section 9.1). */
    public long countedSize() {
        long counted = WriteSetHeader.LENGTH + 3L * COUNTED_PER_SET + frameKeysLength;
        counted += frame.data().length() + unordered.length();
        return annotation.length() == 0 ? counted : counted + COUNTED_PER_SET + annotation.length();
    }

    /**
     * The bytes of one attempt to send. The first attempt with version 6 and {@code FLAT8} takes the array that was laid
     * out when the write-set was built; any other one copies the data once more, as an array that was sent may still be
     * on its way.
     *
     * @param version 5 or 6, see {@link #versionOf}
     * @param lastSeen the snapshot that the transaction has read
     * @param timestampNs the own monotonic clock
     */
    public Bytes seal(int version, KeyFormat format, Originator originator, long lastSeen, long timestampNs) {
        if (version < 5 || version > WriteSetHeader.NEWEST) {
            throw new IllegalArgumentException("write-sets of version " + version + " are not sent");
        }
        boolean taken = version == WriteSetHeader.NEWEST && format == KeyFormat.FLAT8 && takeFrame();
        WriteSetFrame attempt = taken ? frame : layOut(version, keyParts(version, format), frame.data());
        return attempt.seal(originator, lastSeen, ANY_RANGE, timestampNs);
    }

    private synchronized boolean takeFrame() {
        boolean taken = !frameIsTaken;
        frameIsTaken = true;
        return taken;
    }

    /**
     * The path that a key part of this write-set stands for: a key or a branch of one.
     *
     * @param first as {@link KeyCursor#first}
     */
    public Optional<List<Bytes>> pathOf(long first) {
        for (Key key : keys) {
            int depth = key.depthOf(first).orElse(0);
            if (depth > 0) {
                return Optional.of(new ArrayList<>(key.path()).subList(0, depth));
            }
        }
        return Optional.empty();
    }

    /**
     * The write-set version of a negotiated replication protocol (chapter 05 section 2.1).
     *
     * @throws IllegalArgumentException if this node cannot send it
     */
    public static int versionOf(int repl) {
        return switch (repl) {
            case 10 -> 5;
            case 11 -> 6;
            default -> throw new IllegalArgumentException("replication protocol " + repl + ", known are 10 and 11");
        };
    }
}
