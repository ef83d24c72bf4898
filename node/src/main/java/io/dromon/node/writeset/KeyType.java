package io.dromon.node.writeset;

import io.dromon.transport.wire.MalformedMessageException;

/**
 * The use that a write-set makes of the resource that a key names, from the weakest to the strongest (chapter 05
 * section 6.1).
 */
public enum KeyType {
    /** The resource was read or must exist. */
    SHARED,
    /** The resource is referenced and not modified: a parent row, or a branch of another key. */
    REFERENCE,
    /** The resource is modified. */
    UPDATE,
    /** The resource is created, deleted or replaced. */
    EXCLUSIVE;

    private static final KeyType[] ALL = values();
    /** Version 4 knows two kinds of modification as one. */
    private static final KeyType[] VERSION_4 = {SHARED, REFERENCE, EXCLUSIVE, EXCLUSIVE};

    private static final KeyType[] VERSION_3 = {SHARED, EXCLUSIVE};

    /** The type of ordinal {@code code}. */
    public static KeyType of(int code) {
        return ALL[code];
    }

    /** The type that {@code prefix}, 0 to 3, means in a write-set of {@code version}. */
    static KeyType read(int version, int prefix) throws MalformedMessageException {
        KeyType[] types = table(version);
        if (prefix >= types.length) {
            throw new MalformedMessageException("key prefix " + prefix + " in a write-set of version " + version);
        }
        return types[prefix];
    }

    /** The types by prefix. */
    static KeyType[] table(int version) {
        return version >= 5 ? ALL : version == 4 ? VERSION_4 : VERSION_3;
    }

    /** The two-letter form of Galera's log. */
    public String shortName() {
        return switch (this) {
            case SHARED -> "SH";
            case REFERENCE -> "RE";
            case UPDATE -> "UP";
            case EXCLUSIVE -> "EX";
        };
    }
}
