package io.dromon.node.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The store as of one number of the cluster's order. It ends with the call that it was given to: what is used later
 * throws an {@link IllegalStateException}. Not thread-safe.
 *
 * <p>Keys are bytes, ordered as unsigned ones; a text is its UTF-8. The part of a key before its first {@code /} is its
 * <em>branch</em>, which means something to {@link Isolation#SERIALIZABLE} scans alone.
 */
public interface Snapshot {
    /** The number of the order up to which this snapshot has everything; 0 if nothing was ever written. */
    long seqno();

    /**
     * The value of a key; empty if there is none.
     *
     * @throws StoreException if the storage fails
     */
    Optional<byte[]> get(byte[] key);

    /**
     * The entries with {@code from <= key < to}, in the order of the keys, read as the stream is.
     *
     * @param to an empty array for no upper bound
     * @throws StoreException if the storage fails, also from the stream
     */
    Stream<Entry> scan(byte[] from, byte[] to);

    /** {@link #get(byte[])} of a text. */
    default Optional<byte[]> get(String key) {
        return get(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The value of a text as a text. */
    default Optional<String> getText(String key) {
        return get(key).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    /** {@link #scan(byte[], byte[])} of texts. */
    default Stream<Entry> scan(String from, String to) {
        return scan(from.getBytes(StandardCharsets.UTF_8), to.getBytes(StandardCharsets.UTF_8));
    }
}
