package io.dromon.sst.archive;

import java.util.UUID;

/**
 * The last event that a snapshot holds, {@code uuid:seqno} (chapter 06 section 1).
 *
 * @param uuid history
 * @param seqno number in it, -1 if unknown
 */
public record Position(UUID uuid, long seqno) {
    /**
     * Reads {@code uuid:seqno}.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static Position parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon == 36) {
            try {
                UUID uuid = UUID.fromString(text.substring(0, colon));
                long seqno = Long.parseLong(text.substring(colon + 1));
                if (seqno >= -1) {
                    return new Position(uuid, seqno);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + text + "' is no position, UUID:SEQNO is", e);
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no position, UUID:SEQNO is");
    }

    @Override
    public String toString() {
        return uuid + ":" + seqno;
    }
}
