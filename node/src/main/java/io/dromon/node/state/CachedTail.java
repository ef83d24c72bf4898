package io.dromon.node.state;

import io.dromon.node.cache.CacheLease;
import io.dromon.node.cache.CachedRecord;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.group.CChange;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.HistoryTail;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads from the write-set cache what tells one branch of a history from another. May wait for the disk. */
final class CachedTail {
    private static final Logger LOG = LoggerFactory.getLogger(CachedTail.class);

    private CachedTail() {}

    /** Of a state that ends there, as far as it is cached. */
    static HistoryTail of(WriteSetCache cache, Position end) {
        return read(cache, end, Math.max(1, end.seqno() - HistoryTail.MOST + 1));
    }

    /** What is cached of the numbers of another one. */
    static HistoryTail like(HistoryTail other, WriteSetCache cache, Position end) {
        return other.isEmpty()
                ? other
                : read(cache, new Position(end.history(), Math.min(end.seqno(), other.last())), other.first());
    }

    private static HistoryTail read(WriteSetCache cache, Position end, long from) {
        long first = Math.max(from, cache.first());
        if (!cache.history().equals(end.history()) || cache.first() < 0 || first > end.seqno()) {
            return HistoryTail.NONE;
        }
        Optional<CacheLease> lease = cache.lease(first);
        if (lease.isEmpty()) {
            return HistoryTail.NONE;
        }
        List<IstEvent> events = new ArrayList<>();
        try (CacheLease records = lease.get()) {
            while (first + events.size() <= end.seqno()) {
                Optional<CachedRecord> record = records.next();
                if (record.isEmpty()) {
                    break;
                }
                events.add(event(record.get()));
            }
        } catch (IOException | MalformedMessageException e) {
            LOG.debug("the end of the write-set cache cannot be compared: {}", e.toString()); // it says so itself
            return HistoryTail.NONE;
        }
        return HistoryTail.of(events);
    }

    private static IstEvent event(CachedRecord record) throws MalformedMessageException {
        return switch (record.kind()) {
            case WRITE_SET -> new IstEvent.WriteSet(record.seqno(), false, ReceivedWriteSet.decode(record.content()));
            case CONFIGURATION_CHANGE ->
                new IstEvent.Change(record.seqno(), false, CChange.decode(record.content()), record.content());
            case SKIPPED -> new IstEvent.Skipped(record.seqno(), false);
        };
    }
}
