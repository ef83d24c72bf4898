package io.dromon.transport.mesh;

import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the links of a node anew, one at a time: dials a second link to the peer and lets the resolution of double links
 * (chapter 01 section 6.5) put it in the place of the first. A Dromon node that accepts gives the later link the greater
 * handshake UUID; a Galera node gives one by its clock. Where the second link loses for that reason, the first one is
 * closed and the peer is dialled again at once: TLS has just shown that it lets this node in. The same where the peer
 * says that the new link shows another identity than the open one, after the names in this node's certificate changed.
 */
final class Relinker {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NONE = Long.MIN_VALUE;

    private final LinkKeeper keeper;
    private final Deque<UUID> waiting = new ArrayDeque<>();

    /** Whose link is made anew now. */
    private @Nullable UUID peer;
    /** The link that is to be replaced. */
    private long before = NONE;
    /** The link that was dialled for it. */
    private long dialled = NONE;
    /** The first link was given up. */
    private boolean closedFirst;

    private long deadlineNs;
    private int done;

    Relinker(LinkKeeper keeper) {
        this.keeper = keeper;
    }

    /** @param which the numbers of the links that are to be made anew */
    boolean start(LongPredicate which, long nowNs) {
        if (peer != null) {
            return false;
        }
        TreeSet<UUID> peers = new TreeSet<>(Uuids.ORDER);
        for (MeshLink link : keeper.links.all()) {
            if (link.isOk() && which.test(link.id)) {
                peers.add(link.peer);
            }
        }
        waiting.addAll(peers);
        done = 0;
        next(nowNs);
        return true;
    }

    private void next(long nowNs) {
        peer = null;
        before = NONE;
        dialled = NONE;
        closedFirst = false;
        while (peer == null && !waiting.isEmpty()) {
            MeshLink link = keeper.links.established(waiting.remove());
            if (link != null && !keeper.closed && !keeper.isolated) {
                peer = link.peer;
                before = link.id;
                deadlineNs = nowNs + LIMIT_NS;
                dialled = keeper.dial(link.address, nowNs);
            }
        }
        if (peer == null) {
            keeper.effects.onRelinked(done, null);
        }
    }

    void onEstablished(MeshLink link, long nowNs) {
        if (link.peer.equals(peer) && link.id != before && link.isOk()) {
            done++;
            next(nowNs);
        }
    }

    /** A link is over and forgotten. */
    void onLost(MeshLink link, LinkFailure failure, long nowNs) {
        UUID target = peer;
        if (target == null || link.id != dialled) {
            return;
        }
        MeshLink first = keeper.links.established(target);
        if (first == null || first.id != before) {
            // Replaced all the same, or the peer is gone: keeping up links is not the business of this class.
            dialled = NONE;
            if (first != null) {
                done++;
                next(nowNs);
            }
        } else if (link.peer.equals(target)
                && !closedFirst
                && (link.refusedForIdentity || Uuids.ORDER.compare(first.handshakeUuid, link.handshakeUuid) > 0)) {
            closedFirst = true;
            String text = "link to " + first + " closed to be made anew";
            keeper.drop(first, new LinkFailure.Disconnected(text), nowNs);
            dialled = keeper.dial(first.address, nowNs);
        } else {
            stop(failure);
        }
    }

    void tick(long nowNs) {
        UUID target = peer;
        if (target != null && nowNs - deadlineNs >= 0) {
            stop(new LinkFailure.SilentPeer("the link to " + Uuids.brief(target) + " was not made anew within "
                    + TimeUnit.NANOSECONDS.toSeconds(LIMIT_NS) + " s"));
        }
    }

    private void stop(LinkFailure failure) {
        peer = null;
        dialled = NONE;
        waiting.clear();
        keeper.effects.onRelinked(done, failure);
    }
}
