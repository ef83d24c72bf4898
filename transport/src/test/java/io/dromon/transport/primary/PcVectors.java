package io.dromon.transport.primary;

import io.dromon.transport.wire.Bytes;
import java.util.HexFormat;
import java.util.List;

/** Captured messages of chapter 03 section 12, PC part only. */
final class PcVectors {
    private static final String MARIADBD = "d96df135e52e11f1b1fca2eb830c6078";
    private static final String GARBD = "eff0a58be52e11f1ae1006364d5c0298";

    /** STATE of a garbd that joins (section 12.1). */
    static final Bytes STATE_OF_JOINER = hex("01010000 00000000 01000000" + GARBD
            + "02000102 ffffffff 00000000000000000000000000000000 00000080 ffffffffffffffff");
    /** STATE of the primary mariadbd that it joins (section 12.1). */
    static final Bytes STATE_OF_PRIMARY =
            hex("01010000 00000000 01000000" + MARIADBD + "03000001 03000000" + MARIADBD + "010000c0 0200000000000000");
    /** INSTALL of these two (section 12.1). */
    static final Bytes INSTALL =
            hex("01020000 00000000 02000000" + MARIADBD + "03000001 03000000" + MARIADBD + "010000c0 0200000000000000"
                    + GARBD + "02000102 ffffffff 00000000000000000000000000000000 00000080 ffffffffffffffff");
    /** The first USER behind it, a STATE_UUID of GCS (section 12.1). */
    static final Bytes USER = hex("0103000001000000 f03d4e5ee52e11f18e52e7857d697123");
    /** INSTALL that changes a weight from 1 to 3 (section 12.3). */
    static final Bytes WEIGHT_CHANGE =
            hex("41020000 00000000 02000000" + MARIADBD + "03000003 03000000" + MARIADBD + "010000c0 0200000000000000"
                    + GARBD + "02000102 ffffffff 00000000000000000000000000000000 00000080 ffffffffffffffff");
    /** STATE of one of two survivors, after three of five were killed (section 12.4). */
    static final Bytes STATE_AFTER_LOSS =
            hex("0101000000000000 05000000" + "3f3b6515e52f11f19dcc7ed74675fc3c 02000001 04000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 2800000000000000"
                    + "3f7c8510e52f11f19adda2187dc658f7 02000001 01000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 2800000000000000"
                    + "40c0af19e52f11f19bb08ff838eee1dd 03000001 01000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 1d00000000000000"
                    + "4204c1f3e52f11f1b27f03053c2011c8 03000001 01000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 1d00000000000000"
                    + "43e872d2e52f11f1acc862f7e49476a6 03000001 04000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 1d00000000000000");
    /** INSTALL by which an operator makes these two primary (section 12.4). */
    static final Bytes BOOTSTRAP =
            hex("2102000000000000 02000000" + "3f3b6515e52f11f19dcc7ed74675fc3c 02000001 04000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 2800000000000000"
                    + "3f7c8510e52f11f19adda2187dc658f7 02000001 01000000"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 050000c0 2800000000000000");
    /** STATE of a node that continues from its saved view (section 12.5). */
    static final Bytes STATE_OF_RESTORED =
            hex("0101000000000000 01000000" + "3f3b6515e52f11f19dcd7ed74675fc3c 02000001 ffffffff"
                    + "3f3b6515e52f11f19dcc7ed74675fc3c 08000080 ffffffffffffffff");
    /** USER with a checksum (section 12.7). */
    static final Bytes USER_WITH_CHECKSUM = hex("1103251f01000000 30ae1320e53011f184e51f3396ee6b20");
    /** The entries with header bits 0x04 and 0x08, each put into a STATE of its own (section 12.8). */
    static final Bytes UNKNOWN = hex("0101000000000000 01000000" + "00000001e53011f18001aaaaaaaaaaaa 06000003 ffffffff"
            + "00000001e53011f18000aaaaaaaaaaaa 01000080 ffffffffffffffff");

    static final Bytes EVICTED = hex("0101000000000000 01000000" + "694e4032e53011f1b412fa04e257c908 0b000001 04000000"
            + "67c7bfd7e53011f18530462e0e93de22 030000c0 0a00000000000000");

    static final List<Bytes> ALL = List.of(
            STATE_OF_JOINER,
            STATE_OF_PRIMARY,
            INSTALL,
            USER,
            WEIGHT_CHANGE,
            STATE_AFTER_LOSS,
            BOOTSTRAP,
            STATE_OF_RESTORED,
            USER_WITH_CHECKSUM,
            UNKNOWN,
            EVICTED);

    private PcVectors() {}

    static Bytes hex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
