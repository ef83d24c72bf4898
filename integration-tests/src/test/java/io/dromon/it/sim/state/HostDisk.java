package io.dromon.it.sim.state;

import io.dromon.transport.primary.SavedView;
import org.jspecify.annotations.Nullable;

/** What a host keeps from one process to the next. */
final class HostDisk {
    StoredState state = new StoredState();
    final SimCache cache;

    @Nullable
    SavedView view;

    /** @param cacheCapacity events that the write-set cache keeps */
    HostDisk(int cacheCapacity) {
        this.cache = new SimCache(cacheCapacity);
    }

    /** All is lost. */
    void wipe() {
        state = new StoredState();
        cache.open(state.position());
        view = null;
    }
}
