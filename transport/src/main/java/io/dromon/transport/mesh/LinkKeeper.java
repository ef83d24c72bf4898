package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/**
 * Keeps the links of a node: watches the peers, closes links, and lets {@link MeshDialler}, {@link Topology} and {@link
 * Relinker} do what a change of the links makes due. Chapter 01 sections 7 and 8.
 */
final class LinkKeeper {
    private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    final MeshSettings settings;
    final UUID self;
    final OwnAddress own;
    final Links io;
    final MeshDeliveries above;
    final LinkNews news;
    final LinkTable links = new LinkTable();
    final AddressBook book;
    final MeshDialler dialler;
    final Topology topology;
    final Router router;
    final RetiredLinks retired;
    final TreeSet<UUID> evicted = new TreeSet<>(Uuids.ORDER);
    private final Relinker relinker;

    /** Members of the saved view that this node goes on from; its own UUID was in that group. */
    Collection<UUID> savedMembers = List.of();

    /** A primary view was reached since the start. */
    boolean primaryReached;

    boolean isolated;
    boolean closed;

    private long checkNs = Long.MAX_VALUE;

    LinkKeeper(
            MeshSettings settings,
            UUID self,
            String listenAddress,
            RandomGenerator random,
            Links io,
            MeshDeliveries above,
            TransportNews news) {
        this.settings = settings;
        this.self = self;
        this.own = OwnAddress.of(listenAddress);
        this.io = io;
        this.above = above;
        this.news = new LinkNews(news);
        this.book = new AddressBook(settings.mira());
        this.dialler = new MeshDialler(own, random, io, this.news, links, book, evicted);
        this.router = new Router(self, settings.segment(), io);
        this.topology = new Topology(settings, self, own, io, this.news, dialler, router);
        this.relinker = new Relinker(links);
        this.retired = new RetiredLinks(io);
    }

    void start(List<String> initialAddresses, long nowNs) {
        checkNs = nowNs + CHECK_NS;
        dialler.start(initialAddresses, nowNs);
    }

    void onResolved(String address, List<String> numeric, long nowNs) {
        if (!closed) {
            dialler.onResolved(address, numeric, nowNs);
        }
    }

    /** {@code gmcast.isolate}: no link is dialled and none is taken. */
    void isolate(boolean on) {
        isolated = on;
        dialler.pause(on || closed);
    }

    void tick(long nowNs) {
        if (nowNs >= checkNs) {
            checkLiveness(nowNs);
            checkNs = nowNs + CHECK_NS;
            relink(relinker.tick(nowNs), nowNs);
            dialler.reconnect(nowNs);
            rebuildRoutes();
            retired.tick(nowNs);
        } else if (nowNs >= dialler.nextDeadlineNs()) {
            dialler.reconnect(nowNs);
        }
    }

    long nextDeadlineNs() {
        return Math.min(checkNs, dialler.nextDeadlineNs());
    }

    void close() {
        closed = true;
        checkNs = Long.MAX_VALUE;
        dialler.stop();
        for (MeshLink link : links.all()) {
            end(link);
        }
        retired.close();
        router.rebuild(links, new TreeSet<>(Uuids.ORDER));
    }

    /** A peer says which nodes it is linked to: tells the own links, and dials nodes that were unknown. */
    void onTopologyChange(MeshLink link, TopologyChange change, long nowNs) {
        try {
            if (!topology.store(link, change)) {
                return;
            }
        } catch (MalformedMessageException malformed) {
            corrupt(link, String.valueOf(malformed.getMessage()), nowNs);
            return;
        }
        update(nowNs);
        checkLiveness(nowNs);
        dialler.reconnect(nowNs);
    }

    /** After each change of the links. */
    void update(long nowNs) {
        if (!closed) {
            topology.update(nowNs);
        }
    }

    private void rebuildRoutes() {
        if (!closed) {
            topology.rebuildRoutes();
        }
    }

    /**
     * Drops links that were silent for {@code gmcast.peer_timeout}, and asks for a sign of life before that (chapter 01
     * section 8).
     */
    void checkLiveness(long nowNs) {
        noticeOwnStop(nowNs);
        long timeout = settings.peerTimeoutNs();
        boolean changed = false;
        for (MeshLink link : links.all()) {
            long silentNs = nowNs - link.receivedNs;
            // A peer must not stay half-open for ever by KEEPALIVEs, hence the limit from the start.
            boolean stuck = !link.isOk() && nowNs - link.createdNs > 2 * timeout;
            if (silentNs > timeout || stuck) {
                changed |= drop(link, silent(link, timeout), nowNs);
            } else if (link.isOk() && (silentNs > 2 * timeout / 3 || nowNs - link.sentNs > timeout / 3)) {
                io.send(link.id, new KeepAlive(settings.segment(), self));
            }
        }
        if (changed) {
            update(nowNs);
        }
    }

    /** While this process was stopped it could hear nobody: what waits in the sockets is read before a link is judged. */
    private void noticeOwnStop(long nowNs) {
        long lateNs = nowNs - checkNs;
        if (lateNs > 2 * CHECK_NS) {
            for (MeshLink link : links.all()) {
                link.receivedNs = Math.min(nowNs, link.receivedNs + lateNs);
            }
            checkNs = nowNs + CHECK_NS;
        }
    }

    private static LinkFailure silent(MeshLink link, long timeoutNs) {
        String limit = " for " + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms (gmcast.peer_timeout)";
        if (!link.connected) {
            return new LinkFailure.SilentPeer(link + " could not be connected" + limit);
        }
        String hint = link.state() == MeshLinkState.HANDSHAKE_WAIT && link.address.startsWith("tcp:")
                ? ": a node with TLS on waits like this for a plain one, check socket.ssl on both"
                : "";
        return new LinkFailure.SilentPeer(link + " said nothing" + limit + " in state " + link.state() + hint);
    }

    /**
     * A handshake UUID for a link that a node of this origin dials. It is greater than those of its links, so that the
     * later one survives: a node that dials although it has a link wants another one.
     */
    UUID latest(UUID fresh, String origin) {
        UUID latest = fresh;
        for (MeshLink link : links.all()) {
            if (link.isOk()
                    && link.address.startsWith(origin + ":")
                    && Uuids.ORDER.compare(link.handshakeUuid, latest) >= 0) {
                long high = link.handshakeUuid.getMostSignificantBits();
                // The first four bytes are the low part of a time: there is room above it, most of the time.
                long next = (high >>> 32) == 0xffff_ffffL ? high + 1 : high + (1L << 32);
                latest = new UUID(next, fresh.getLeastSignificantBits());
            }
        }
        return latest;
    }

    /** An established link replaced this one. */
    void replace(MeshLink link, LinkFailure failure, long nowNs) {
        if (!link.announced) {
            drop(link, failure, nowNs);
        } else if (forgetLink(link, failure, nowNs)) {
            retired.add(link, nowNs);
        }
    }

    boolean closeLinks(UUID peer, String why, long nowNs) {
        boolean any = false;
        for (MeshLink link : links.all()) {
            if (link.peer.equals(peer)) {
                any |= drop(link, new LinkFailure.Disconnected("link to " + link + " closed: " + why), nowNs);
            }
        }
        return any;
    }

    void corrupt(MeshLink link, String what, long nowNs) {
        fail(link, new LinkFailure.Corrupt("link to " + link + " closed: " + what), nowNs);
    }

    void refuse(MeshLink link, String error, LinkFailure failure, long nowNs) {
        io.send(link.id, new Fail(settings.segment(), self, error));
        fail(link, failure, nowNs);
    }

    void fail(MeshLink link, LinkFailure failure, long nowNs) {
        if (drop(link, failure, nowNs)) {
            update(nowNs);
        }
    }

    /** Closes a link from this side; the caller updates. False if it was gone already. */
    boolean drop(MeshLink link, LinkFailure failure, long nowNs) {
        if (!forgetLink(link, failure, nowNs)) {
            return false;
        }
        io.close(link.id);
        return true;
    }

    /** A link is over; its address is due again in a second (chapter 01 section 7.4). False if it was gone already. */
    boolean forgetLink(MeshLink link, LinkFailure failure, long nowNs) {
        if (!links.remove(link)) {
            return false;
        }
        link.become(MeshLinkState.FAILED, nowNs);
        if (!link.address.isEmpty() && !links.hasAddress(link.address)) {
            book.failed(link.address, nowNs);
        }
        if (link.announced) {
            news.onLinkDown(link.id, link.peer, link.address, failure);
        } else if (!links.hasPeer(link.peer) || failure instanceof LinkFailure.WrongIdentity) {
            // Otherwise it was one of two links to the same node, and the other one won.
            news.onRefused(link.shownAddress(), failure);
        }
        relink(relinker.onLost(link, failure, nowNs, mayRelink()), nowNs);
        return true;
    }

    /** Closes a link without notice. */
    void end(MeshLink link) {
        links.remove(link);
        io.close(link.id);
    }

    /**
     * Relinks all established links that are accepted, one at a time.
     *
     * @return false if that is in progress
     */
    boolean relink(LongPredicate which, long nowNs) {
        if (relinker.isBusy()) {
            return false;
        }
        relink(relinker.start(which, nowNs, mayRelink()), nowNs);
        return true;
    }

    /** An established link may be the one that was dialled for another. */
    void relinked(MeshLink link, long nowNs) {
        relink(relinker.onEstablished(link, nowNs, mayRelink()), nowNs);
    }

    private boolean mayRelink() {
        return !closed && !isolated;
    }

    private void relink(Optional<Relinker.Step> next, long nowNs) {
        Relinker.Step step = next.orElse(null);
        if (step instanceof Relinker.Dial dial) {
            relinker.dialled(dialler.dial(dial.address(), nowNs));
        } else if (step instanceof Relinker.Replace replace) {
            MeshLink first = replace.first();
            drop(first, new LinkFailure.Disconnected("link to " + first + " closed to be relinked"), nowNs);
            relinker.dialled(dialler.dial(first.address, nowNs));
        } else if (step instanceof Relinker.Over over) {
            news.onRelinked(over.relinked(), over.failure());
        }
    }

    void fatal(String reason) {
        close();
        above.onFatal(reason);
    }
}
