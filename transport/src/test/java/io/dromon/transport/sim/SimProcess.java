package io.dromon.transport.sim;

import io.dromon.transport.link.LinkEvents;
import java.util.List;

/**
 * One life of a simulated node: the real cores, driven by a {@link SimHost} exactly as a network thread drives them.
 * All times are the host's own monotonic clock.
 */
public interface SimProcess {
    /** Who gets the events of its links. */
    LinkEvents linkEvents();

    void open(List<String> addresses, long nowNs);

    void tick(long nowNs);

    long nextDeadlineNs();

    void endTurn(long nowNs);

    /** Begins a graceful leave. */
    void leave(long nowNs);

    /** Whether the process is over, by its own decision. */
    boolean hasEnded();
}
