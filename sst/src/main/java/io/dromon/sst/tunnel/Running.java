package io.dromon.sst.tunnel;

import io.dromon.transport.link.HalfOpen;
import io.dromon.transport.tls.TlsEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A service with its TLS, which is closed when it is retired and the last of its handshakes is over. */
final class Running {
    /** So many connections may be between their first byte and their handshake's end. */
    static final int MOST_HALF_OPEN = 1024;

    private final TunnelService service;
    private final TlsEndpoint endpoint;
    private final AtomicInteger turn = new AtomicInteger();
    private final HalfOpen<TunnelConnection> halfOpen = new HalfOpen<>(MOST_HALF_OPEN, TunnelConnection::evict);
    private int users = 1;

    Running(TunnelService service, TlsEndpoint endpoint) {
        this.service = service;
        this.endpoint = endpoint;
    }

    TunnelService service() {
        return service;
    }

    TlsEndpoint endpoint() {
        return endpoint;
    }

    /** Accepted connections in their handshake. */
    HalfOpen<TunnelConnection> halfOpen() {
        return halfOpen;
    }

    /** For a connection up to the end of its handshake; false if it was retired already. */
    synchronized boolean acquire() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    synchronized void release() {
        if (--users == 0) {
            endpoint.close();
        }
    }

    /** Where to connect, first choice first. */
    List<TunnelAddress> targets() {
        List<TunnelAddress> all = service.connect();
        int first = service.roundRobin() ? Math.floorMod(turn.getAndIncrement(), all.size()) : 0;
        List<TunnelAddress> ordered = new ArrayList<>(all.subList(first, all.size()));
        ordered.addAll(all.subList(0, first));
        return ordered;
    }
}
