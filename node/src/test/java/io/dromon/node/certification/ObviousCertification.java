package io.dromon.node.certification;

import io.dromon.node.certification.Verdict.Outcome;
import io.dromon.node.writeset.KeyCursor;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Chapter 05 section 7 word by word: lists, searched from end to end, and purged at once. */
final class ObviousCertification {
    /** A key part of a write-set. */
    record Part(long first, long second, boolean wide, KeyType type) {
        boolean equalTo(Entry entry) {
            return first == entry.first && (!wide || !entry.wide || second == entry.second);
        }
    }

    /** An entry of the index. */
    static final class Entry {
        long first;
        long second;
        boolean wide;
        final TreeMap<KeyType, Long> slots = new TreeMap<>();

        long newest() {
            return slots.values().stream().mapToLong(Long::longValue).max().orElse(0);
        }
    }

    /** A write-set of the trx map. */
    record Remembered(UUID source, boolean toi, boolean passed, List<Part> parts) {}

    final List<Entry> index = new ArrayList<>();
    final TreeMap<Long, Remembered> trxMap = new TreeMap<>();
    /** Snapshot by seqno of what is certified and not completed. */
    final TreeMap<Long, Long> inFlight = new TreeMap<>();

    private final boolean optimistic;
    private int version;
    private long initial = -1;
    private long lastChange;
    private long lastPaUnsafe = -1;
    private long lastCompleted = -1;
    /** Of the last write-set: what it failed against. */
    long against;

    ObviousCertification(boolean optimistic) {
        this.optimistic = optimistic;
    }

    Verdict certify(long g, ReceivedWriteSet w) {
        long ls = w.lastSeen();
        boolean toi = w.has(WriteSetFlags.TOI);
        against = 0;
        long d;
        if (toi || w.has(WriteSetFlags.PA_UNSAFE)) {
            d = g - 1;
        } else if (w.has(WriteSetFlags.IMPLICIT_DEPS)) {
            d = ls;
        } else {
            d = Math.max(ls - w.paRange(), -1);
        }
        if ((g & 127) == 0 && trxMap.size() > 16384) {
            purge(Math.min(g - 16384, safeToDiscard()));
        }
        Outcome outcome = Outcome.PASSED;
        List<Part> parts = parts(w);
        if (w.version() > version) {
            outcome = Outcome.WRONG_VERSION;
        } else if ((ls < initial || g - ls > 16384) && !comparesNothing(w, parts)) {
            outcome = Outcome.TOO_OLD;
        } else {
            if (trxMap.isEmpty()) {
                d = g - 1;
            } else {
                d = Math.max(d, optimistic ? -1 : ls);
                d = Math.max(d, trxMap.firstKey() - 1);
            }
            if (!toi) {
                d = Math.max(d, compare(parts, ls, w.source()));
                outcome = against > 0 ? Outcome.CONFLICT : outcome;
            }
            d = Math.max(d, lastPaUnsafe);
            if (outcome == Outcome.PASSED) {
                parts.forEach(part -> enter(part, g));
                lastPaUnsafe = w.has(WriteSetFlags.PA_UNSAFE) ? g : lastPaUnsafe;
                d = toi ? g - 1 : d;
            }
        }
        trxMap.put(g, new Remembered(w.source(), toi, outcome == Outcome.PASSED, parts));
        inFlight.put(g, ls);
        return new Verdict(g, outcome, d, null);
    }

    private static boolean comparesNothing(ReceivedWriteSet w, List<Part> parts) {
        boolean onlyZeroLevel = w.version() == 6 && parts.size() == 1;
        return parts.isEmpty()
                || (onlyZeroLevel && cell(KeyType.REFERENCE, parts.get(0).type()) == '-');
    }

    private static List<Part> parts(ReceivedWriteSet w) {
        List<Part> parts = new ArrayList<>();
        KeyCursor cursor = new KeyCursor().over(w.keys());
        while (cursor.next()) {
            parts.add(new Part(cursor.first(), cursor.second(), cursor.isWide(), cursor.type()));
        }
        return parts;
    }

    /** The newest write-set that a key depends on; stops at the first conflict. */
    private long compare(List<Part> parts, long ls, UUID source) {
        long d = -1;
        for (Part part : parts) {
            Entry entry = find(part);
            for (KeyType found : List.of(KeyType.EXCLUSIVE, KeyType.UPDATE, KeyType.REFERENCE, KeyType.SHARED)) {
                Long f = entry == null ? null : entry.slots.get(found);
                char cell = cell(found, part.type());
                if (f == null || cell == '-') {
                    continue;
                }
                d = Math.max(d, f);
                Remembered other = Objects.requireNonNull(trxMap.get(f));
                if (cell == 'C' && f > ls && (other.toi() || !other.source().equals(source))) {
                    against = f;
                    return d;
                }
            }
        }
        return d;
    }

    private static char cell(KeyType found, KeyType type) {
        String row = switch (found) {
            case EXCLUSIVE -> "CCCC";
            case UPDATE -> "DDCC";
            case REFERENCE -> "--DC";
            case SHARED -> "--DD";
        };
        return row.charAt(type.ordinal());
    }

    private @Nullable Entry find(Part part) {
        return index.stream()
                .filter(part::equalTo)
                .max((a, b) -> a.newest() != b.newest()
                        ? Long.compare(a.newest(), b.newest())
                        : a.second != b.second ? Long.compare(a.second, b.second) : Boolean.compare(a.wide, b.wide))
                .orElse(null);
    }

    private void enter(Part part, long g) {
        Entry entry = find(part);
        if (entry == null) {
            entry = new Entry();
            index.add(entry);
        }
        entry.first = part.first();
        entry.second = part.second();
        entry.wide = part.wide();
        entry.slots.put(part.type(), g);
    }

    void cut(long s) {
        if (s >= lastChange) {
            purge(Math.min(s, safeToDiscard()));
        }
    }

    private void purge(long bound) {
        while (!trxMap.isEmpty() && trxMap.firstKey() <= bound) {
            long seqno = trxMap.pollFirstEntry().getKey();
            index.forEach(entry -> entry.slots.values().removeIf(named -> named == seqno));
            index.removeIf(entry -> entry.slots.isEmpty());
        }
    }

    void change(long c, int newVersion) {
        if (version != 0 && newVersion != version) {
            index.clear();
            trxMap.clear();
            inFlight.clear();
            initial = -1;
            lastCompleted = -1;
        }
        version = newVersion;
        lastChange = c;
        lastPaUnsafe = c;
    }

    void complete(long g) {
        Long ls = inFlight.remove(g);
        lastCompleted = ls == null ? lastCompleted : ls;
    }

    long safeToDiscard() {
        return inFlight.isEmpty()
                ? lastCompleted
                : inFlight.values().stream().mapToLong(Long::longValue).min().orElseThrow() - 1;
    }
}
