package io.dromon.node.state;

import io.dromon.transport.wire.Uuids;
import java.util.UUID;

/**
 * What {@code grastate.dat} tells people and tools of the state of a node (chapter 06 section 2). A copy: the position that
 * counts is the application's.
 *
 * @param history of the data, nil if there is none
 * @param seqno where it ends after a clean end; -1 while the node runs, and after a crash
 * @param safeToBootstrap whether the node was the last member of the last primary component that it saw
 */
public record SavedState(UUID history, long seqno, boolean safeToBootstrap) {
    /** Of a node that never was in a group. */
    public static final SavedState NONE = new SavedState(Uuids.NIL, -1, true);

    /** The text of the file. */
    String text() {
        return "# GALERA saved state\nversion: 2.1\nuuid:    " + history + "\nseqno:   " + seqno
                + "\nsafe_to_bootstrap: " + (safeToBootstrap ? 1 : 0) + "\n";
    }

    /**
     * Reads the text, by the rules of section 2.1: what is missing or unreadable has its default.
     */
    static SavedState parse(String text) {
        UUID history = Uuids.NIL;
        long seqno = -1;
        boolean safe = true;
        int end;
        for (int begin = 0; (end = text.indexOf('\n', begin)) >= 0; begin = end + 1) {
            String[] words = text.substring(begin, end).strip().split("\\s+", -1);
            if (words.length < 2) {
                continue;
            }
            switch (words[0]) {
                case "uuid:" -> history = uuid(words[1]);
                case "seqno:" -> seqno = seqno(words[1]);
                case "safe_to_bootstrap:" -> safe = !words[1].equals("0");
                default -> {} // a comment, the version, or nothing
            }
        }
        return new SavedState(history, history.equals(Uuids.NIL) ? -1 : seqno, safe);
    }

    private static UUID uuid(String word) {
        try {
            return word.length() == 36 ? UUID.fromString(word) : Uuids.NIL;
        } catch (IllegalArgumentException e) {
            return Uuids.NIL;
        }
    }

    private static long seqno(String word) {
        try {
            return Math.max(-1, Long.parseLong(word));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
