package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.UUID;

/** Captured bytes of chapter 04 section 14 and of the recorded state transfers. */
final class Vectors {
    static final UUID GROUP = UUID.fromString("50f15ce6-e52e-11f1-a980-5f09880377f7");

    /** STATE_MSG of a garbd that is new in the group (section 14.2). */
    static final Bytes STATE_OF_GARBD = hex("0608057f0000000058ad2870e52e11f1a11857976beb0fbc"
            + "00".repeat(32) + "ff".repeat(16) + "676172623100" + "00" + "7f" + "ff".repeat(8) + "00000000"
            + "ff".repeat(8) + "ff".repeat(8) + "00".repeat(8) + "00" + "000000");
    /** STATE_MSG of a donor that has seen a vote decided (section 14.3). */
    static final Bytes STATE_OF_DONOR = hex("0602050b03030500" + "90750575e52f11f1b5ff3eb35c6ff117"
            + "50f15ce6e52e11f1a9805f09880377f7" + "8ef76363e52f11f1b00a332f4665db09" + "4107000000000000"
            + "0b00000000000000" + "6e6f646531003132372e302e302e313a" + "323235313100" + "04" + "0100000000000000"
            + "01000000" + "0407000000000000" + "0905000000000000" + "0000000000000000" + "00050b04");
    /** VOTE of a node that did not find a row (section 14.8). */
    static final Bytes VOTE = hex("50f15ce6e52e11f1a9805f09880377f7" + "0905000000000000" + "0fc2b5a4028c5efe"
            + "2043616e27742066696e64207265636f726420696e202776272c204572726f72"
            + "5f636f64653a20313033323b0000");
    /** CCHANGE with three members, out of an IST stream (section 14.9). */
    static final Bytes CCHANGE = hex("00302c31312c342c3530663135636536" + "2d653532652d313166312d613938302d"
            + "3566303938383033373766373a333036" + "2c332c2d312c302c3300353066313265"
            + "37362d653532652d313166312d613261"
            + "392d313365666430653834653763006e" + "6f646531003132372e302e302e313a32"
            + "32353131000100000000000000053538"
            + "3630353438302d653532652d31316631" + "2d386361382d66366561316562303062"
            + "65390067617262310000ffffffffffff"
            + "ffff0565383066356463322d65353265" + "2d313166312d396565372d3466643865" + "3163313761343600"
            + "6e6f646532003132"
            + "372e302e302e313a323235313200ffff" + "ffffffffffff01006af21ddf74b78f2e");

    private Vectors() {}

    static Bytes hex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    static String hex(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }

    static Bytes resource(String name) {
        try (InputStream in = Vectors.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            return new Bytes(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
