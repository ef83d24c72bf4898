package io.dromon.it.sst;

/** What befalls a transfer. */
enum SstFault {
    KILL_DONOR,
    KILL_JOINER,
    KILL_TUNNEL_OF_DONOR,
    KILL_TUNNEL_OF_JOINER,
    TERMINATE_DONOR,
    TERMINATE_JOINER,
    CUT_ONE,
    CUT_ALL,
    RESET_ALL,
    CUT_FOR_GOOD,
    STALL_A_MOMENT,
    STALL_FOR_GOOD,
    ONE_BYTE_AT_A_TIME,
    FLIP_A_BIT,
    DISK_FULL,
    FILE_CHANGES,
    FILE_VANISHES,
    FILE_APPEARS;

    /** Whether the transfer runs through a pair of {@code dromon tunnel}. */
    boolean needsTunnels() {
        return this == KILL_TUNNEL_OF_DONOR || this == KILL_TUNNEL_OF_JOINER;
    }

    /** Whether the source is another one afterwards. */
    boolean changesSource() {
        return this == FILE_CHANGES || this == FILE_VANISHES || this == FILE_APPEARS;
    }
}
