package io.dromon.node.group;

/**
 * Protocol versions, negotiated or own maxima, 0 to 127 each (chapter 04 section 2); -1 if there is none.
 *
 * @param gcs the group layer
 * @param repl the write-sets
 * @param appl the application
 */
public record GroupVersions(int gcs, int repl, int appl) {
    /** Nothing negotiated. */
    public static final GroupVersions NONE = new GroupVersions(-1, -1, -1);
}
