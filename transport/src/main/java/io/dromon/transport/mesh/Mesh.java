package io.dromon.transport.mesh;

import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The full mesh of links between the nodes of a group (gmcast): handshake, topology, reconnecting, liveness, relaying.
 * Specification: chapter 01, sections 4 to 9; the states of a link are drawn in the description of the package.
 *
 * <p>What the caller owes: all calls from one thread, with a time that never goes back; {@link #tick} when {@link
 * #nextDeadlineNs} is reached. Nothing that a peer sends makes a method throw. Where Galera ends its process (section
 * 13), the link is dropped with a {@link LinkFailure} and the node lives, except for what {@link MeshDeliveries#onFatal}
 * names.
 */
public final class Mesh implements LinkEvents {

    private final MeshSettings settings;
    private final UUID self;
    private final Supplier<UUID> uuids;
    private final Links io;
    private final LinkKeeper keeper;
    private final MeshReceiver receiver;
    private final LinkTable links;
    private final AddressBook book;
    private final Router router;
    private final Set<UUID> evicted;

    private long lastNs;

    /**
     * @param self own UUID
     * @param listenAddress own listening address as announced to peers, {@code tcp://ip:port} or {@code ssl://ip:port}
     * @param uuids source of fresh time-based UUIDs, for handshakes
     * @param random source of the delay before a learned address is dialled
     */
    public Mesh(
            MeshSettings settings,
            UUID self,
            String listenAddress,
            Supplier<UUID> uuids,
            RandomGenerator random,
            Links links,
            MeshDeliveries above,
            TransportNews news) {
        this.settings = settings;
        this.self = self;
        this.uuids = uuids;
        this.io = links;
        this.keeper = new LinkKeeper(settings, self, listenAddress, random, links, above, news);
        this.receiver = new MeshReceiver(keeper);
        this.links = keeper.links;
        this.book = keeper.book;
        this.router = keeper.router;
        this.evicted = keeper.evicted;
    }

    /** Why peers could not be joined, by address, since a link to that address was established last. */
    public Map<String, LinkFailure> refusals() {
        return Collections.unmodifiableMap(keeper.news.refusals());
    }

    /** Links that were established so far. */
    public long established() {
        return keeper.news.established();
    }

    /** The members of the saved view that this node goes on from. Before {@link #start}. */
    public void restore(Collection<UUID> savedMembers) {
        keeper.savedMembers = List.copyOf(savedMembers);
    }

    /**
     * Starts to dial the initial addresses, {@code scheme://host:port}. A host may be a name: it is looked up before each
     * round of dials, and all its addresses are dialled.
     */
    public void start(List<String> initialAddresses, long nowNs) {
        lastNs = nowNs;
        keeper.start(initialAddresses, nowNs);
    }

    @Override
    public void onAccepted(long link, String linkScheme, String remoteIp, long nowNs) {
        lastNs = nowNs;
        if (keeper.closed || keeper.isolated) {
            io.close(link);
            return;
        }
        UUID handshakeUuid = keeper.latest(uuids.get(), linkScheme + "://" + remoteIp);
        links.add(MeshLink.accepted(link, linkScheme + "://" + remoteIp, handshakeUuid, nowNs));
        io.send(link, new Handshake(settings.segment(), self, handshakeUuid));
    }

    @Override
    public void onConnected(long id, long nowNs) {
        lastNs = nowNs;
        MeshLink link = links.find(id);
        if (link != null) {
            link.connected = true;
        }
    }

    @Override
    public void onResolved(String address, List<String> numeric, long nowNs) {
        lastNs = nowNs;
        keeper.onResolved(address, numeric, nowNs);
    }

    @Override
    public void onClosed(long id, LinkFailure failure, long nowNs) {
        lastNs = nowNs;
        MeshLink link = links.find(id);
        if (link == null) {
            keeper.retired.closed(id);
        } else if (keeper.forgetLink(link, failure, nowNs)) {
            keeper.update(nowNs);
        }
    }

    @Override
    public void onMessage(long id, Bytes message, long nowNs) {
        lastNs = nowNs;
        MeshLink link = links.find(id);
        if (link != null) {
            receiver.onMessage(link, message, nowNs);
            return;
        }
        MeshLink retired = keeper.retired.find(id);
        if (retired != null) {
            receiver.onLateMessage(retired, message, nowNs);
        }
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        lastNs = nowNs;
        keeper.tick(nowNs);
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} before {@link #start} and after {@link #close}. */
    public long nextDeadlineNs() {
        return keeper.nextDeadlineNs();
    }

    /** Sends an EVS message to everybody, by direct links, segments and relays. */
    public void broadcast(Encodable evsMessage, long nowNs) {
        router.broadcast(evsMessage, nowNs);
    }

    /** Sends to one node over its link, or to everybody if there is none. */
    public void sendTo(UUID target, Encodable evsMessage, long nowNs) {
        if (!router.sendTo(target, evsMessage, nowNs)) {
            router.broadcast(evsMessage, nowNs);
        }
    }

    /** A regular EVS view (section 7.5). */
    public void onRegularView(Collection<UUID> members, Collection<UUID> left, long nowNs) {
        lastNs = nowNs;
        members.forEach(book::stable);
        boolean changed = false;
        for (UUID node : left) {
            book.forget(node, nowNs + settings.timeWaitNs());
            changed |= keeper.closeLinks(node, "it left the group", nowNs);
        }
        if (changed) {
            keeper.update(nowNs);
        }
    }

    /** A primary view was delivered (section 7.5). */
    public void onPrimaryView(Collection<UUID> members, long nowNs) {
        lastNs = nowNs;
        keeper.primaryReached = true;
        List<String> silent = book.discardPending();
        if (!silent.isEmpty()) {
            keeper.news.onNotice("not dialled any more, they never answered: " + silent);
        }
        Set<UUID> outvoted = new TreeSet<>(Uuids.ORDER);
        for (AddressBook.Remote entry : book.remote()) {
            if (members.contains(entry.uuid)) {
                book.stable(entry.uuid);
            } else if (!entry.uuid.equals(Uuids.NIL) && !isJoining(entry)) {
                outvoted.add(entry.uuid);
            }
        }
        boolean changed = false;
        for (UUID node : outvoted) {
            book.forget(node, nowNs + settings.timeWaitNs() / 2);
            changed |= keeper.closeLinks(node, "it is not in the primary view", nowNs);
        }
        if (changed) {
            keeper.update(nowNs);
        }
    }

    /** This node is in no primary component: configured names are looked up and dialled again, they may have moved. */
    public void onNonPrimaryView(long nowNs) {
        lastNs = nowNs;
        keeper.dialler.dialNames(nowNs);
    }

    /**
     * Whether a node was in no view yet and is linked, here or to a peer: nobody has voted it out, it came while the
     * others agreed on theirs. Section 7.5 would close its link as well, and make it wait; and who waits is not relayed
     * to.
     */
    private boolean isJoining(AddressBook.Remote entry) {
        return !entry.wasMember && (links.established(entry.uuid) != null || keeper.topology.isTold(entry));
    }

    /** Lifts the time wait of a node that EVS lists as operational. */
    public void allow(UUID node) {
        keeper.dialler.allow(node, lastNs);
    }

    /** Drops user messages of {@code node} from now on and refuses its handshakes; an open link stays (section 7.5). */
    public void evict(UUID node) {
        evicted.add(node);
    }

    /** Undoes {@link #evict} at once. */
    public void unevict(UUID node) {
        evicted.remove(node);
    }

    /** {@code gmcast.isolate=1}: closes all links, dials and accepts none, until it is switched off (section 7.6). */
    public void isolate(boolean on, long nowNs) {
        lastNs = nowNs;
        keeper.isolate(on);
        if (on) {
            for (MeshLink link : links.all()) {
                keeper.drop(
                        link, new LinkFailure.Disconnected("gmcast.isolate is on: link to " + link + " closed"), nowNs);
            }
            keeper.update(nowNs);
        }
    }

    /** {@code gmcast.mira}: for addresses that are learned from now on (section 7.4). */
    public void limitAttempts(int most) {
        book.limitAttempts(most);
    }

    /**
     * {@code gmcast.peer_addr=add:}: dials an address within 0.5 s (section 7.7). The scheme becomes the own one.
     *
     * @param address {@code scheme://ip:port}, resolved already
     */
    public void addPeer(String address, long nowNs) {
        PeerAddress.parse(address)
                .map(parsed -> parsed.withScheme(keeper.own.scheme()).toString())
                .filter(own -> !book.isKnown(own))
                .ifPresent(own -> book.add(own, nowNs));
    }

    /** {@code gmcast.peer_addr=del:}: closes the links to an address and does not dial it for the time wait. */
    public void removePeer(String address, long nowNs) {
        lastNs = nowNs;
        PeerAddress.parse(address).ifPresent(parsed -> {
            String own = parsed.withScheme(keeper.own.scheme()).toString();
            book.removePending(own);
            book.block(own, nowNs + settings.timeWaitNs());
            for (MeshLink link : links.all()) {
                if (link.address.equals(own)) {
                    keeper.drop(link, new LinkFailure.Disconnected(own + " was removed by gmcast.peer_addr"), nowNs);
                }
            }
            keeper.update(nowNs);
        });
    }

    /**
     * Makes all established links anew, one at a time, each when the one before is done: a second link is dialled, takes
     * the place of the first, and what is under way on the first still arrives. Answered by {@link
     * TransportNews#onRelinked}.
     *
     * @return false if one is in progress
     */
    public boolean relink(long nowNs) {
        return relink(link -> true, nowNs);
    }

    /** The same for those of the links whose numbers are accepted. */
    public boolean relink(LongPredicate which, long nowNs) {
        lastNs = nowNs;
        return keeper.relink(which, nowNs);
    }

    /** Closes every link, after what is queued was sent, and dials no more. */
    public void close() {
        keeper.close();
    }

    /** All links, in the order of their making. */
    public List<MeshLinkStatus> links() {
        List<MeshLinkStatus> list = new ArrayList<>();
        for (MeshLink link : links.all()) {
            list.add(link.status());
        }
        return list;
    }

    /** Known nodes without a link: while there are some, {@link #relays} are asked to relay. */
    public SortedSet<UUID> unreachable() {
        return new TreeSet<>(router.unreachable());
    }

    /** Peers that are asked to relay to everybody. */
    public List<UUID> relays() {
        return router.relays();
    }

    /** Addresses that turned out to be this node's own. */
    Set<String> ownAddresses() {
        return book.blacklisted();
    }
}
