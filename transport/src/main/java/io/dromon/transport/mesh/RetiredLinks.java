package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Links that another link to the same node took the place of. Nothing is sent on them any more; what the peer sent
 * before it knew still comes, for a moment, and counts. Both ends wait like this, so neither cuts the other short. (A
 * Galera node closes at once; what is lost then EVS sends again.)
 */
final class RetiredLinks {
    /** Longer than any message is on its way; a peer that has done the same closes earlier. */
    private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(1);
    /** A peer that dials again and again has so many, then the oldest goes at once. */
    private static final int MAX = 64;

    private record Entry(MeshLink link, long untilNs) {}

    private final Links io;
    private final List<Entry> entries = new ArrayList<>();

    RetiredLinks(Links io) {
        this.io = io;
    }

    /** The link is forgotten already, its socket is open. */
    void add(MeshLink link, long nowNs) {
        if (entries.size() >= MAX) {
            io.close(entries.remove(0).link.id);
        }
        entries.add(new Entry(link, nowNs + KEEP_NS));
    }

    @Nullable
    MeshLink find(long id) {
        for (Entry entry : entries) {
            if (entry.link.id == id) {
                return entry.link;
            }
        }
        return null;
    }

    /** The socket is closed. */
    void closed(long id) {
        entries.removeIf(entry -> entry.link.id == id);
    }

    void tick(long nowNs) {
        while (!entries.isEmpty() && nowNs - entries.get(0).untilNs >= 0) {
            io.close(entries.remove(0).link.id);
        }
    }

    void close() {
        entries.forEach(entry -> io.close(entry.link.id));
        entries.clear();
    }
}
