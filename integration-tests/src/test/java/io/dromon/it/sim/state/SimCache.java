package io.dromon.it.sim.state;

import io.dromon.node.engine.CertifiedWriteSet;
import io.dromon.node.group.CChange;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** The write-set cache of a host: the last events of a history, a bounded number of them. */
final class SimCache {
    private static final int MOST_PA_RANGE = 0xffff;

    /** @param event makes it, as a donor would send it */
    private record Cached(long seqno, Supplier<IstEvent> event) {}

    private final int capacity;
    private final ArrayDeque<Cached> events = new ArrayDeque<>();
    private UUID history = Uuids.NIL;
    private long last = -1;

    /** @param capacity events that it keeps, 0 for none */
    SimCache(int capacity) {
        this.capacity = capacity;
    }

    UUID history() {
        return history;
    }

    /** Lowest number that is there, -1 if none is. */
    long first() {
        return events.isEmpty() ? -1 : events.getFirst().seqno();
    }

    /** A process opens it: what is not a part of the state's past is of no use. */
    void open(Position position) {
        if (!position.history().equals(history) || last < position.seqno()) {
            reset(position.history(), position.seqno());
            return;
        }
        while (!events.isEmpty() && events.getLast().seqno() > position.seqno()) {
            events.removeLast();
        }
        last = position.seqno();
    }

    /** Begins anew behind that number. */
    void reset(UUID newHistory, long lastSeqno) {
        events.clear();
        history = newHistory;
        last = lastSeqno;
    }

    void add(CertifiedWriteSet writeSet) {
        long seqno = writeSet.seqno();
        ReceivedWriteSet content = writeSet.content();
        if (content == null || !writeSet.verdict().passed()) {
            append(seqno, () -> new IstEvent.Skipped(seqno, false));
            return;
        }
        int range = (int) Math.min(seqno - writeSet.verdict().depends(), MOST_PA_RANGE);
        append(seqno, () -> certified(seqno, content, range));
    }

    private static IstEvent certified(long seqno, ReceivedWriteSet content, int range) {
        byte[] bytes = content.bytes().toArray();
        Bytes header = content.certifiedHeader(seqno, range);
        System.arraycopy(header.toArray(), 0, bytes, 0, header.length());
        try {
            return new IstEvent.WriteSet(seqno, false, ReceivedWriteSet.decode(new Bytes(bytes)));
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("a cached write-set cannot be read", e);
        }
    }

    void add(GroupEvent.ConfigurationChange change) {
        if (!change.isPrimary()) {
            return;
        }
        if (!change.groupUuid().equals(history)) {
            reset(change.groupUuid(), change.seqno() - 1);
        }
        append(change.seqno(), () -> {
            CChange stored = new CChange(
                    change.versions().repl(),
                    change.versions().appl(),
                    change.groupUuid(),
                    change.seqno(),
                    change.confId(),
                    change.voteSeqno(),
                    change.voteResult(),
                    change.members().stream()
                            .map(member -> new CChange.Member(
                                    member.uuid(), member.name(), member.address(), member.cached(), member.status()))
                            .toList());
            return new IstEvent.Change(change.seqno(), false, stored, stored.encode());
        });
    }

    void add(IstEvent event) {
        append(event.seqno(), () -> event);
    }

    private void append(long seqno, Supplier<IstEvent> event) {
        if (seqno != last + 1) {
            events.clear();
        }
        last = seqno;
        events.add(new Cached(seqno, event));
        if (events.size() > capacity) {
            events.removeFirst();
        }
    }

    /** The events of a range; empty if the first one is not there. Ends early where the cache ends. */
    List<IstEvent> read(long from, long to) {
        List<IstEvent> range = new ArrayList<>();
        for (Cached each : events) {
            if (each.seqno() >= from && each.seqno() <= to) {
                range.add(each.event().get());
            }
        }
        return range.isEmpty() || range.get(0).seqno() != from ? List.of() : range;
    }
}
