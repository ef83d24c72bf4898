package io.dromon.sst.archive;

/** Names of our own pax records. Programs that do not know them pass over them. */
final class ArchiveHeaders {
    /** In the global header: what is announced. */
    static final String ENTRIES = "DROMON.entries";

    static final String BYTES = "DROMON.bytes";
    static final String POSITION = "DROMON.position";

    /** CRC-32C of a file's content, eight hexadecimal digits. */
    static final String CRC32C = "DROMON.crc32c";

    /** Hexadecimal digits of a name that is no UTF-8; {@code path} then holds something that can be read. */
    static final String RAW_NAME = "DROMON.rawname";

    /** The same for the content of a symbolic link. */
    static final String RAW_LINK = "DROMON.rawlink";

    /** Time of change in nanoseconds, where the mantissa of {@code mtime} would not do. */
    static final String MODIFIED = "DROMON.mtime";

    /** The last entry: the closing manifest. No file of a snapshot may have this name. */
    static final String MANIFEST = ".dromon-manifest";

    static final int LARGEST_MANIFEST = 4096;

    private ArchiveHeaders() {}
}
