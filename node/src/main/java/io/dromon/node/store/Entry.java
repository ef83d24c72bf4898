package io.dromon.node.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A key with its value. The arrays are the caller's own.
 *
 * @param key at least one byte
 * @param value may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // equality is by content, see equals
public record Entry(byte[] key, byte[] value) {
    /** The key as a text in UTF-8. */
    public String keyText() {
        return new String(key, StandardCharsets.UTF_8);
    }

    /** The value as a text in UTF-8. */
    public String valueText() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that && Arrays.equals(key, that.key) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
    }

    /** Never the content: it is not logged. */
    @Override
    public String toString() {
        return "Entry[" + key.length + " bytes, " + value.length + " bytes]";
    }
}
