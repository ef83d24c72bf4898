package io.dromon.transport.link;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Set;

/**
 * {@code socket.dynamic}: links of both modes, while a cluster changes from one to the other (specification, chapter 01
 * section 3.6). What a link becomes is decided by its first bytes; only who waits for whom is a matter of time, and the
 * times are Galera's. For the protocol thread.
 */
final class DynamicMode {
    /** How long an acceptor waits for a ClientHello before it speaks in plain text. */
    static final long ACCEPT_MS = 750;
    /** How long a dialler waits for a plain acceptor to speak before it sends its ClientHello. */
    static final long DIAL_MS = 500;

    private static final int REMEMBERED = 1024;

    private final Instant until;
    private final InstantSource clock;
    /** Addresses that were dialled with TLS: there is no way back to plain text for them. */
    private final Set<String> proven = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(java.util.Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** @param until when plain text is refused from; {@link Instant#MAX} for never */
    DynamicMode(Instant until, InstantSource clock) {
        this.until = until;
        this.clock = clock;
    }

    boolean allowsPlain() {
        return clock.instant().isBefore(until);
    }

    boolean allowsPlain(String address) {
        return allowsPlain() && !proven.contains(address);
    }

    void provedTls(String address) {
        proven.add(address);
    }
}
