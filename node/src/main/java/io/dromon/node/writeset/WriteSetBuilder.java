package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the keys and the data of one transaction. A write-set without keys is ordered with everything: it never
 * conflicts, and is not applied in parallel with others.
 *
 * <p>Not thread-safe. {@link #build} copies the data, and may be called more than once.
 */
public final class WriteSetBuilder {
    private final List<Key> keys = new ArrayList<>();
    private Bytes data = Bytes.EMPTY;
    private Bytes unordered = Bytes.EMPTY;
    private Bytes annotation = Bytes.EMPTY;
    private long basedOn = UnsentWriteSet.NO_SNAPSHOT;

    /** A resource that is created, deleted or replaced. */
    public WriteSetBuilder exclusive(String... path) {
        return key(Key.of(KeyType.EXCLUSIVE, path));
    }

    /** A resource that is modified. */
    public WriteSetBuilder update(String... path) {
        return key(Key.of(KeyType.UPDATE, path));
    }

    /** A resource that is referenced and must not go away. */
    public WriteSetBuilder reference(String... path) {
        return key(Key.of(KeyType.REFERENCE, path));
    }

    /** A resource that was read: the transaction fails if another one replaced it since. */
    public WriteSetBuilder shared(String... path) {
        return key(Key.of(KeyType.SHARED, path));
    }

    /** A key of any type and parts. */
    public WriteSetBuilder key(Key key) {
        keys.add(key);
        return this;
    }

    /** The change itself. Not copied before {@link #build}. */
    public WriteSetBuilder data(Bytes bytes) {
        data = bytes;
        return this;
    }

    /** What the others get outside of the order of commits; only with {@link #data}. */
    public WriteSetBuilder unordered(Bytes bytes) {
        unordered = bytes;
        return this;
    }

    /** Text for logs; only with {@link #data}. */
    public WriteSetBuilder annotation(Bytes bytes) {
        annotation = bytes;
        return this;
    }

    /**
     * The snapshot that the transaction has read. A key that another transaction has written since is a conflict.
     *
     * @throws IllegalArgumentException if {@code seqno} is negative
     */
    public WriteSetBuilder basedOn(long seqno) {
        if (seqno < 0) {
            throw new IllegalArgumentException("a snapshot at seqno " + seqno);
        }
        basedOn = seqno;
        return this;
    }

    /**
     * The write-set.
     *
     * @throws IllegalArgumentException if it has neither keys nor data, unordered data or an annotation without data
     *     (chapter 05, pitfall 18), or is larger than 2 GiB
     */
    public UnsentWriteSet build() {
        if (data.length() == 0 && keys.isEmpty()) {
            throw new IllegalArgumentException("a write-set has at least one key or one byte");
        }
        if (data.length() == 0 && unordered.length() + annotation.length() > 0) {
            throw new IllegalArgumentException("unordered data and annotations go with data only");
        }
        return new UnsentWriteSet(keys, data, unordered, annotation, basedOn);
    }
}
