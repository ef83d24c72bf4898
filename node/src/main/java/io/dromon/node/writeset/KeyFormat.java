package io.dromon.node.writeset;

import io.dromon.transport.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/** The format of a key part (chapter 05 section 6.4): bytes of hash, and whether the path stands behind it. */
public enum KeyFormat {
    /** 8 bytes. */
    FLAT8(8, false),
    /** 8 bytes and the path, for logs. */
    FLAT8A(8, true),
    /** 16 bytes. */
    FLAT16(16, false),
    /** 16 bytes and the path, for logs. */
    FLAT16A(16, true);

    private static final KeyFormat[] ALL = values();

    private final int hashBytes;
    private final boolean annotated;

    KeyFormat(int hashBytes, boolean annotated) {
        this.hashBytes = hashBytes;
        this.annotated = annotated;
    }

    /** Bytes of the hash in a part, 8 or 16. */
    public int hashBytes() {
        return hashBytes;
    }

    /** Whether parts carry the path, cut to 4 KiB. */
    public boolean isAnnotated() {
        return annotated;
    }

    /** The number on the wire, 1 to 4. */
    int code() {
        return ordinal() + 1;
    }

    /** The format of a key part with {@code code}. */
    static KeyFormat ofPart(int code) throws MalformedMessageException {
        if (code < 1 || code > ALL.length) {
            throw new MalformedMessageException("key part of format " + code);
        }
        return ALL[code - 1];
    }

    /** The format of a key part that was checked. */
    static KeyFormat ofChecked(int code) {
        return ALL[code - 1];
    }

    /** The format that a header announces; null if there is no key set. */
    static @Nullable KeyFormat ofHeader(int code) throws MalformedMessageException {
        if (code == 0) {
            return null;
        }
        if (code > ALL.length) {
            throw new MalformedMessageException("key set of format " + code);
        }
        return ALL[code - 1];
    }
}
