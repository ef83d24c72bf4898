package io.dromon.node.store;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction does to one key.
 *
 * @param key 1 to {@link Transaction#MAX_KEY_BYTES} bytes
 * @param value null if it removes the key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Change(byte[] key, byte @Nullable [] value) {
    /** The order of keys. */
    static final Comparator<byte[]> KEY_ORDER = Arrays::compareUnsigned;
}
