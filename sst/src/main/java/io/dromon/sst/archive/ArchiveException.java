package io.dromon.sst.archive;

import java.io.IOException;

/** A snapshot that cannot be read, written or accepted; nothing of it becomes visible at the target. */
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Problem {
        /** The stream is not an archive of ours, or is damaged. */
        MALFORMED,
        /** A name that is absolute, has {@code ..}, is empty or too long. */
        UNSAFE_NAME,
        /** A symbolic link that leads out of the target. */
        UNSAFE_LINK,
        /** A name below something that is no directory of this snapshot. */
        THROUGH_LINK,
        /** A device, fifo, socket or hard link in an archive. */
        FORBIDDEN_KIND,
        /** The same name twice. */
        DUPLICATE,
        /** More entries than were announced or are allowed. */
        TOO_MANY_ENTRIES,
        /** More bytes than were announced or are allowed. */
        TOO_MANY_BYTES,
        /** A checksum does not fit its content. */
        CHECKSUM,
        /** The stream ended without its closing manifest. */
        NO_MANIFEST,
        /** The closing manifest does not fit what arrived. */
        WRONG_MANIFEST,
        /** A file of the source changed while it was read. */
        SOURCE_CHANGED,
        /** A file of the source vanished while it was read. */
        SOURCE_VANISHED,
        /** A file of the source may not be read. */
        SOURCE_UNREADABLE,
        /** The target is in use, is a mount point, or is no directory. */
        TARGET_UNUSABLE,
        /** There is no room for the snapshot. */
        DISK_FULL
    }

    private final Problem problem;

    public ArchiveException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    public ArchiveException(Problem problem, String message, Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    /** What is wrong. */
    public Problem problem() {
        return problem;
    }
}
