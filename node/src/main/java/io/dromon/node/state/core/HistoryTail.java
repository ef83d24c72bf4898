package io.dromon.node.state.core;

import io.dromon.node.group.CChange;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The last numbers of a node's state, each with a hash of what it holds: a position alone does not tell the history that a
 * group has gone on with from another branch of it, which an operator, or a crash of all members, has left behind.
 *
 * <pre>
 *   0        4            12
 *   ┌────────┬────────────┬──────────────┐
 *   │ n: u32 │ first: i64 │ n times: i64 │    numbers are little-endian
 *   └────────┴────────────┴──────────────┘
 * </pre>
 *
 * @param first number of the first hash
 * @param hashes of that number and those behind it, without a gap
 */
public record HistoryTail(long first, List<Long> hashes) {
    /** How many numbers tell. Of those behind the fork one at least must hold something. */
    public static final int MOST = 16;

    /** What nobody can compare. */
    public static final HistoryTail NONE = new HistoryTail(0, List.of());

    private static final long NOTHING = 0;
    private static final int LENGTH = Integer.BYTES + Long.BYTES;

    public HistoryTail {
        hashes = List.copyOf(hashes);
        if (first < 0 || hashes.size() > MOST || Long.MAX_VALUE - first < hashes.size()) {
            throw new IllegalArgumentException(hashes.size() + " hashes from " + first);
        }
    }

    /** Of events that follow each other without a gap, {@link #MOST} at most. */
    public static HistoryTail of(List<IstEvent> events) {
        return events.isEmpty()
                ? NONE
                : new HistoryTail(
                        events.get(0).seqno(),
                        events.stream().map(HistoryTail::hash).toList());
    }

    private static long hash(IstEvent event) {
        Murmur128 hash = new Murmur128();
        if (event instanceof IstEvent.WriteSet writeSet) {
            ReceivedWriteSet content = writeSet.content();
            add(hash, content.source());
            add(hash, content.data());
        } else if (event instanceof IstEvent.Change change) {
            CChange content = change.content();
            hash.addInt((int) content.confId());
            content.members().forEach(member -> add(hash, member.uuid()));
        } else {
            return NOTHING;
        }
        return hash.digest().first() | 1; // never that of nothing
    }

    private static void add(Murmur128 hash, UUID uuid) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES);
        bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
        add(hash, new Bytes(bytes.array()));
    }

    private static void add(Murmur128 hash, Bytes bytes) {
        hash.addInt(bytes.length());
        hash.add(bytes.array(), bytes.offset(), bytes.length());
    }

    /** Whether there is nothing to compare. */
    public boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** Last number; meaningless if {@link #isEmpty}. */
    public long last() {
        return first + hashes.size() - 1;
    }

    /** The first number that both have, with another content; empty if there is none. */
    public OptionalLong firstDifference(HistoryTail other) {
        for (long seqno = Math.max(first, other.first); seqno <= Math.min(last(), other.last()); seqno++) {
            if (!hash(seqno).equals(other.hash(seqno))) {
                return OptionalLong.of(seqno);
            }
        }
        return OptionalLong.empty();
    }

    private Long hash(long seqno) {
        return hashes.get((int) (seqno - first));
    }

    /** The bytes of it; none if it is empty. */
    public Bytes encode() {
        if (isEmpty()) {
            return Bytes.EMPTY;
        }
        ByteBuffer out =
                ByteBuffer.allocate(LENGTH + Long.BYTES * hashes.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(hashes.size()).putLong(first);
        hashes.forEach(out::putLong);
        return new Bytes(out.array());
    }

    /** Reads that of another member. */
    public static HistoryTail decode(Bytes bytes) throws MalformedMessageException {
        if (bytes.length() == 0) {
            return NONE;
        }
        ByteReader in = new ByteReader(bytes);
        int count = in.i32();
        long first = in.i64();
        boolean fits = count > 0 && count <= MOST && in.remaining() == Long.BYTES * count;
        if (!fits || first < 0 || Long.MAX_VALUE - first < count) {
            throw new MalformedMessageException("the tail of a history, of " + bytes.length() + " bytes, has "
                    + Integer.toUnsignedString(count) + " hashes from number " + first);
        }
        List<Long> hashes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hashes.add(in.i64());
        }
        return new HistoryTail(first, hashes);
    }
}
