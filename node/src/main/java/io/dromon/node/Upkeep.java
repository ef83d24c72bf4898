package io.dromon.node;

import io.dromon.node.control.ControlServer;
import io.dromon.transport.link.LinkStatus;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does beside the protocol, on a thread of its own: watches the TLS files, answers on the control socket,
 * tells the end of a relinking.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private static final int MOST_ATTEMPTS = 10;

    /** How often the ends of certificates are looked at. */
    private static final int ENDS_SECONDS = 60;

    private final String nodeName;
    private final NettyLinks links;
    private final ScheduledThreadPoolExecutor thread;
    private final Optional<TlsRenewal> renewal;
    private volatile @Nullable ControlServer control;
    private volatile boolean closed;
    /** The protocol thread's: the relinking that is in progress. */
    private @Nullable CompletableFuture<Integer> relinking;

    Upkeep(NodeSettings settings, NettyLinks links, Optional<TlsRenewal.Loaded> tls) {
        this.nodeName = settings.name();
        this.links = links;
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
    void start(NodeSettings settings, ControlServer.Commands commands) {
        long watchMs = settings.watchInterval().toMillis();
        if (renewal.isPresent() && watchMs > 0) {
            TlsRenewal watched = renewal.get();
            thread.scheduleWithFixedDelay(() -> watch(watched), watchMs, watchMs, TimeUnit.MILLISECONDS);
        }
        renewal.ifPresent(
                watched -> thread.scheduleWithFixedDelay(() -> watchEnds(watched), 0, ENDS_SECONDS, TimeUnit.SECONDS));
        settings.dynamicUntil().ifPresent(until -> thread.scheduleAtFixedRate(() -> nag(until), 0, 1, TimeUnit.DAYS));
        openControl(settings, commands, 0);
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

    private void nag(Instant until) {
        String plain;
        try {
            List<LinkStatus> open =
                    links.status().orTimeout(10, TimeUnit.SECONDS).join();
            plain = open.stream()
                    .filter(link -> link.since().isPresent() && link.tls().isEmpty())
                    .map(LinkStatus::remoteAddress)
                    .collect(Collectors.joining(", "));
        } catch (RuntimeException e) {
            return; // the node is ending
        }
        LOG.warn("{}: {}; links in plain text: {}", nodeName, dynamicWarning(until), plain.isEmpty() ? "none" : plain);
    }

    /** Said every day and in every status. */
    static String dynamicWarning(Instant until) {
        return Instant.now().isBefore(until)
                ? "socket.dynamic is on: plain text is let in"
                        + (until.equals(Instant.MAX)
                                ? " without an end (tls.dynamic_until gives it one)"
                                : " until " + until)
                        + "; switch it off on all nodes when all links are TLS"
                : "socket.dynamic is on, plain text is refused since " + until + " (tls.dynamic_until)";
    }

    private void watchEnds(TlsRenewal watched) {
        try {
            watched.watchEnds();
        } catch (RuntimeException e) {
            LOG.error("{}: watching the ends of certificates failed", nodeName, e);
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
                    relinked + " links were made anew, the rest stays as it is: " + failure.message()));
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
