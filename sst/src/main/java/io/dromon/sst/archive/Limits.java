package io.dromon.sst.archive;

/**
 * The most that a reader accepts.
 *
 * @param entries files, directories and links
 * @param bytes sum of the sizes of the files
 */
public record Limits(long entries, long bytes) {
    /** No own limit: what the snapshot announces, and the disk. */
    public static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE);

    public Limits {
        if (entries < 0 || bytes < 0) {
            throw new IllegalArgumentException("limits are not negative");
        }
    }

    /** The smaller of both. */
    public Limits and(Limits other) {
        return new Limits(Math.min(entries, other.entries), Math.min(bytes, other.bytes));
    }
}
