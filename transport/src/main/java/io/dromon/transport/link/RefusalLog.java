package io.dromon.transport.link;

import io.dromon.transport.wire.LinkFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines that a remote can trigger: one per peer and kind of failure in a minute, the rest counted and told with
 * the next line. For one thread.
 */
public final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final long INTERVAL_NS = 60_000_000_000L;
    /** Peers and kinds remembered; with more, the oldest are forgotten (and may log once more). */
    private static final int REMEMBERED = 1024;

    /** Peers and kinds that the status shows. */
    private static final int SHOWN = 128;

    private static final Duration KEPT = Duration.ofHours(1);

    private final Map<String, Entry> entries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final Map<String, Long> counters = new TreeMap<>();
    private Consumer<LinkFailure> seen = failure -> {};
    private String owner = "";
    /** However many addresses an attacker has, there is an end to the lines in a minute. */
    private final LineBudget budget = new LineBudget(60, Duration.ofMinutes(1));

    /** The same pairs with their last message, for the status. */
    private final Map<String, RefusedPeer> shown = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RefusedPeer> eldest) {
            return size() > SHOWN;
        }
    };

    private static final class Entry {
        long loggedNs;
        long suppressed;
    }

    private void remember(String key, String address, String kind, LinkFailure failure) {
        Instant now = Instant.now();
        RefusedPeer before = shown.get(key);
        long count = 1;
        Instant first = now;
        if (before != null && before.lastSeen().isAfter(now.minus(KEPT))) {
            count = before.count() + 1;
            first = before.firstSeen();
        }
        shown.put(key, new RefusedPeer(kind, address, failure.message(), count, first, now));
    }

    /** Who was refused in the last hour, the latest first. */
    List<RefusedPeer> recent(Instant now) {
        List<RefusedPeer> recent = new ArrayList<>();
        for (RefusedPeer peer : shown.values()) {
            if (peer.lastSeen().isAfter(now.minus(KEPT))) {
                recent.add(peer);
            }
        }
        Collections.reverse(recent);
        return recent;
    }

    /** Counts the failure by its kind. */
    public void count(LinkFailure failure) {
        seen.accept(failure);
        counters.merge(failure.getClass().getSimpleName(), 1L, Long::sum);
    }

    /**
     * Logs the failure unless the same was logged within the last minute.
     *
     * @param ip the peer without its port: reconnecting peers have another one each time
     */
    public void log(String ip, LinkFailure failure, long nowNs) {
        String kind = failure.getClass().getSimpleName();
        String key = kind + " " + ip;
        if (failure instanceof LinkFailure.WrongIdentity) {
            // Whose certificate it is matters, and only a trusted CA can make many of them.
            key += failure.message().substring(failure.message().indexOf(": ") + 1);
        }
        remember(key, ip, kind, failure);
        Entry entry = entries.get(key);
        if (entry != null && nowNs - entry.loggedNs < INTERVAL_NS) {
            entry.suppressed++;
            return;
        }
        if (!budget.room(
                nowNs, left -> LOG.warn("{}{} refusals of many peers were counted and not logged", owner, left))) {
            return;
        }
        if (entry != null && entry.suppressed > 0) {
            LOG.warn(
                    "{}{}: {} ({} more like this from {} since the last line)",
                    owner,
                    kind,
                    failure.message(),
                    entry.suppressed,
                    ip);
        } else {
            LOG.warn("{}{}: {}", owner, kind, failure.message());
        }
        Entry fresh = new Entry();
        fresh.loggedNs = nowNs;
        entries.put(key, fresh);
    }

    /** The node's name stands at the beginning of each line from now on. */
    public void ownedBy(String nodeName) {
        owner = nodeName + ": ";
    }

    /** From now on {@code sink} gets every failure as well, whether it is logged or not. */
    void tee(Consumer<LinkFailure> sink) {
        seen = sink;
    }

    /** How many of each kind so far. */
    public Map<String, Long> counters() {
        return Map.copyOf(counters);
    }
}
