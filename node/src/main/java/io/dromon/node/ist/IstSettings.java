package io.dromon.node.ist;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;

/**
 * Deadlines and bounds of incremental state transfers.
 *
 * @param dial a donor's, for the connection, and again for its TLS; a donor may hold the group's order meanwhile
 * @param handshake from the first byte to the end of the handshake of IST; at the joiner with TLS
 * @param arrival how long a joiner waits for its donor, from {@link IstJoiner#receive} on
 * @param silence how long a donor may say nothing while the joiner is ready to read
 * @param stall how long a joiner may read nothing: it may be installing its snapshot (chapter 06 section 17, pitfall 5)
 * @param mostHalfOpen connections of a joiner that have proven nothing yet, each with a thread and some megabytes of buffers
 * @param allowedPeers {@code wsrep_allowlist}: the addresses that may connect to a joiner; empty for all
 */
public record IstSettings(
        Duration dial,
        Duration handshake,
        Duration arrival,
        Duration silence,
        Duration stall,
        int mostHalfOpen,
        Set<InetAddress> allowedPeers) {
    /** The defaults. */
    public static final IstSettings DEFAULTS = new IstSettings(
            Duration.ofMillis(2500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofHours(24),
            8,
            Set.of());

    public IstSettings {
        if (mostHalfOpen < 1) {
            throw new IllegalArgumentException("at least one connection may be half-open");
        }
        allowedPeers = Set.copyOf(allowedPeers);
    }
}
