package io.dromon.node.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the log that a node stands still: when it begins, each minute while it lasts, and when it is over. */
final class StandstillLog {
    private static final Logger LOG = LoggerFactory.getLogger(StandstillLog.class);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final String nodeName;
    /** What lasts, and how long it had lasted when it was told last. */
    private final Map<Standstill.Kind, Duration> told = new EnumMap<>(Standstill.Kind.class);

    StandstillLog(String nodeName) {
        this.nodeName = nodeName;
    }

    /** To be called each second or so. */
    void check(List<Standstill> now) {
        told.keySet().removeIf(kind -> {
            boolean over = now.stream().noneMatch(standstill -> standstill.kind() == kind);
            if (over) {
                LOG.info("{}: {}", nodeName, kind.over);
            }
            return over;
        });
        for (Standstill standstill : now) {
            Duration last = told.get(standstill.kind());
            if (last == null
                    || standstill.since().compareTo(last) < 0
                    || standstill.since().minus(last).compareTo(AGAIN) >= 0) {
                told.put(standstill.kind(), standstill.since());
                LOG.warn("{}: {}", nodeName, standstill.text());
            }
        }
    }
}
