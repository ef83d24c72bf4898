package io.dromon.node.store;

import java.nio.charset.StandardCharsets;

/**
 * A transaction under way: reads of one snapshot, and its own writes, which nobody else sees before it has committed.
 * {@link #scan} shows the own writes that were made before it was called.
 */
public interface Transaction extends Snapshot {
    /** Most bytes of a key. */
    int MAX_KEY_BYTES = 65_535;

    /**
     * Sets a value.
     *
     * @param key 1 to {@link #MAX_KEY_BYTES} bytes; copied
     * @param value copied
     * @throws IllegalArgumentException if the key is empty or too long
     */
    void put(byte[] key, byte[] value);

    /**
     * Removes a key, if it is there.
     *
     * @param key 1 to {@link #MAX_KEY_BYTES} bytes; copied
     * @throws IllegalArgumentException if the key is empty or too long
     */
    void delete(byte[] key);

    /** {@link #put(byte[], byte[])} with a text as the key. */
    default void put(String key, byte[] value) {
        put(key.getBytes(StandardCharsets.UTF_8), value);
    }

    /** {@link #put(byte[], byte[])} of texts. */
    default void put(String key, String value) {
        put(key, value.getBytes(StandardCharsets.UTF_8));
    }

    /** {@link #delete(byte[])} of a text. */
    default void delete(String key) {
        delete(key.getBytes(StandardCharsets.UTF_8));
    }
}
