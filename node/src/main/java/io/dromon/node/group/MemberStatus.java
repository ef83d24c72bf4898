package io.dromon.node.group;

/** State of a member; the ordinal is the code on the wire (chapter 04 section 7.1). */
public enum MemberStatus {
    /** Not in a primary configuration. */
    NON_PRIM,
    /** In one, its state is unknown or outdated; its write-sets are void. */
    PRIM,
    /** Receives the state. */
    JOINER,
    /** Gives its state, or is desynced; a full member. */
    DONOR,
    /** Complete, catching up. */
    JOINED,
    /** Complete and current. */
    SYNCED;

    private static final MemberStatus[] VALUES = values();

    /** Whether the member's write-sets count and its history takes part in the quorum: DONOR, JOINED, SYNCED. */
    public boolean isJoined() {
        return ordinal() >= DONOR.ordinal();
    }

    /** Code 0 to 5. */
    static MemberStatus of(int code) {
        return VALUES[code];
    }

    static boolean isCode(int code) {
        return code >= 0 && code < VALUES.length;
    }
}
