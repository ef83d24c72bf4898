package io.dromon.it.state;

/** What befalls a state transfer between two nodes. */
enum TransferFault {
    CUT_ALL,
    RESET_ALL,
    CUT_FOR_GOOD,
    STALL_A_MOMENT,
    STALL_FOR_GOOD,
    DRIP_A_MOMENT,
    FLIP_A_BIT,
    JOINER_LEAVES,
    DONOR_LEAVES,
    DONOR_GIVES_NO_SNAPSHOT,
    JOINER_TAKES_NO_SNAPSHOT,
    DISK_FULL;

    /** Whether only a snapshot can suffer it. */
    boolean needsSnapshot() {
        return this == DONOR_GIVES_NO_SNAPSHOT || this == JOINER_TAKES_NO_SNAPSHOT || this == DISK_FULL;
    }
}
