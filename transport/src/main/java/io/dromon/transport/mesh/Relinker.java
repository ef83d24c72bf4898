package io.dromon.transport.mesh;

import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Relinks the links of a node, one at a time: dials a second link to the peer and lets the resolution of double links
 * (chapter 01 section 6.5) put it in the place of the first. A Dromon node that accepts gives the later link the greater
 * handshake UUID; a Galera node gives one by its clock. Where the second link loses for that reason, the first one is
 * closed and the peer is dialled again at once: TLS has just shown that it lets this node in. The same where the peer
 * says that the new link shows another identity than the open one, after the names in this node's certificate changed.
 */
final class Relinker {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NONE = Long.MIN_VALUE;

    /** What is to be done next. */
    sealed interface Step {}

    /** Dial a link beside the one that is open; {@link #dialled} gets its number. */
    record Dial(String address) implements Step {}

    /** Close the open link and dial its address again; {@link #dialled} gets the number. */
    record Replace(MeshLink first) implements Step {}

    /**
     * The relink is over.
     *
     * @param relinked how many links were relinked
     * @param failure why not all of them
     */
    record Over(int relinked, @Nullable LinkFailure failure) implements Step {}

    private final LinkTable links;
    private final Deque<UUID> waiting = new ArrayDeque<>();

    /** The peer whose link is being relinked. */
    private @Nullable UUID peer;
    /** The link that is to be replaced. */
    private long before = NONE;
    /** The link that was dialled for it. */
    private long dialled = NONE;
    /** The first link was given up. */
    private boolean closedFirst;

    private long deadlineNs;
    private int done;

    Relinker(LinkTable links) {
        this.links = links;
    }

    boolean isBusy() {
        return peer != null;
    }

    /** The number of the link that the last step dialled. */
    void dialled(long link) {
        dialled = link;
    }

    /**
     * @param which the numbers of the links that are to be relinked
     * @param mayDial whether this node dials at all
     */
    Optional<Step> start(LongPredicate which, long nowNs, boolean mayDial) {
        TreeSet<UUID> peers = new TreeSet<>(Uuids.ORDER);
        for (MeshLink link : links.all()) {
            if (link.isOk() && which.test(link.id)) {
                peers.add(link.peer);
            }
        }
        waiting.addAll(peers);
        done = 0;
        return next(nowNs, mayDial);
    }

    private Optional<Step> next(long nowNs, boolean mayDial) {
        peer = null;
        before = NONE;
        dialled = NONE;
        closedFirst = false;
        while (!waiting.isEmpty()) {
            MeshLink link = links.established(waiting.remove());
            if (link != null && mayDial) {
                peer = link.peer;
                before = link.id;
                deadlineNs = nowNs + LIMIT_NS;
                return Optional.of(new Dial(link.address));
            }
        }
        return Optional.of(new Over(done, null));
    }

    Optional<Step> onEstablished(MeshLink link, long nowNs, boolean mayDial) {
        if (link.peer.equals(peer) && link.id != before && link.isOk()) {
            done++;
            return next(nowNs, mayDial);
        }
        return Optional.empty();
    }

    /** A link is over and forgotten. */
    Optional<Step> onLost(MeshLink link, LinkFailure failure, long nowNs, boolean mayDial) {
        UUID target = peer;
        if (target == null || link.id != dialled) {
            return Optional.empty();
        }
        MeshLink first = links.established(target);
        if (first == null || first.id != before) {
            // Replaced all the same, or the peer is gone: keeping up links is not the business of this class.
            dialled = NONE;
            if (first == null) {
                return Optional.empty();
            }
            done++;
            return next(nowNs, mayDial);
        }
        if (link.peer.equals(target)
                && !closedFirst
                && (link.refusedForIdentity || Uuids.ORDER.compare(first.handshakeUuid, link.handshakeUuid) > 0)) {
            closedFirst = true;
            return Optional.of(new Replace(first));
        }
        return Optional.of(stop(failure));
    }

    Optional<Step> tick(long nowNs) {
        UUID target = peer;
        if (target == null || nowNs - deadlineNs < 0) {
            return Optional.empty();
        }
        return Optional.of(stop(new LinkFailure.SilentPeer("the link to " + Uuids.brief(target)
                + " was not relinked within " + TimeUnit.NANOSECONDS.toSeconds(LIMIT_NS) + " s")));
    }

    private Step stop(LinkFailure failure) {
        peer = null;
        dialled = NONE;
        waiting.clear();
        return new Over(done, failure);
    }
}
