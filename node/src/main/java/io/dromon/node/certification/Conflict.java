package io.dromon.node.certification;

import io.dromon.node.writeset.Key;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.KeyType;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Two write-sets that do not go together, and the key that decided (chapter 05 section 7.12).
 *
 * @param failed the one that failed
 * @param type what it does with the key
 * @param winner the one that was first
 * @param winnerType what that one does with the key
 * @param key the first word of the key part's hash, as {@link io.dromon.node.writeset.KeyCursor#first}
 * @param format how the failed one writes the key part
 * @param path the path of the key part, perhaps cut; empty if the format has none, see {@link #withPath}
 */
public record Conflict(
        Party failed, KeyType type, Party winner, KeyType winnerType, long key, KeyFormat format, List<Bytes> path) {
    public Conflict {
        path = List.copyOf(path);
    }

    /**
     * One of the two.
     *
     * @param seqno its place in the order, {@link #UNORDERED} if it has none yet
     * @param source its originator
     * @param lastSeen its snapshot
     * @param depends as {@link Verdict#depends}
     * @param toi whether it is executed in isolation
     */
    public record Party(long seqno, UUID source, long lastSeen, long depends, boolean toi) {
        /** Not ordered yet. */
        public static final long UNORDERED = -1;

        @Override
        public String toString() {
            return "source: " + Uuids.brief(source) + (toi ? " TOI" : "") + " (g: " + seqno + ", s: " + lastSeen
                    + ", d: " + depends + ")";
        }
    }

    /** The same with the path that the own node knows of its own write-set. */
    public Conflict withPath(List<Bytes> known) {
        return new Conflict(failed, type, winner, winnerType, key, format, known);
    }

    /** The line of {@code cert.log_conflicts}. */
    public String line() {
        String hash = HexFormat.of().toHexDigits(Long.reverseBytes(key));
        return type.shortName() + "-" + winnerType.shortName() + " trx conflict for key (" + type.ordinal() + ","
                + format + ")" + hash + (path.isEmpty() ? "" : "=" + Key.text(path)) + ": " + failed + " <---> "
                + winner;
    }
}
