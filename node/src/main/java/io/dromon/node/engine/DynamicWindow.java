package io.dromon.node.engine;

import java.time.Duration;
import java.time.Instant;

/**
 * For how long {@code socket.dynamic} lets plain text in beside TLS.
 *
 * @param until plain text is refused from then on, {@link Instant#MAX} for never ({@code tls.dynamic_until})
 * @param grace how much longer links stay open whose peers have no TLS ({@code tls.dynamic_grace})
 */
public record DynamicWindow(Instant until, Duration grace) {
    /** Whether plain text is refused. */
    public boolean isOver(Instant now) {
        return !now.isBefore(until);
    }

    /** When links that are in plain text still are closed. */
    public Instant closing() {
        return until.isAfter(Instant.MAX.minus(grace)) ? Instant.MAX : until.plus(grace);
    }
}
