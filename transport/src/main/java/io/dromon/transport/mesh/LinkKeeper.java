package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerText;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Keeps the links of a node: lists and dials addresses, tells and learns the topology, watches the peers, closes links.
 * Chapter 01 sections 7 and 8.
 */
final class LinkKeeper {
    private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long FIRST_DIAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Dials in progress at one time to addresses that peers told. */
    private static final int MAX_DIALLING = 64;
    /** Dials to addresses of hearsay, over all: so many at once, then one in each of these times. */
    private static final int MAX_HEARSAY_DIALS = 64;

    private static final long HEARSAY_DIAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_NAMED = 16;
    /** Addresses of one name that are dialled. */
    private static final int MOST_ADDRESSES = 64;

    private static final int ATTEMPTS_PER_NOTICE = 30;

    final MeshSettings settings;
    final UUID self;
    final String listenAddress;
    final String scheme;
    final Links io;
    final MeshEffects effects;
    final LinkTable links = new LinkTable();
    final AddressBook book;
    final Router router;
    final Relinker relinker;
    final RetiredLinks retired;
    final TreeSet<UUID> evicted = new TreeSet<>(Uuids.ORDER);

    /** Members of the saved view that this node goes on from; its own UUID was in that group. */
    Collection<UUID> savedMembers = List.of();

    /** A primary view was reached since the start. */
    boolean primaryReached;

    boolean isolated;
    boolean closed;

    /** Numeric addresses that the operator told, or that names of the operator stood for. */
    private final Set<String> configured = new HashSet<>();
    /** Addresses with a name that the operator told. */
    private final List<String> names = new ArrayList<>();

    private final RandomGenerator random;
    private long checkNs = Long.MAX_VALUE;
    private long learnedDialNs = Long.MAX_VALUE;
    private int hearsayDials = MAX_HEARSAY_DIALS;
    private long hearsayDialNs;

    LinkKeeper(
            MeshSettings settings,
            UUID self,
            String listenAddress,
            RandomGenerator random,
            Links io,
            MeshEffects effects) {
        this.settings = settings;
        this.self = self;
        this.listenAddress = listenAddress;
        this.scheme = PeerAddress.parse(listenAddress)
                .orElseThrow(() -> new IllegalArgumentException(
                        "listen address " + listenAddress + " is not tcp://ip:port or ssl://ip:port"))
                .scheme();
        this.random = random;
        this.io = io;
        this.effects = effects;
        this.book = new AddressBook(settings.mira());
        this.router = new Router(self, settings.segment(), io);
        this.relinker = new Relinker(this);
        this.retired = new RetiredLinks(io);
    }

    void start(List<String> initialAddresses, long nowNs) {
        checkNs = nowNs + CHECK_NS;
        hearsayDialNs = nowNs;
        for (String address : initialAddresses) {
            if (!address.equals(listenAddress) && !book.isPending(address)) {
                book.addPending(address, nowNs);
                if (PeerAddress.isNamed(address)) {
                    names.add(address);
                } else {
                    configured.add(address);
                    dial(address, nowNs);
                }
            }
        }
        dialNames(nowNs);
    }

    /** Looks configured names up and dials what they stand for. */
    void dialNames(long nowNs) {
        for (String name : names) {
            book.addPending(name, nowNs);
        }
        reconnect(nowNs);
    }

    void onResolved(String address, List<String> numeric, long nowNs) {
        List<String> usable = numeric.stream()
                .map(PeerAddress::parse)
                .flatMap(Optional::stream)
                .filter(PeerAddress::isDialable)
                .map(parsed -> parsed.withScheme(scheme).toString())
                .filter(ip -> !ip.equals(listenAddress))
                .distinct()
                .limit(MOST_ADDRESSES)
                .toList();
        if (closed || !book.resolved(address, usable, nowNs)) {
            return;
        }
        if (configured.size() >= AddressBook.MAX_REMOTE) {
            configured.clear();
        }
        configured.addAll(usable);
        if (numeric.isEmpty()) {
            String text = address + ": the name of the host is not known here; it is looked up again and again, correct"
                    + " the cluster address or the name service";
            effects.onRefused(address, new LinkFailure.Disconnected(text));
            return;
        }
        // At once, as at the start: the other addresses of a name wait for their turn.
        usable.stream().filter(ip -> mayDial(ip)).findFirst().ifPresent(ip -> dial(ip, nowNs));
        reconnect(nowNs);
    }

    private boolean mayDial(String address) {
        return !links.hasAddress(address)
                && !links.hasPeer(book.uuidOf(address))
                && !links.hasPeer(book.aliasOf(address))
                && !book.blacklisted().contains(address);
    }

    /**
     * One at a time: two addresses of one node must not look like two nodes with one UUID. Accepted links do not count, or
     * silent connections from anywhere could keep this node from dialling.
     */
    private void dialConfigured(AddressBook.Pending entry, long nowNs) {
        if (!PeerAddress.isNamed(entry.address)) {
            if (links.countDialling() == 0 && mayDial(entry.address)) {
                dial(entry.address, nowNs);
            }
            return;
        }
        while (!entry.round.isEmpty() && !mayDial(entry.round.element())) {
            entry.round.remove();
        }
        if (!entry.round.isEmpty()) {
            if (links.countDialling() == 0) {
                dial(entry.round.remove(), nowNs);
                entry.nextNs = nowNs + AddressBook.RECONNECT_NS;
            }
        } else if (nowNs < entry.nextLookUpNs) {
            entry.nextNs = entry.nextLookUpNs;
        } else {
            entry.asked = true;
            entry.nextLookUpNs = nowNs + AddressBook.RECONNECT_NS;
            entry.nextNs = entry.nextLookUpNs;
            io.resolve(entry.address);
        }
    }

    void tick(long nowNs) {
        if (nowNs >= checkNs) {
            checkNs = nowNs + CHECK_NS;
            checkLiveness(nowNs);
            relinker.tick(nowNs);
            reconnect(nowNs);
            rebuildRoutes();
            retired.tick(nowNs);
        } else if (nowNs >= learnedDialNs) {
            reconnect(nowNs);
        }
    }

    long nextDeadlineNs() {
        return Math.min(checkNs, learnedDialNs);
    }

    boolean isConfigured(String address) {
        return configured.contains(address);
    }

    /** The node may be dialled at once. */
    void allow(UUID node, long nowNs) {
        if (book.allow(node, nowNs)) {
            learnedDialNs = Math.min(learnedDialNs, nowNs);
        }
    }

    void close() {
        closed = true;
        checkNs = Long.MAX_VALUE;
        learnedDialNs = Long.MAX_VALUE;
        for (MeshLink link : links.all()) {
            end(link);
        }
        retired.close();
        router.rebuild(links, new TreeSet<>(Uuids.ORDER));
    }

    /**
     * Stores which nodes a peer is linked to; if that is news, tells the own links and dials unknown nodes (chapter 01
     * section 7.3).
     */
    void onTopologyChange(MeshLink link, TopologyChange change, long nowNs) {
        SortedMap<UUID, String> topology = new TreeMap<>(Uuids.ORDER);
        List<String> skipped = new ArrayList<>();
        for (TopologyChange.Entry entry : change.entries()) {
            PeerAddress parsed = PeerAddress.parse(entry.address()).orElse(null);
            if (parsed == null) {
                corrupt(link, "topology with no valid address for " + Uuids.brief(entry.uuid()), nowNs);
                return;
            }
            topology.put(entry.uuid(), usableAddress(entry.uuid(), parsed, skipped));
        }
        if (topology.equals(link.topology)) {
            return;
        }
        link.topology = topology;
        if (!skipped.isEmpty()) {
            effects.onNotice("addresses told by " + link + ": " + skipped.get(0)
                    + (skipped.size() > 1 ? ", and " + (skipped.size() - 1) + " more" : ""));
        }
        update(nowNs);
        checkLiveness(nowNs);
        reconnect(nowNs);
    }

    /** The address to dial, in the own scheme; empty if this node must not dial it. */
    private String usableAddress(UUID uuid, PeerAddress told, List<String> skipped) {
        if (uuid.equals(self)) {
            return "";
        }
        if (!told.isDialable()) {
            skipped.add(told + " is not dialled, it is no numeric address");
            return "";
        }
        if (!told.scheme().equals(scheme) && !settings.bothModes()) {
            if (scheme.equals("tcp")) {
                skipped.add(told + " is not dialled, it is of a TLS node and this node runs without"
                        + " (set socket.ssl_key and socket.ssl_cert on all nodes)");
                return "";
            }
            skipped.add(told + " is dialled with TLS, this node never falls back to plain text");
        }
        String address = told.withScheme(scheme).toString();
        if (address.equals(listenAddress)) {
            skipped.add(told + " is this node's own and stands for " + Uuids.brief(uuid) + ", ignored");
            return "";
        }
        return address;
    }

    /**
     * After each change of the links: tells them, learns addresses from the stored lists, and rebuilds the routes
     * (chapter 01 section 7.3).
     */
    void update(long nowNs) {
        if (closed) {
            return;
        }
        tellTopology();
        book.keepTold(this::isTold);
        boolean full = false;
        for (MeshLink link : links.all()) {
            if (link.isOk()) {
                for (Map.Entry<UUID, String> entry : link.topology.entrySet()) {
                    full |= !learn(entry.getValue(), entry.getKey(), nowNs);
                }
            }
        }
        if (full) {
            effects.onNotice("more than " + AddressBook.MAX_REMOTE + " addresses told by peers, the rest is ignored");
        }
        rebuildRoutes();
    }

    /** Whether a peer says that it is linked there. */
    boolean isTold(AddressBook.Remote entry) {
        for (MeshLink link : links.all()) {
            if (link.isOk() && entry.address.equals(link.topology.get(entry.uuid))) {
                return true;
            }
        }
        return false;
    }

    private void tellTopology() {
        SortedMap<UUID, String> established = new TreeMap<>(Uuids.ORDER);
        for (MeshLink link : links.all()) {
            if (link.isOk()) {
                established.put(link.peer, link.address);
            }
        }
        List<TopologyChange.Entry> entries = new ArrayList<>(established.size());
        established.forEach((uuid, address) -> entries.add(new TopologyChange.Entry(uuid, address)));
        TopologyChange change = new TopologyChange(self, settings.group(), entries);
        for (MeshLink link : links.all()) {
            if (link.isOk() && !link.sentTopology.equals(change)) {
                link.sentTopology = change;
                io.send(link.id, change);
            }
        }
    }

    private boolean learn(String address, UUID uuid, long nowNs) {
        if (address.isEmpty() || evicted.contains(uuid) || book.isKnown(address)) {
            return true;
        }
        long firstDialNs = nowNs + random.nextLong(FIRST_DIAL_NS + 1);
        learnedDialNs = Math.min(learnedDialNs, firstDialNs);
        return book.learn(address, uuid, firstDialNs);
    }

    void rebuildRoutes() {
        if (closed) {
            return;
        }
        SortedSet<UUID> missing = missing();
        boolean before = !router.unreachable().isEmpty();
        router.rebuild(links, missing);
        if (before == missing.isEmpty()) {
            String relays =
                    router.relays().isEmpty() ? "no peer reaches them" : PeerText.brief(router.relays()) + " relay";
            effects.onNotice(
                    before
                            ? "every known node is linked, no relaying is needed"
                            : "known nodes without a link: " + named(missing) + ", " + relays);
        }
    }

    /**
     * Nodes that should have a link and have none. Those that a peer tells count whether they can be dialled or not: a
     * configured address whose node refuses this one is only in the pending list, and its node must still be reached.
     */
    private SortedSet<UUID> missing() {
        SortedSet<UUID> missing = new TreeSet<>(Uuids.ORDER);
        SortedSet<UUID> waiting = new TreeSet<>(Uuids.ORDER);
        for (AddressBook.Remote entry : book.remote()) {
            (entry.isInTimeWait() ? waiting : missing).add(entry.uuid);
        }
        for (MeshLink link : links.all()) {
            if (link.isOk() && missing.size() + link.topology.size() <= AddressBook.MAX_REMOTE) {
                missing.addAll(link.topology.keySet());
            }
        }
        missing.removeAll(evicted);
        missing.removeAll(waiting);
        missing.remove(self);
        missing.remove(Uuids.NIL);
        missing.removeIf(uuid -> links.established(uuid) != null);
        return missing;
    }

    private static String named(SortedSet<UUID> nodes) {
        int more = nodes.size() - MOST_NAMED;
        return PeerText.brief(nodes.stream().limit(MOST_NAMED).toList()) + (more > 0 ? " and " + more + " more" : "");
    }

    /**
     * Drops links that were silent for {@code gmcast.peer_timeout}, and asks for a sign of life before that (chapter 01
     * section 8).
     */
    void checkLiveness(long nowNs) {
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
     * Dials every address that has no link and whose time has come, and forgets those that were tried often enough
     * (chapter 01 section 7.4).
     */
    void reconnect(long nowNs) {
        learnedDialNs = Long.MAX_VALUE;
        if (closed || isolated) {
            return;
        }
        for (AddressBook.Pending entry : book.duePending(nowNs)) {
            dialConfigured(entry, nowNs);
        }
        for (AddressBook.Remote entry : List.copyOf(book.remote())) {
            if (entry.nextNs > nowNs) {
                if (entry.retries == 0 && entry.nextNs - nowNs <= FIRST_DIAL_NS) {
                    learnedDialNs = Math.min(learnedDialNs, entry.nextNs);
                }
            } else if (entry.isInTimeWait()) {
                effects.onNotice("forgetting " + Uuids.brief(entry.uuid) + " at " + entry.address);
                book.remove(entry);
            } else if (!links.hasAddress(entry.address)
                    && !links.hasPeer(entry.uuid)
                    && !evicted.contains(entry.uuid)
                    && links.countDialling() < MAX_DIALLING
                    && (!entry.isHearsay() || mayDialHearsay(nowNs))) {
                if (entry.retries > 0 && entry.retries % ATTEMPTS_PER_NOTICE == 0) {
                    effects.onNotice("reconnecting to " + Uuids.brief(entry.uuid) + " at " + entry.address
                            + ", attempt " + entry.retries);
                }
                dial(entry.address, nowNs);
            }
        }
    }

    /** Whoever is in the group can name addresses of others, which must not become this node's flood. */
    private boolean mayDialHearsay(long nowNs) {
        long earned = (nowNs - hearsayDialNs) / HEARSAY_DIAL_NS;
        hearsayDialNs += earned * HEARSAY_DIAL_NS;
        hearsayDials = (int) Math.min(MAX_HEARSAY_DIALS, hearsayDials + earned);
        if (hearsayDials == 0 || links.countDialling() >= MAX_DIALLING / 2) {
            return false;
        }
        hearsayDials--;
        return true;
    }

    /** The number of the link. */
    long dial(String address, long nowNs) {
        long id = io.dial(address);
        links.add(MeshLink.dialled(id, address, nowNs));
        return id;
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

    /** An established link took the place of this one. */
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
            effects.onLinkDown(link.id, link.peer, link.address, failure);
        } else if (!links.hasPeer(link.peer) || failure instanceof LinkFailure.WrongIdentity) {
            // Otherwise it was one of two links to the same node, and the other one won.
            effects.onRefused(link.shownAddress(), failure);
        }
        relinker.onLost(link, failure, nowNs);
        return true;
    }

    /** Closes a link without a word. */
    void end(MeshLink link) {
        links.remove(link);
        io.close(link.id);
    }

    void fatal(String reason) {
        close();
        effects.onFatal(reason);
    }
}
