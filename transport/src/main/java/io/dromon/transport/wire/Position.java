package io.dromon.transport.wire;

import java.util.UUID;

/**
 * A place in a history of write-sets, what Galera calls a GTID; as text {@code uuid:seqno} (chapter 06 section 1).
 *
 * @param history UUID of the history, {@link Uuids#NIL} without one
 * @param seqno last seqno that is included, -1 if none or unknown
 */
public record Position(UUID history, long seqno) {
    /** No history. */
    public static final Position NONE = new Position(Uuids.NIL, -1);

    public Position {
        if (seqno < -1 || (seqno >= 0 && history.equals(Uuids.NIL))) {
            throw new IllegalArgumentException("no position: seqno " + seqno + " of history " + history);
        }
    }

    /**
     * Reads {@code uuid:seqno}.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static Position parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon == 36) {
            try {
                return new Position(
                        UUID.fromString(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + text + "' is no position, UUID:SEQNO is", e);
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no position, UUID:SEQNO is");
    }

    @Override
    public String toString() {
        return history + ":" + seqno;
    }
}
