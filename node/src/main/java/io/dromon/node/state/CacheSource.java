package io.dromon.node.state;

import io.dromon.node.cache.CacheLease;
import io.dromon.node.cache.CachedRecord;
import io.dromon.node.ist.IstSource;
import io.dromon.node.ist.protocol.StoredEvent;
import java.io.IOException;

/** A lease on the cache, as what a donor reads from. */
final class CacheSource implements IstSource {
    private final CacheLease lease;

    CacheSource(CacheLease lease) {
        this.lease = lease;
    }

    @Override
    public StoredEvent next() throws IOException {
        CachedRecord record = lease.next().orElseThrow(() -> new IOException("the cache ends before it"));
        return new StoredEvent(
                switch (record.kind()) {
                    case WRITE_SET -> StoredEvent.Kind.WRITE_SET;
                    case CONFIGURATION_CHANGE -> StoredEvent.Kind.CHANGE;
                    case SKIPPED -> StoredEvent.Kind.SKIPPED;
                },
                record.seqno(),
                record.content());
    }

    @Override
    public void close() {
        lease.close();
    }
}
