package io.dromon.node.cache;

/** What a seqno holds (chapter 06, section 7.4). */
public enum RecordKind {
    /** A write-set that passed certification, with its certified header; never empty. */
    WRITE_SET(1),
    /** A configuration change; never empty. */
    CONFIGURATION_CHANGE(2),
    /** A seqno without content: a write-set that failed certification, or nothing at all. */
    SKIPPED(3);

    final byte code;

    RecordKind(int code) {
        this.code = (byte) code;
    }

    /** Whether a record of this kind may have so many bytes of content. */
    boolean mayHave(long contentBytes) {
        return (contentBytes == 0) == (this == SKIPPED);
    }
}
