package io.dromon.node.certification;

import io.dromon.node.writeset.KeyType;

/** The table of key comparison (chapter 05 section 7.4), and the constants that all members share. */
final class Rules {
    /** How far below its seqno a write-set's snapshot may be, and how many write-sets are remembered at most. */
    static final int MAX_INTERVAL = 16384;
    /** The length is looked at when these bits of the seqno are 0. */
    static final int LENGTH_CHECK = 127;

    /** Types by the order in which the slots of an entry are looked at. */
    private static final KeyType[] STRONG = {KeyType.EXCLUSIVE, KeyType.UPDATE};

    private static final KeyType[] ALL = {KeyType.EXCLUSIVE, KeyType.UPDATE, KeyType.REFERENCE, KeyType.SHARED};

    private Rules() {}

    /** The types that mean something to a new key of {@code type}: all others go together with it. */
    static KeyType[] looksAt(KeyType type) {
        return type.compareTo(KeyType.UPDATE) < 0 ? STRONG : ALL;
    }

    /** Whether a found {@code found} that was not seen is a conflict for a new {@code type}, else a dependency. */
    static boolean isConflict(KeyType found, KeyType type) {
        return switch (found) {
            case EXCLUSIVE -> true;
            case UPDATE -> type.compareTo(KeyType.UPDATE) >= 0;
            case REFERENCE -> type == KeyType.EXCLUSIVE;
            case SHARED -> false;
        };
    }

    /** Spreads the bits of {@code value}; reversible, so different values stay different. */
    static long mix(long value) {
        long k = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
    }
}
