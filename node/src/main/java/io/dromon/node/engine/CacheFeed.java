package io.dromon.node.engine;

import io.dromon.node.cache.RecordKind;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.group.CChange;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.transport.wire.Bytes;

/**
 * Keeps in the cache what goes to the application, so that this node can give it to others: what the group has ordered, and
 * what a state transfer has brought. On the protocol thread.
 */
final class CacheFeed {
    private static final int MOST_PA_RANGE = 0xffff;

    private final WriteSetCache cache;

    CacheFeed(WriteSetCache cache) {
        this.cache = cache;
    }

    void add(CertifiedWriteSet writeSet) {
        ReceivedWriteSet content = writeSet.content();
        if (content == null || !writeSet.verdict().passed()) {
            cache.append(writeSet.seqno(), RecordKind.SKIPPED, Bytes.EMPTY, Bytes.EMPTY);
            return;
        }
        long range = writeSet.seqno() - writeSet.verdict().depends();
        Bytes header = content.certifiedHeader(writeSet.seqno(), (int) Math.min(range, MOST_PA_RANGE));
        cache.append(
                writeSet.seqno(), RecordKind.WRITE_SET, header, content.bytes().skip(header.length()));
    }

    void add(GroupEvent.ConfigurationChange change) {
        if (!change.isPrimary()) {
            return;
        }
        if (!change.groupUuid().equals(cache.history())) {
            cache.reset(change.groupUuid(), change.seqno() - 1);
        } else if (change.seqno() <= cache.last()) {
            return; // it was held back, and a snapshot contains it
        }
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
        cache.append(change.seqno(), RecordKind.CONFIGURATION_CHANGE, Bytes.EMPTY, stored.encode());
    }

    void add(IstEvent event) {
        if (event instanceof IstEvent.WriteSet writeSet) {
            cache.append(
                    event.seqno(),
                    RecordKind.WRITE_SET,
                    Bytes.EMPTY,
                    writeSet.content().bytes());
        } else if (event instanceof IstEvent.Change change) {
            cache.append(event.seqno(), RecordKind.CONFIGURATION_CHANGE, Bytes.EMPTY, change.bytes());
        } else {
            cache.append(event.seqno(), RecordKind.SKIPPED, Bytes.EMPTY, Bytes.EMPTY);
        }
    }

    /**
     * All applications have failed at a write-set that passed certification. Whoever was away would fail at it alone, when
     * nobody votes any more: nobody is given it, or anything before it, but a snapshot.
     */
    void onFailedEverywhere(long seqno) {
        cache.drop("write-set " + seqno + " failed on all members alike, and must not be given to one that was away");
    }

    /** The end of a turn. */
    void flush() {
        cache.flush();
    }

    /** Lowest number that can be given, -1 if none. */
    long first() {
        return cache.first();
    }
}
