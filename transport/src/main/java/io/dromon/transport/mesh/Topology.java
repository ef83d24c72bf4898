package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.PeerText;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The links of all nodes: tells the peers this node's links, keeps what they tell of theirs, and chooses who relays to
 * nodes without a link (chapter 01 sections 7.3 and 9.5).
 */
final class Topology {
    private static final int MOST_NAMED = 16;

    private final MeshSettings settings;
    private final UUID self;
    private final OwnAddress own;
    private final Links io;
    private final LinkNews news;
    private final LinkTable links;
    private final AddressBook book;
    private final MeshDialler dialler;
    private final Set<UUID> evicted;
    private final Router router;

    Topology(
            MeshSettings settings,
            UUID self,
            OwnAddress own,
            Links io,
            LinkNews news,
            MeshDialler dialler,
            Router router) {
        this.settings = settings;
        this.self = self;
        this.own = own;
        this.io = io;
        this.news = news;
        this.links = dialler.links;
        this.book = dialler.book;
        this.dialler = dialler;
        this.evicted = dialler.evicted;
        this.router = router;
    }

    /**
     * Stores which nodes a peer is linked to; returns whether that is news (chapter 01 section 7.3).
     *
     * @throws MalformedMessageException if an address is none; nothing was stored
     */
    boolean store(MeshLink link, TopologyChange change) throws MalformedMessageException {
        SortedMap<UUID, String> told = new TreeMap<>(Uuids.ORDER);
        List<String> skipped = new ArrayList<>();
        for (TopologyChange.Entry entry : change.entries()) {
            PeerAddress parsed = PeerAddress.parse(entry.address())
                    .orElseThrow(() -> new MalformedMessageException(
                            "topology with no valid address for " + Uuids.brief(entry.uuid())));
            told.put(entry.uuid(), usableAddress(entry.uuid(), parsed, skipped));
        }
        if (told.equals(link.topology)) {
            return false;
        }
        link.topology = told;
        if (!skipped.isEmpty()) {
            news.onNotice("addresses told by " + link + ": " + skipped.get(0)
                    + (skipped.size() > 1 ? ", and " + (skipped.size() - 1) + " more" : ""));
        }
        return true;
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
        if (!told.scheme().equals(own.scheme()) && !settings.bothModes()) {
            if (own.scheme().equals("tcp")) {
                skipped.add(told + " is not dialled, it is of a TLS node and this node runs without"
                        + " (set socket.ssl_key and socket.ssl_cert on all nodes)");
                return "";
            }
            skipped.add(told + " is dialled with TLS, this node never falls back to plain text");
        }
        String address = told.withScheme(own.scheme()).toString();
        if (address.equals(own.text())) {
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
        tellTopology();
        book.keepTold(this::isTold);
        boolean full = false;
        for (MeshLink link : links.all()) {
            if (link.isOk()) {
                for (Map.Entry<UUID, String> entry : link.topology.entrySet()) {
                    full |= !dialler.learn(entry.getValue(), entry.getKey(), nowNs);
                }
            }
        }
        if (full) {
            news.onNotice("more than " + AddressBook.MAX_REMOTE + " addresses told by peers, the rest is ignored");
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

    /** Asks peers to relay to nodes that should have a link and have none (chapter 01 section 9.5). */
    void rebuildRoutes() {
        SortedSet<UUID> missing = missing();
        boolean before = !router.unreachable().isEmpty();
        router.rebuild(links, missing);
        if (before == missing.isEmpty()) {
            String relays =
                    router.relays().isEmpty() ? "no peer reaches them" : PeerText.brief(router.relays()) + " relay";
            news.onNotice(
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
}
