package io.dromon.transport.mesh;

import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The full mesh of links between the nodes of a group (gmcast): handshake, topology, reconnecting, liveness, relaying.
 * Specification: chapter 01, sections 4 to 9.
 *
 * <pre>
 *  connector                                    acceptor
 *  HANDSHAKE_WAIT      &lt;---- HANDSHAKE ---------  HANDSHAKE_SENT
 *                      ----- HANDSHAKE_RESPONSE -&gt;
 *  RESPONSE_SENT       &lt;---- OK ----------------  OK
 *  OK                  &lt;---&gt; TOPOLOGY_CHANGE, user messages, KEEPALIVE / OK
 * </pre>
 *
 * <p>What the caller owes: all calls from one thread, with a time that never goes back; {@link #tick} when {@link
 * #nextDeadlineNs} is reached. Nothing that a peer sends makes a method throw. Where Galera ends its process (section
 * 13), the link is dropped with a {@link LinkFailure} and the node lives, except for what {@link Effects#onFatal} names.
 */
public final class Mesh implements Links.Events {
    /** What the mesh tells the layers above. */
    public interface Effects {
        /**
         * A user message; {@code source} is the originator, never this node, never nil and never evicted. The same
         * message can come more than once, directly and by relays. The methods of the mesh may be called from inside.
         *
         * @throws MalformedMessageException if it is none: the mesh drops the link that it came from and does not relay
         *     it
         */
        void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException;

        /** A link is established, or an established one is gone ({@code failure} says why). */
        void onLinkUp(long link, UUID peer, String address);

        void onLinkDown(long link, UUID peer, String address, LinkFailure failure);

        /** A peer was refused, or refused this node, before its link was established. For log, counters and status. */
        void onRefused(String address, LinkFailure failure);

        /**
         * This node must not go on: evicted, or its UUID is taken. The saved view must be removed. All links are
         * closed already and no other effect follows.
         */
        void onFatal(String reason);

        /** One line for the log, at info level: what the mesh decided. A peer can provoke these: limit their rate. */
        default void onNotice(String text) {}
    }

    private static final VarHandle LE_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Version 0, type USER, no optional field; the relay flags and the segment are masked out. */
    private static final int PLAIN_USER_MASK = GmcastMessage.FIELD_FLAGS << 16 | 0xffff;

    private static final int PLAIN_USER = GmcastMessage.TYPE_USER << 8;
    private static final int RELAY_FLAGS = GmcastMessage.FLAG_RELAY | GmcastMessage.FLAG_SEGMENT_RELAY;

    private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long FIRST_DIAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Dials in progress at one time to addresses that peers told. */
    private static final int MAX_DIALLING = 64;

    private final MeshSettings settings;
    private final UUID self;
    private final String listenAddress;
    private final String scheme;
    private final Supplier<UUID> uuids;
    private final RandomGenerator random;
    private final Links io;
    private final Effects effects;

    private final LinkTable links = new LinkTable();
    private final AddressBook book = new AddressBook();
    private final Router router;
    private final TreeSet<UUID> evicted = new TreeSet<>(Uuids.ORDER);

    private boolean primaryReached;
    private boolean isolated;
    private boolean closed;
    private long checkNs = Long.MAX_VALUE;
    private long learnedDialNs = Long.MAX_VALUE;
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
            Effects effects) {
        this.settings = settings;
        this.self = self;
        this.listenAddress = listenAddress;
        this.scheme = PeerAddress.parse(listenAddress)
                .orElseThrow(() -> new IllegalArgumentException(
                        "listen address " + listenAddress + " is not tcp://ip:port or ssl://ip:port"))
                .scheme();
        this.uuids = uuids;
        this.random = random;
        this.io = links;
        this.effects = effects;
        this.router = new Router(self, settings.segment(), links);
    }

    /** Starts to dial the initial addresses ({@code scheme://ip:port}, already resolved). */
    public void start(List<String> initialAddresses, long nowNs) {
        lastNs = nowNs;
        checkNs = nowNs + CHECK_NS;
        for (String address : initialAddresses) {
            if (!address.equals(listenAddress) && !book.isPending(address)) {
                book.addPending(address, nowNs);
                dial(address, nowNs);
            }
        }
    }

    @Override
    public void onAccepted(long link, String linkScheme, String remoteIp, long nowNs) {
        lastNs = nowNs;
        if (closed || isolated) {
            io.close(link);
            return;
        }
        UUID handshakeUuid = uuids.get();
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
    public void onClosed(long id, LinkFailure failure, long nowNs) {
        lastNs = nowNs;
        MeshLink link = links.find(id);
        if (link != null && forgetLink(link, failure, nowNs)) {
            update(nowNs);
        }
    }

    @Override
    public void onMessage(long id, Bytes message, long nowNs) {
        lastNs = nowNs;
        MeshLink link = links.find(id);
        if (link == null) {
            return;
        }
        link.receivedNs = nowNs;
        if (message.length() >= GmcastMessage.HEADER_LENGTH && link.isOk()) {
            int head = (int) LE_INT.get(message.array(), message.offset());
            if ((head & PLAIN_USER_MASK) == PLAIN_USER) {
                onPlainUser(link, head, message, nowNs);
                return;
            }
        }
        onControl(link, message, nowNs);
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        lastNs = nowNs;
        if (nowNs >= checkNs) {
            checkNs = nowNs + CHECK_NS;
            checkLiveness(nowNs);
            reconnect(nowNs);
            rebuildRoutes();
        } else if (nowNs >= learnedDialNs) {
            reconnect(nowNs);
        }
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} before {@link #start} and after {@link #close}. */
    public long nextDeadlineNs() {
        return Math.min(checkNs, learnedDialNs);
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
            changed |= closeLinks(node, "it left the group", nowNs);
        }
        if (changed) {
            update(nowNs);
        }
    }

    /** A primary view was delivered (section 7.5). */
    public void onPrimaryView(Collection<UUID> members, long nowNs) {
        lastNs = nowNs;
        primaryReached = true;
        List<String> silent = book.discardPending();
        if (!silent.isEmpty()) {
            effects.onNotice("not dialled any more, they never answered: " + silent);
        }
        Set<UUID> outvoted = new TreeSet<>(Uuids.ORDER);
        for (AddressBook.Remote entry : book.remote()) {
            if (members.contains(entry.uuid)) {
                book.stable(entry.uuid);
            } else if (!entry.uuid.equals(Uuids.NIL)) {
                outvoted.add(entry.uuid);
            }
        }
        boolean changed = false;
        for (UUID node : outvoted) {
            book.forget(node, nowNs + settings.timeWaitNs() / 2);
            changed |= closeLinks(node, "it is not in the primary view", nowNs);
        }
        if (changed) {
            update(nowNs);
        }
    }

    /** Lifts the time wait of a node that EVS lists as operational. */
    public void allow(UUID node) {
        if (book.allow(node, lastNs)) {
            learnedDialNs = Math.min(learnedDialNs, lastNs);
        }
    }

    /** Drops user messages of {@code node} from now on and refuses its handshakes; an open link stays (section 7.5). */
    public void evict(UUID node) {
        evicted.add(node);
    }

    /** Undoes {@link #evict} at once. */
    public void unevict(UUID node) {
        evicted.remove(node);
    }

    /** {@code gmcast.isolate}: closes all links, dials and accepts none, until it is switched off (section 7.6). */
    public void isolate(boolean on, long nowNs) {
        lastNs = nowNs;
        isolated = on;
        if (on) {
            for (MeshLink link : links.all()) {
                drop(link, new LinkFailure.Disconnected("gmcast.isolate is on: link to " + link + " closed"), nowNs);
            }
            update(nowNs);
        }
    }

    /** {@code gmcast.peer_addr=add:}: dials an address within 0.5 s (section 7.7). The scheme becomes the own one. */
    public void addPeer(String address, long nowNs) {
        PeerAddress.parse(address)
                .map(parsed -> parsed.withScheme(scheme).toString())
                .filter(own -> !book.isKnown(own))
                .ifPresent(own -> book.learn(own, Uuids.NIL, nowNs));
    }

    /** {@code gmcast.peer_addr=del:}: closes the links to an address and does not dial it for the time wait. */
    public void removePeer(String address, long nowNs) {
        lastNs = nowNs;
        PeerAddress.parse(address).ifPresent(parsed -> {
            String own = parsed.withScheme(scheme).toString();
            book.removePending(own);
            book.block(own, nowNs + settings.timeWaitNs());
            for (MeshLink link : links.all()) {
                if (link.address.equals(own)) {
                    drop(link, new LinkFailure.Disconnected(own + " was removed by gmcast.peer_addr"), nowNs);
                }
            }
            update(nowNs);
        });
    }

    /** Closes every link, after what is queued was sent, and dials no more. */
    public void close() {
        closed = true;
        checkNs = Long.MAX_VALUE;
        learnedDialNs = Long.MAX_VALUE;
        for (MeshLink link : links.all()) {
            links.remove(link);
            io.close(link.id);
        }
        router.rebuild(links, new TreeSet<>(Uuids.ORDER));
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
    public Set<String> ownAddresses() {
        return book.blacklisted();
    }

    private void onPlainUser(MeshLink link, int head, Bytes message, long nowNs) {
        long high = (long) BE_LONG.get(message.array(), message.offset() + 4);
        long low = (long) BE_LONG.get(message.array(), message.offset() + 12);
        UUID source = uuid(link, high, low);
        user(link, head >>> 16 & RELAY_FLAGS, head >>> 24, source, message.skip(GmcastMessage.HEADER_LENGTH), nowNs);
    }

    /** The instance that is at hand already, if there is one. */
    private UUID uuid(MeshLink link, long high, long low) {
        UUID peer = link.peer;
        if (peer.getMostSignificantBits() == high && peer.getLeastSignificantBits() == low) {
            return peer;
        }
        for (MeshLink other : links.all()) {
            if (other.peer.getMostSignificantBits() == high && other.peer.getLeastSignificantBits() == low) {
                return other.peer;
            }
        }
        return new UUID(high, low);
    }

    private void user(MeshLink link, int flags, int segment, UUID source, Bytes payload, long nowNs) {
        if (source.equals(self) || (!evicted.isEmpty() && evicted.contains(source))) {
            return;
        }
        if (source.equals(Uuids.NIL)) {
            corrupt(link, "user message with a nil source UUID", nowNs);
            return;
        }
        try {
            effects.deliver(source, payload, nowNs);
        } catch (MalformedMessageException malformed) {
            corrupt(link, String.valueOf(malformed.getMessage()), nowNs);
            return;
        }
        if (flags != 0) {
            router.relay(link, flags, segment, source, payload, nowNs);
        }
    }

    private void onControl(MeshLink link, Bytes body, long nowNs) {
        if (body.length() > 0 && body.array()[body.offset()] != GmcastMessage.VERSION) {
            String text = link + " speaks gmcast version " + (body.array()[body.offset()] & 0xff)
                    + ", this node speaks version " + GmcastMessage.VERSION + " only";
            fail(link, new LinkFailure.VersionMismatch(text), nowNs);
            return;
        }
        GmcastMessage message;
        try {
            message = GmcastMessage.decode(body);
        } catch (MalformedMessageException malformed) {
            corrupt(link, String.valueOf(malformed.getMessage()), nowNs);
            return;
        }
        if (message instanceof Fail fail) {
            onFail(link, fail, nowNs);
        } else if (message instanceof KeepAlive) {
            io.send(link.id, new Ok(settings.segment(), self));
        } else if (!inOrder(link, message, nowNs)) {
            String name = message.getClass().getSimpleName();
            corrupt(link, name + " message in state " + link.state(), nowNs);
        }
    }

    /** The table of section 6.2: false where Galera would die. */
    private boolean inOrder(MeshLink link, GmcastMessage message, long nowNs) {
        switch (link.state()) {
            case HANDSHAKE_WAIT -> {
                if (message instanceof Handshake handshake) {
                    onHandshake(link, handshake, nowNs);
                    return true;
                }
            }
            case HANDSHAKE_SENT -> {
                if (message instanceof HandshakeResponse response) {
                    onHandshakeResponse(link, response, nowNs);
                    return true;
                }
            }
            case RESPONSE_SENT -> {
                if (message instanceof Ok) {
                    link.become(MeshLinkState.OK, nowNs);
                    established(link, nowNs);
                    return true;
                }
            }
            case OK -> {
                if (message instanceof TopologyChange change) {
                    onTopologyChange(link, change, nowNs);
                    return true;
                }
                if (message instanceof GmcastMessage.User user && user.payload() instanceof Bytes payload) {
                    user(link, user.flags(), user.segment(), user.source(), payload, nowNs);
                    return true;
                }
                return message instanceof Ok;
            }
            case FAILED -> {
                return true;
            }
        }
        return false;
    }

    private void onHandshake(MeshLink link, Handshake handshake, long nowNs) {
        link.handshakeUuid = handshake.handshakeUuid();
        link.peer = handshake.source();
        link.segment = handshake.segment();
        if (isAcceptable(link, nowNs)) {
            link.become(MeshLinkState.RESPONSE_SENT, nowNs);
            io.send(
                    link.id,
                    new HandshakeResponse(
                            settings.segment(), self, link.handshakeUuid, listenAddress, settings.group()));
        }
    }

    private void onHandshakeResponse(MeshLink link, HandshakeResponse response, long nowNs) {
        if (!response.group().equals(settings.group())) {
            String text = link + " is of group '" + printable(response.group()) + "', this node of group '"
                    + settings.group() + "': set the same group name (wsrep_cluster_name, --group) on both";
            refuse(link, Fail.INVALID_GROUP, new LinkFailure.WrongGroup(text), nowNs);
            return;
        }
        PeerAddress announced = PeerAddress.parse(response.address()).orElse(null);
        if (announced == null) {
            String text = link + " announced no valid address: '" + printable(response.address())
                    + "', wanted is scheme://host:port";
            refuse(link, Fail.INVALID_ADDRESS, new LinkFailure.Corrupt(text), nowNs);
            return;
        }
        link.peer = response.source();
        link.segment = response.segment();
        link.address = link.origin + ":" + announced.port();
        if (evicted.contains(link.peer)) {
            refuse(link, Fail.EVICTED, evictedFailure(link), nowNs);
            return;
        }
        if (links.countEstablished() >= TopologyChange.MAX_ENTRIES - 1) {
            String text = "no more than " + TopologyChange.MAX_ENTRIES + " nodes can be linked: " + link + " refused";
            refuse(link, "too many nodes", new LinkFailure.Disconnected(text), nowNs);
            return;
        }
        if (isAcceptable(link, nowNs)) {
            io.send(link.id, new Ok(settings.segment(), self));
            link.become(MeshLinkState.OK, nowNs);
            established(link, nowNs);
        }
    }

    /** Section 6.4. Where it says no, the link is over. */
    private boolean isAcceptable(MeshLink link, long nowNs) {
        boolean own = link.peer.equals(self);
        MeshLink twin = own ? twin(link) : null;
        if (twin != null) {
            String address = link.dialled ? link.address : twin.address;
            effects.onNotice(address + " is this node itself: not dialled again");
            book.blacklist(address);
            end(link);
            end(twin);
            return false;
        }
        String taken =
                "UUID " + Uuids.brief(link.peer) + " exists in the group already (seen at " + link.shownAddress() + ")";
        if (own && !primaryReached) {
            fatal(taken + ": remove the saved view of this node (gvwstate.dat) and start it again");
            return false;
        }
        if (own || hasPeerElsewhere(link)) {
            String text = taken + ", " + (own ? "it is this node's" : "under another address")
                    + ": each node needs its own saved view, and one address at which all others see it";
            refuse(link, Fail.DUPLICATE_UUID, new LinkFailure.WrongIdentity(text), nowNs);
            return false;
        }
        return true;
    }

    /** The other half of a connection of this node to itself. */
    private @Nullable MeshLink twin(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link && other.handshakeUuid.equals(link.handshakeUuid) && other.dialled != link.dialled) {
                return other;
            }
        }
        return null;
    }

    private boolean hasPeerElsewhere(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link && other.peer.equals(link.peer) && !other.address.equals(link.address)) {
                return true;
            }
        }
        return false;
    }

    /** Section 6.5. */
    private void established(MeshLink link, long nowNs) {
        if (evicted.contains(link.peer)) {
            fail(link, evictedFailure(link), nowNs);
            return;
        }
        UUID before = book.uuidOf(link.address);
        AddressBook.Remote entry = book.established(link.address, link.peer, nowNs, links);
        if (entry.isInTimeWait()) {
            fail(link, new LinkFailure.Disconnected(link + " is in time wait: it left a moment ago"), nowNs);
            return;
        }
        book.enable(entry);
        if (supersededBy(link) != null) {
            drop(link, superseded(link), nowNs);
            update(nowNs);
            return;
        }
        link.announced = true;
        effects.onLinkUp(link.id, link.peer, link.address);
        for (MeshLink other : links.all()) {
            if (other != link && other.peer.equals(link.peer)) {
                drop(other, superseded(other), nowNs);
            } else if (other != link && other.address.equals(link.address) && other.isOk()) {
                // A restarted node: its dead link must not be listed any more (section 14, 10).
                String text = link.address + " changed identity: " + Uuids.brief(before) + " is now "
                        + Uuids.brief(link.peer);
                drop(other, new LinkFailure.Disconnected(text), nowNs);
            }
        }
        update(nowNs);
    }

    /** Of two links to one node the one with the greater handshake UUID survives; both ends decide alike. */
    private @Nullable MeshLink supersededBy(MeshLink link) {
        for (MeshLink other : links.all()) {
            if (other != link
                    && other.peer.equals(link.peer)
                    && Uuids.ORDER.compare(other.handshakeUuid, link.handshakeUuid) > 0) {
                return other;
            }
        }
        return null;
    }

    private static LinkFailure superseded(MeshLink link) {
        return new LinkFailure.Disconnected("a second link to " + link + " replaces this one");
    }

    private static LinkFailure evictedFailure(MeshLink link) {
        return new LinkFailure.WrongIdentity(
                link + " is evicted from this group: restart it, or lift the eviction (evs.evict)");
    }

    /** Section 5.4. */
    private void onFail(MeshLink link, Fail fail, long nowNs) {
        switch (fail.error()) {
            case Fail.EVICTED ->
                fatal("this node was evicted from the group, says " + link
                        + ": remove its saved view (gvwstate.dat) and start it again");
            case Fail.DUPLICATE_UUID -> {
                if (!primaryReached) {
                    fatal("a node with the UUID of this one is in the group already, says " + link
                            + ": remove the saved view of this node (gvwstate.dat) and start it again");
                    return;
                }
                fail(link, new LinkFailure.WrongIdentity(link + " refused this node: its UUID is taken"), nowNs);
            }
            case Fail.INVALID_GROUP -> {
                String text = link + " refused this node: it is not of group '" + settings.group()
                        + "'. Set the same group name (wsrep_cluster_name, --group) on both";
                fail(link, new LinkFailure.WrongGroup(text), nowNs);
            }
            default -> {
                String why = fail.error().isEmpty() ? "without a reason" : "'" + printable(fail.error()) + "'";
                fail(link, new LinkFailure.Disconnected(link + " refused this node: " + why), nowNs);
            }
        }
    }

    /** Section 7.3, a received list. */
    private void onTopologyChange(MeshLink link, TopologyChange change, long nowNs) {
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
        if (!told.scheme().equals(scheme)) {
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

    /** Section 7.3: after each change of the links. */
    private void update(long nowNs) {
        if (closed) {
            return;
        }
        tellTopology();
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

    private void rebuildRoutes() {
        if (closed) {
            return;
        }
        SortedSet<UUID> missing = new TreeSet<>(Uuids.ORDER);
        for (AddressBook.Remote entry : book.remote()) {
            UUID uuid = entry.uuid;
            if (!entry.isInTimeWait() && !uuid.equals(Uuids.NIL) && links.established(uuid) == null) {
                missing.add(uuid);
            }
        }
        boolean before = !router.unreachable().isEmpty();
        router.rebuild(links, missing);
        if (before == missing.isEmpty()) {
            effects.onNotice(
                    before
                            ? "every known node is linked, no relaying is needed"
                            : "relaying is requested, not linked are " + brief(missing));
        }
    }

    /** Section 8. */
    private void checkLiveness(long nowNs) {
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

    /** Section 7.4. */
    private void reconnect(long nowNs) {
        learnedDialNs = Long.MAX_VALUE;
        if (closed || isolated) {
            return;
        }
        for (String address : book.duePending(nowNs)) {
            // One at a time: two addresses of one node must not look like two nodes with one UUID. Accepted links do
            // not count, or silent connections from anywhere could keep this node from dialling.
            if (links.countDialling() == 0 && !links.hasAddress(address)) {
                dial(address, nowNs);
            }
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
                    && links.countDialling() < MAX_DIALLING) {
                dial(entry.address, nowNs);
            }
        }
    }

    private void dial(String address, long nowNs) {
        links.add(MeshLink.dialled(io.dial(address), address, nowNs));
    }

    private boolean closeLinks(UUID peer, String why, long nowNs) {
        boolean any = false;
        for (MeshLink link : links.all()) {
            if (link.peer.equals(peer)) {
                any |= drop(link, new LinkFailure.Disconnected("link to " + link + " closed: " + why), nowNs);
            }
        }
        return any;
    }

    private void corrupt(MeshLink link, String what, long nowNs) {
        fail(link, new LinkFailure.Corrupt("link to " + link + " closed: " + what), nowNs);
    }

    private void refuse(MeshLink link, String error, LinkFailure failure, long nowNs) {
        io.send(link.id, new Fail(settings.segment(), self, error));
        fail(link, failure, nowNs);
    }

    private void fail(MeshLink link, LinkFailure failure, long nowNs) {
        if (drop(link, failure, nowNs)) {
            update(nowNs);
        }
    }

    /** Closes a link from this side; the caller updates. False if it was gone already. */
    private boolean drop(MeshLink link, LinkFailure failure, long nowNs) {
        if (!forgetLink(link, failure, nowNs)) {
            return false;
        }
        io.close(link.id);
        return true;
    }

    /** Section 7.4: a link is over. */
    private boolean forgetLink(MeshLink link, LinkFailure failure, long nowNs) {
        if (!links.remove(link)) {
            return false;
        }
        link.become(MeshLinkState.FAILED, nowNs);
        if (!link.address.isEmpty() && !links.hasAddress(link.address)) {
            book.failed(link.address, nowNs);
        }
        if (link.announced) {
            effects.onLinkDown(link.id, link.peer, link.address, failure);
        } else if (!links.hasPeer(link.peer)) {
            // Otherwise it was one of two links to the same node, and the other one won.
            effects.onRefused(link.shownAddress(), failure);
        }
        return true;
    }

    /** Closes a link without a word. */
    private void end(MeshLink link) {
        links.remove(link);
        io.close(link.id);
    }

    private void fatal(String reason) {
        close();
        effects.onFatal(reason);
    }

    private static String brief(Collection<UUID> nodes) {
        List<String> names = new ArrayList<>();
        for (UUID node : nodes) {
            names.add(Uuids.brief(node));
        }
        return names.toString();
    }

    /** Text of a peer for a message of this node: no control characters, nothing that could fake a line. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(Character.isLetterOrDigit(c) || (c >= ' ' && c <= '~') ? c : '?'));
        return out.toString();
    }
}
