package io.dromon.transport.wire;

/** Checksum of a frame; the ordinal is the value of {@code socket.checksum} (chapter 01 section 2.2). */
public enum Checksum {
    /** Not sent, and what comes is not looked at. */
    NONE(0),
    /** IEEE 802.3, the one of zlib. */
    CRC32(1),
    /** Castagnoli; the default. */
    CRC32C(2);

    /** Flag in the low nibble of byte 3 of the header. */
    final int flag;

    Checksum(int flag) {
        this.flag = flag;
    }

    /** The kind for a value of {@code socket.checksum}: 0, 1 or 2; anything else is kind 1, as in Galera. */
    public static Checksum of(int option) {
        return switch (option) {
            case 0 -> NONE;
            case 2 -> CRC32C;
            default -> CRC32;
        };
    }
}
