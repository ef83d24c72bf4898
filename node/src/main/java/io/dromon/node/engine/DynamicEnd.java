package io.dromon.node.engine;

import io.dromon.node.NodeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of {@code socket.dynamic}, for links that are still in plain text. They are relinked, one at a time, each by
 * the node that dialled it, a little later by the other one as well (it may be a Galera node, which knows of no end).
 * Those of peers that cannot do TLS are named every minute, and closed when the grace is over.
 *
 * <p>For one thread; what {@link PlainLinks#relink} returns completes on it.
 */
public final class DynamicEnd {
    /** A link in plain text. */
    record Plain(long link, boolean accepted, String peer) {}

    /** The links of a node that are in plain text. */
    interface PlainLinks {
        /** The established ones that are in plain text. */
        List<Plain> plain();

        /** One of them over TLS; ends in an exception if the peer does not do that. */
        CompletableFuture<Integer> relink(long link);

        void end(long link);
    }

    private static final Logger LOG = LoggerFactory.getLogger(DynamicEnd.class);
    /** The side that dialled a link has so long to relink it before the other side does. */
    private static final Duration SECOND_CHECK = Duration.ofSeconds(10);

    private static final Duration EVERY = Duration.ofMinutes(1);

    private final String nodeName;
    private final DynamicWindow window;
    private final PlainLinks links;
    private final InstantSource clock;

    /** A relinking is in progress. */
    private boolean busy;
    /** How often that was tried for all of them. */
    private int rounds;

    private Instant nextAt = Instant.MIN;
    private boolean named;

    DynamicEnd(String nodeName, DynamicWindow window, PlainLinks links, InstantSource clock) {
        this.nodeName = nodeName;
        this.window = window;
        this.links = links;
        this.clock = clock;
    }

    /** To be called every few seconds. */
    void check() {
        Instant now = clock.instant();
        if (busy || !window.isOver(now)) {
            return;
        }
        List<Plain> plain = links.plain();
        if (plain.isEmpty()) {
            if (named) {
                LOG.info("{}: socket.dynamic has ended; no link is in plain text any more", nodeName);
                named = false;
            }
        } else if (!now.isBefore(window.closing())) {
            LOG.error(
                    "{}: socket.dynamic ended at {} and the grace is over: closing the links in plain text: {}",
                    nodeName,
                    window.until(),
                    names(plain));
            named = true;
            plain.forEach(link -> links.end(link.link));
        } else if (!now.isBefore(nextAt)) {
            busy = true;
            boolean first = rounds++ == 0;
            nextAt = now.plus(first ? SECOND_CHECK : EVERY);
            Deque<Plain> turn = new ArrayDeque<>(plain);
            turn.removeIf(link -> first && link.accepted);
            next(turn, new TreeMap<>());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // each ends with the next
    private void next(Deque<Plain> turn, Map<String, String> failures) {
        Plain link = turn.poll();
        if (link == null) {
            busy = false;
            tell(failures);
            return;
        }
        CompletableFuture<Integer> relinked;
        try {
            relinked = links.relink(link.link);
        } catch (NodeException e) {
            relinked = CompletableFuture.failedFuture(e);
        }
        relinked.whenComplete((count, failure) -> {
            if (failure != null) {
                failures.put(link.peer, reason(failure));
            }
            next(turn, failures);
        });
    }

    private void tell(Map<String, String> failures) {
        if (!failures.isEmpty()) {
            named = true;
            LOG.error(
                    "{}: socket.dynamic ended at {}: {} links are in plain text still and will be closed at {}; set"
                            + " socket.ssl=YES, socket.ssl_cert and socket.ssl_key on these nodes, or a later"
                            + " tls.dynamic_until here: {}",
                    nodeName,
                    window.until(),
                    failures.size(),
                    window.closing(),
                    failures.entrySet().stream()
                            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                            .collect(Collectors.joining("; ")));
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    /** As log and status name them. */
    static String names(List<Plain> plain) {
        return plain.stream().map(Plain::peer).collect(Collectors.joining(", "));
    }

    /** What {@code socket.dynamic} means now, for a node that does not run. */
    public static String warning(DynamicWindow window, Instant now) {
        return warning(window, List.of(), now);
    }

    /** The same for a node with these links: said every day, and in every status. */
    static String warning(DynamicWindow window, List<Plain> plain, Instant now) {
        String open = plain.isEmpty() ? "" : "; links in plain text: " + names(plain);
        if (!window.isOver(now)) {
            return "socket.dynamic is on: plain text is let in"
                    + (window.until().equals(Instant.MAX)
                            ? " without an end (tls.dynamic_until gives it one)"
                            : " until " + window.until())
                    + "; switch it off on all nodes when all links are TLS" + open;
        }
        return "socket.dynamic is on, plain text is refused since " + window.until() + " (tls.dynamic_until)"
                + (plain.isEmpty() ? "; switch it off" : open + ", which will be closed at " + window.closing());
    }
}
