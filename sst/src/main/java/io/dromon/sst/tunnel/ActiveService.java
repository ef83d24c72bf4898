package io.dromon.sst.tunnel;

import io.dromon.transport.link.HalfOpen;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.dromon.transport.tls.pem.Authorities;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service with its TLS, which is closed when it is retired and the last of its handshakes is over. */
final class ActiveService {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveService.class);

    /** Half-open connections: those between their first byte and their handshake's end. */
    static final int MOST_HALF_OPEN = 1024;

    /** A connection in its handshake. */
    interface Evictable {
        /** Ends it, since others wait to shake hands and it has not proven anything yet. Any thread. */
        void evict();
    }

    private final TunnelService service;
    private final TlsEndpoint endpoint;
    private final AtomicInteger turn = new AtomicInteger();
    private final HalfOpen<Evictable> halfOpen = new HalfOpen<>(MOST_HALF_OPEN, Evictable::evict);
    private int users = 1;

    ActiveService(TunnelService service, TlsEndpoint endpoint) {
        this.service = service;
        this.endpoint = endpoint;
    }

    /** Loads keys and certificates of all services; of all or, if something of it cannot work, of none. */
    static List<ActiveService> load(TunnelConfig config) throws TunnelException {
        List<ActiveService> loaded = new ArrayList<>();
        try {
            for (TunnelService service : config.services()) {
                loaded.add(new ActiveService(service, endpoint(service)));
            }
            return loaded;
        } catch (TunnelException e) {
            loaded.forEach(ActiveService::release);
            throw e;
        }
    }

    private static TlsEndpoint endpoint(TunnelService service) throws TunnelException {
        TunnelService.Tls tls = service.tls();
        try {
            Optional<TlsGeneration> own = Optional.empty();
            if (tls.certificate().isPresent()) {
                Path certificate = tls.certificate().get();
                own = Optional.of(TlsGeneration.load(
                        1, TlsSettings.of(certificate, tls.key().orElse(certificate))));
            }
            own.ifPresent(generation -> generation
                    .notes()
                    .forEach(note -> LOG.warn("[{}] {}", service.name(), Reasons.TUNNEL.words(note))));
            Authorities authorities = Authorities.of(List.of());
            for (Path file : tls.authorities()) {
                authorities = authorities.and(PemFiles.authorities("CAfile", file));
            }
            Trust trust = Trust.in(authorities);
            if (trust.anchors().isEmpty() && !authorities.certificates().isEmpty()) {
                throw new TunnelException("[" + service.name() + "] CAfile: each certificate in " + tls.authorities()
                        + " is marked as rejected (block TRUSTED CERTIFICATE), so that no peer can be trusted");
            }
            return TlsEndpoint.of(
                    new TlsEndpoint.Spec(
                            !service.client(),
                            own,
                            trust,
                            tls.verification(),
                            tls.subjects(),
                            tls.protocols(),
                            tls.ciphers(),
                            tls.suites(),
                            TlsSettings.Provider.AUTO),
                    InstantSource.system());
        } catch (TlsConfigException | PemException e) {
            throw new TunnelException(
                    "[" + service.name() + "] " + Reasons.TUNNEL.words(String.valueOf(e.getMessage())), e);
        }
    }

    TunnelService service() {
        return service;
    }

    TlsEndpoint endpoint() {
        return endpoint;
    }

    /** Accepted connections in their handshake. */
    HalfOpen<Evictable> halfOpen() {
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
