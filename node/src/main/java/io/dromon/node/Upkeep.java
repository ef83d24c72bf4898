package io.dromon.node;

import io.dromon.node.admin.local.ControlServer;
import io.dromon.node.credentials.TlsRenewal;
import io.dromon.node.engine.DynamicEnd;
import io.dromon.node.engine.DynamicWindow;
import io.dromon.node.engine.NodeSettings;
import io.dromon.node.engine.Standstill;
import io.dromon.node.engine.StandstillLog;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does beside the protocol, on a thread of its own: watches the TLS files, answers on the control socket,
 * tells the end of a relinking.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private static final int MOST_ATTEMPTS = 10;

    /** How often the expiry of certificates is checked. */
    private static final int EXPIRY_SECONDS = 60;

    /** How often it is looked whether socket.dynamic has ended, and whether the node stands still. */
    private static final int LOOK_SECONDS = 1;

    private final String nodeName;
    private final ScheduledThreadPoolExecutor thread;
    private final Optional<TlsRenewal> renewal;
    private volatile @Nullable ControlServer control;
    private volatile boolean closed;
    /** The protocol thread's: the relinking that is in progress. */
    private @Nullable CompletableFuture<Integer> relinking;

    Upkeep(NodeSettings settings, NettyLinks links, Optional<TlsRenewal.Loaded> tls) {
        this.nodeName = settings.name();
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = Executors.defaultThreadFactory().newThread(task);
            daemon.setName("dromon-" + settings.name() + "-upkeep");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setRemoveOnCancelPolicy(true);
        this.renewal = tls.map(loaded ->
                TlsRenewal.of(settings.name(), settings.tls().orElseThrow(), links, InstantSource.system(), loaded));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the tasks handle what can go wrong
    void start(
            NodeSettings settings,
            ControlServer.Commands commands,
            DynamicEnd.Links plainLinks,
            Supplier<List<Standstill>> standstills) {
        long watchMs = settings.watchInterval().toMillis();
        if (renewal.isPresent() && watchMs > 0) {
            TlsRenewal watched = renewal.get();
            thread.scheduleWithFixedDelay(() -> watch(watched), watchMs, watchMs, TimeUnit.MILLISECONDS);
        }
        renewal.ifPresent(watched ->
                thread.scheduleWithFixedDelay(() -> watchExpiry(watched), 0, EXPIRY_SECONDS, TimeUnit.SECONDS));
        settings.dynamic().ifPresent(window -> {
            thread.scheduleAtFixedRate(() -> nag(window, plainLinks), 0, 1, TimeUnit.DAYS);
            if (renewal.isPresent()) {
                DynamicEnd end = new DynamicEnd(nodeName, window, plainLinks, InstantSource.system());
                thread.scheduleWithFixedDelay(() -> look(end), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
            }
        });
        StandstillLog standstill = new StandstillLog(nodeName);
        thread.scheduleWithFixedDelay(
                () -> look(standstill, standstills), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        openControl(settings, commands, 0);
    }

    private void look(StandstillLog log, Supplier<List<Standstill>> standstills) {
        try {
            log.look(standstills.get());
        } catch (RuntimeException e) {
            LOG.debug("{}: the node is ending", nodeName, e);
        }
    }

    /** The node that ran in this directory before may not have ended quite yet. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void openControl(NodeSettings settings, ControlServer.Commands commands, int attempt) {
        if (closed) {
            return;
        }
        try {
            control = ControlServer.open(settings.dataDirectory(), "dromon-" + nodeName + "-control", thread, commands);
        } catch (IOException | UnsupportedOperationException e) {
            if (attempt < MOST_ATTEMPTS) {
                thread.schedule(() -> openControl(settings, commands, attempt + 1), 200, TimeUnit.MILLISECONDS);
            } else {
                LOG.warn("{}: no control socket (dromon status, reload, relink): {}", nodeName, e.getMessage());
            }
        }
    }

    private void nag(DynamicWindow window, DynamicEnd.Links open) {
        try {
            LOG.warn("{}: {}", nodeName, DynamicEnd.warning(window, open.plain(), Instant.now()));
        } catch (RuntimeException e) {
            LOG.debug("{}: the node is ending", nodeName, e);
        }
    }

    private void look(DynamicEnd end) {
        try {
            end.look();
        } catch (RuntimeException e) {
            LOG.error("{}: looking after the end of socket.dynamic failed", nodeName, e);
        }
    }

    private void watchExpiry(TlsRenewal watched) {
        try {
            watched.watchExpiry();
        } catch (RuntimeException e) {
            LOG.error("{}: watching the expiry of certificates failed", nodeName, e);
        }
    }

    private void watch(TlsRenewal watched) {
        try {
            watched.watch();
        } catch (RuntimeException e) {
            LOG.error("{}: watching the TLS files failed", nodeName, e);
        }
    }

    Optional<TlsRenewal> renewal() {
        return renewal;
    }

    TlsRenewal tls() {
        return renewal.orElseThrow(() -> new NodeException(
                NodeException.Reason.CONFIGURATION, "this node runs in plain text: it has no TLS files to read"));
    }

    // The protocol thread.

    /** @return false if one is in progress */
    boolean relinkBegins(CompletableFuture<Integer> result) {
        if (relinking != null) {
            return false;
        }
        relinking = result;
        return true;
    }

    void relinkEnds(int relinked, @Nullable LinkFailure failure) {
        CompletableFuture<Integer> result = relinking;
        relinking = null;
        if (failure == null) {
            LOG.info("{}: {} links were made anew", nodeName, relinked);
        } else {
            LOG.warn("{}: {} links were made anew, then: {}", nodeName, relinked, failure.message());
        }
        if (result != null) {
            thread.execute(() -> end(result, relinked, failure));
        }
    }

    private static void end(CompletableFuture<Integer> result, int relinked, @Nullable LinkFailure failure) {
        if (failure == null) {
            result.complete(relinked);
        } else {
            result.completeExceptionally(new NodeException(
                    NodeException.Reason.REFUSED,
                    relinked + " links were made anew, the rest stays as it is until this is done again: "
                            + failure.message()));
        }
    }

    /** The node has ended and its links are closed. Does not wait; done when the control socket is gone. */
    CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<Integer> result = relinking;
        relinking = null;
        CompletableFuture<Void> done = CompletableFuture.runAsync(
                () -> {
                    if (result != null) {
                        result.completeExceptionally(NodeExceptions.closed());
                    }
                    ControlServer open = control;
                    if (open != null) {
                        open.close();
                    }
                    renewal.ifPresent(TlsRenewal::close);
                },
                thread);
        thread.shutdown();
        return done;
    }
}
