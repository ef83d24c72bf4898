package io.dromon.node.group;

/**
 * The write-sets that a node can read and write, as the highest versions that it tells the group; the group agrees on the
 * lowest of all members (chapter 04 section 2).
 *
 * @param replVersion version of the write-sets, 0 to 127
 * @param applVersion version of what the application makes of them, 0 to 127
 */
public record WriteSetFormat(int replVersion, int applVersion) {
    private static final int NOT_INTERPRETED = 127;

    /**
     * Of Dromon nodes: for databases they are bytes that nobody looks into. A member with it can be in any group, but write in
     * none where a database reads.
     */
    public static final WriteSetFormat OPAQUE = new WriteSetFormat(NOT_INTERPRETED, NOT_INTERPRETED);

    /** Galera 4's write-sets, with keys that are certified. */
    public static final WriteSetFormat GALERA = new WriteSetFormat(11, 4);

    public WriteSetFormat {
        if (replVersion < 0 || replVersion > 127 || applVersion < 0 || applVersion > 127) {
            throw new IllegalArgumentException("versions are 0 to 127");
        }
    }

    /** Whether nodes take these write-sets as they are. */
    public boolean isOpaque() {
        return !isInterpreted(replVersion);
    }

    /** Whether a node that tells this version looks into write-sets. */
    static boolean isInterpreted(int replVersion) {
        return replVersion < NOT_INTERPRETED;
    }

    /** Whether this node can read what members write that have agreed on these versions. */
    boolean isReadable(GroupVersions agreed) {
        return agreed.repl() <= replVersion && agreed.appl() <= applVersion;
    }

    /**
     * Whether members that have agreed on these versions can read what this node writes; true as long as there is no
     * agreement.
     */
    public boolean isWritable(GroupVersions agreed) {
        return agreed.equals(GroupVersions.NONE) || isOpaque() != isInterpreted(agreed.repl());
    }
}
