package io.dromon.node;

import io.dromon.transport.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A change to be replicated: its data, and the keys of the resources that its transaction has read and written. Immutable;
 * it may be replicated more than once.
 *
 * <p>Of two transactions that ran at the same time and have a key in types that do not go together, the first one in the
 * order commits, on whatever nodes they ran; the other one fails with a {@link CertificationFailedException} on all of
 * them. A write-set without keys conflicts with none.
 *
 * <pre>{@code
 * WriteSet.builder().exclusive("accounts", "42").shared("rates", "EUR").basedOn(snapshot).data(bytes).build()
 * }</pre>
 */
public final class WriteSet {
    /** {@link #basedOn} of a write-set that names no snapshot. */
    public static final long NO_SNAPSHOT = -1;

    private final List<Key> keys;
    private final Bytes data;
    private final long basedOn;

    private WriteSet(Builder builder) {
        this.keys = List.copyOf(builder.keys);
        this.data = builder.data;
        this.basedOn = builder.basedOn;
    }

    /**
     * A write-set of these bytes, without keys.
     *
     * @param data copied
     * @throws IllegalArgumentException if there are none
     */
    public static WriteSet of(byte[] data) {
        return builder().data(data).build();
    }

    /** Collects keys and data. */
    public static Builder builder() {
        return new Builder();
    }

    /** Size of the data in bytes. */
    public int size() {
        return data.length();
    }

    /** The data. */
    public Bytes data() {
        return data;
    }

    /** The keys as they were given. */
    public List<Key> keys() {
        return keys;
    }

    /** The snapshot that the transaction has read, {@link #NO_SNAPSHOT} if none was named. */
    public long basedOn() {
        return basedOn;
    }

    /**
     * A resource by its path: {@code accounts / 42}. Every shorter path is a branch of the key and is referenced with it, so
     * that {@code exclusive("accounts")} conflicts with all that is below.
     *
     * @param type what the transaction does with the resource
     * @param path at least one part; a part is any string of bytes
     */
    public record Key(Type type, List<Bytes> path) {
        /** The use that a transaction makes of a resource, from the weakest to the strongest. */
        public enum Type {
            /** It was read. Does not go with {@link #EXCLUSIVE}. */
            SHARED,
            /** It is referenced and must not go away. Does not go with {@link #EXCLUSIVE}. */
            REFERENCE,
            /** It is modified. Goes with neither itself nor {@link #EXCLUSIVE}. */
            UPDATE,
            /** It is created, deleted or replaced. Goes with none that comes before it but SHARED. */
            EXCLUSIVE
        }

        private static final Bytes ZERO_LEVEL = new Bytes(new byte[1]);

        public Key {
            path = List.copyOf(path);
            if (path.isEmpty()) {
                throw new IllegalArgumentException("a key has at least one part");
            }
            if (path.size() == 1 && path.get(0).equals(ZERO_LEVEL)) {
                throw new IllegalArgumentException("the key of a single byte 0 belongs to every write-set");
            }
        }

        /** A key whose parts are texts, in UTF-8. */
        public static Key of(Type type, String... parts) {
            List<Bytes> path = new ArrayList<>(parts.length);
            for (String part : parts) {
                path.add(new Bytes(part.getBytes(StandardCharsets.UTF_8)));
            }
            return new Key(type, path);
        }

        /** A key whose parts are bytes; the arrays are copied. */
        public static Key of(Type type, byte[]... parts) {
            List<Bytes> path = new ArrayList<>(parts.length);
            for (byte[] part : parts) {
                path.add(new Bytes(part.clone()));
            }
            return new Key(type, path);
        }
    }

    /** Collects the keys and the data of one transaction. Not thread-safe. */
    public static final class Builder {
        private final List<Key> keys = new ArrayList<>();
        private Bytes data = Bytes.EMPTY;
        private long basedOn = NO_SNAPSHOT;

        private Builder() {}

        /** A resource that is created, deleted or replaced: no other transaction may have it at the same time. */
        public Builder exclusive(String... path) {
            return key(Key.of(Key.Type.EXCLUSIVE, path));
        }

        /** A resource that is modified: others may read it, none may write it at the same time. */
        public Builder update(String... path) {
            return key(Key.of(Key.Type.UPDATE, path));
        }

        /** A resource that is referenced and must not go away. */
        public Builder reference(String... path) {
            return key(Key.of(Key.Type.REFERENCE, path));
        }

        /**
         * A resource that was read: the transaction fails if another one has written it {@link #exclusive} since its
         * snapshot. Transactions that give all their reads so, and all their writes exclusive, are serialisable.
         */
        public Builder shared(String... path) {
            return key(Key.of(Key.Type.SHARED, path));
        }

        /** A key of any type and parts. */
        public Builder key(Key key) {
            keys.add(key);
            return this;
        }

        /**
         * The change itself: at least one byte.
         *
         * @param bytes copied
         */
        public Builder data(byte[] bytes) {
            data = new Bytes(bytes.clone());
            return this;
        }

        /**
         * The snapshot that the transaction has read: the number of the last {@link Delivery}, or of the last primary {@link
         * ClusterView} if that is newer, whose effects it has seen with those of all before it. Without it the last one that the application has returned from when {@link
         * Node#replicate} is called, which is right only if the reads were made after that.
         *
         * @throws IllegalArgumentException if {@code seqno} is negative
         */
        public Builder basedOn(long seqno) {
            if (seqno < 0) {
                throw new IllegalArgumentException("a snapshot at number " + seqno);
            }
            basedOn = seqno;
            return this;
        }

        /** @throws IllegalArgumentException if there are no data */
        public WriteSet build() {
            if (data.length() == 0) {
                throw new IllegalArgumentException("a write-set has at least one byte of data");
            }
            return new WriteSet(this);
        }
    }
}
