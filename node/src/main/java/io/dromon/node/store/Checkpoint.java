package io.dromon.node.store;

import io.dromon.node.PendingSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A state for a joiner whose content is decided; its directory is made while the store goes on. */
final class Checkpoint implements PendingSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

    private final Storage storage;
    private final StorageEngine.Copy copy;
    private final Path target;
    private final long begunNs;
    private final long decidedNs;

    Checkpoint(Storage storage, StorageEngine.Copy copy, Path target, long begunNs, long decidedNs) {
        this.storage = storage;
        this.copy = copy;
        this.target = target;
        this.begunNs = begunNs;
        this.decidedNs = decidedNs;
    }

    @Override
    public void write() throws IOException {
        try {
            storage.write(copy, target);
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        CheckpointTimes times = new CheckpointTimes(begunNs, decidedNs, System.nanoTime());
        storage.checkpointMade(times);
        LOG.info(
                "a checkpoint of the store is made in {}: commits waited for {} ms, its files took {} ms",
                target,
                times.held().toNanos() / 1e6,
                times.written().toNanos() / 1e6);
    }

    @Override
    public void close() {
        copy.close();
    }
}
