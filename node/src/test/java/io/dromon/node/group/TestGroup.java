package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.sim.OrderedMessage;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Group cores on a perfect transport: views, and messages in one total order per component. What is in an order when
 * the component is split is delivered to its members before the next view, as virtual synchrony promises.
 */
final class TestGroup {
    static final long MS = 1_000_000;

    /** A component: its members and its order. */
    static final class Component {
        final boolean primary;
        final List<Peer> members;
        final List<OrderedMessage> order = new ArrayList<>();
        /** Fingerprint of each prefix of the order, as the first member that was there had it. */
        final List<String> agreed = new ArrayList<>();

        /** The same of what the applications got; arbitrators get nothing. */
        final Map<Integer, Integer> agreedHistory = new HashMap<>();

        Component(boolean primary, List<Peer> members) {
            this.primary = primary;
            this.members = members;
        }
    }

    /** A ticket with a name; {@link Peer#ended} knows tickets by it. */
    record Named(String name) implements Ticket.OfWriteSet, Ticket.OfRead {}

    /** One node: a core, its application, and its place in the order. */
    static final class Peer implements GroupSender, GroupDeliveries, TransportNews {
        final TestGroup group;
        final UUID uuid;
        final String name;
        final GroupSettings settings;
        final GroupCore core;
        final List<GroupEvent> events = new ArrayList<>();
        final List<String> anomalies = new ArrayList<>();
        final Map<Object, Object> ended = new HashMap<>();
        final List<Object> tickets = new ArrayList<>();
        Component component = new Component(false, List.of());
        int delivered;
        /** Hash of what was delivered to the application in this component. */
        int history;

        boolean inconsistent;
        /** The application waits for its state: what is delivered stays in its queue. */
        boolean holdsQueue;

        int queuedActions;
        long queuedBytes;
        final List<String> notices = new ArrayList<>();
        /** Causal points, and behind how much of the order they come. */
        final Map<Encodable, Integer> points = new LinkedHashMap<>();
        /** The time that the last causal point was asked for with. */
        long askedAtNs;

        boolean refuses;
        /** How many more messages the layer below takes. */
        int limit = Integer.MAX_VALUE;

        int segment;
        /** What a majority has synced, as it was told. */
        final List<Position> majority = new ArrayList<>();

        Peer(TestGroup group, UUID uuid, GroupSettings settings, Position position) {
            this.group = group;
            this.uuid = uuid;
            this.name = settings.name();
            this.settings = settings;
            this.core = new GroupCore(
                    settings, uuid, position, group::uuid, member -> group.weights.getOrDefault(member, 1), this, this);
        }

        @Override
        public SendResult send(int userType, Encodable message) {
            if (refuses || limit <= 0) {
                return SendResult.AGAIN;
            }
            if (!component.primary) {
                return SendResult.NOT_CONNECTED;
            }
            limit -= limit == Integer.MAX_VALUE ? 0 : 1;
            component.order.add(new OrderedMessage(uuid, userType, message));
            return SendResult.ACCEPTED;
        }

        @Override
        public SendResult sendLocalCausal(int userType, Encodable message, long nowNs) {
            if (refuses) {
                return SendResult.AGAIN;
            }
            points.put(message, component.order.size());
            askedAtNs = nowNs;
            return SendResult.ACCEPTED;
        }

        @Override
        public void deliver(GroupEvent event) {
            events.add(event);
            if (event instanceof GroupEvent.WriteSet writeSet) {
                if (writeSet.ticket() != null) {
                    end(writeSet.ticket(), writeSet.seqno());
                }
                history = 31 * (31 * history + Long.hashCode(writeSet.seqno()))
                        + writeSet.data().hashCode();
                queuedBytes += holdsQueue ? writeSet.data().length() : 0;
            }
            queuedActions += holdsQueue ? 1 : 0;
        }

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
            end(ticket, reason);
        }

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
            end(ticket, reason);
        }

        private void end(Ticket ticket, Object result) {
            Object before = ended.put(((Named) ticket).name, result);
            if (before != null) {
                throw new AssertionError("ticket " + ticket + " ended twice: " + before + ", " + result);
            }
        }

        @Override
        public void onMajoritySynced(Position position) {
            majority.add(position);
        }

        @Override
        public void onIncompatible(String reason) {
            onInconsistent(reason);
        }

        @Override
        public void onInconsistent(String reason) {
            inconsistent = true;
            anomalies.add(reason);
        }

        @Override
        public void onAnomaly(UUID source, String what) {
            anomalies.add(what);
        }

        @Override
        public void onNotice(String text) {
            notices.add(text);
        }

        /** Calls the core, and takes what the call leads to. */
        void call(Consumer<GroupCore> call) {
            call.accept(core);
            core.drain(this);
        }

        boolean replicate(Bytes data) {
            String ticket = name + "#" + tickets.size();
            boolean taken = core.replicate(data, new Named(ticket));
            core.drain(this);
            if (taken) {
                tickets.add(ticket);
                return true;
            }
            return false;
        }

        boolean hasNext() {
            return delivered < component.order.size();
        }

        void deliverNext() {
            receive(component.order.get(delivered++));
            agree();
        }

        private void receive(OrderedMessage message) {
            call(core -> core.onMessage(message.source(), message.userType(), message.bodyFor(uuid), group.now));
        }

        void turn() {
            for (Map.Entry<Encodable, Integer> point : List.copyOf(points.entrySet())) {
                if (point.getValue() <= delivered) {
                    points.remove(point.getKey());
                    call(core -> core.onMessage(uuid, MessageType.CAUSAL, point.getKey(), group.now));
                }
            }
            call(core -> core.onQueue(queuedActions, queuedBytes, group.now));
            call(core -> core.endTurn(group.now));
        }

        /** All members must agree after each prefix. */
        private void agree() {
            if (!component.primary || inconsistent) {
                return;
            }
            String mine = group.fingerprint(this);
            if (component.agreed.size() < delivered) {
                component.agreed.add(mine);
            } else if (!component.agreed.get(delivered - 1).equals(mine)) {
                throw new AssertionError(name + " differs after message " + delivered + ":\n" + mine + "\n"
                        + component.agreed.get(delivered - 1) + "\n" + anomalies);
            }
            if (!settings.discardsWriteSets()) {
                Integer other = component.agreedHistory.putIfAbsent(delivered, history);
                if (other != null && other != history) {
                    throw new AssertionError(name + " delivered something else up to message " + delivered);
                }
            }
        }

        <T extends GroupEvent> List<T> events(Class<T> type) {
            List<T> found = new ArrayList<>();
            for (GroupEvent event : events) {
                if (type.isInstance(event)) {
                    found.add(type.cast(event));
                }
            }
            return found;
        }

        MemberStatus status() {
            return core.status().ownStatus();
        }

        long seqno() {
            return core.status().seqno();
        }
    }

    final Random random;
    final List<Peer> peers = new ArrayList<>();
    /** Of members in the quorum; 1 of those that are not here. */
    final Map<UUID, Integer> weights = new HashMap<>();

    long now = 1;
    /**
     * Whether somebody lost the primary component and came back. A LAST that only some delivered before leaves their
     * commit cuts apart, and the rules of section 9 keep them so until the next LASTs.
     */
    boolean cutsMayDiffer;

    private int viewSeq;
    private long uuidCount;

    TestGroup(long seed) {
        random = new Random(seed);
    }

    UUID uuid() {
        return Uuids.timeBased(1_000_000_000_000L + ++uuidCount, random);
    }

    Peer member(String name) {
        return add(GroupSettings.member(name, ""), Position.NONE);
    }

    Peer arbitrator(String name) {
        return add(GroupSettings.arbitrator(name), Position.NONE);
    }

    /** A member whose application has a state: it gives it, and asks for it. */
    static GroupSettings withState(String name, FlowSettings flow) {
        return settings(name, flow, true);
    }

    /** A member with another flow control. */
    static GroupSettings withFlow(String name, FlowSettings flow) {
        return settings(name, flow, false);
    }

    private static GroupSettings settings(String name, FlowSettings flow, boolean hasState) {
        GroupSettings s = GroupSettings.member(name, "");
        return new GroupSettings(
                name,
                "",
                s.format(),
                false,
                !hasState,
                hasState,
                false,
                "",
                flow,
                s.maxPacketSize(),
                s.votePolicy(),
                s.sendQueueBytes(),
                s.maxActionBytes(),
                s.maxReassemblyBytes());
    }

    Peer add(GroupSettings settings, Position position) {
        // A random first word: the order of the members is not the order of their birth.
        UUID base = uuid();
        Peer peer = new Peer(this, new UUID(random.nextLong(), base.getLeastSignificantBits()), settings, position);
        peers.add(peer);
        return peer;
    }

    Peer add(GroupSettings settings, Position position, UUID uuid) {
        Peer peer = new Peer(this, uuid, settings, position);
        peers.add(peer);
        return peer;
    }

    /** A view of these nodes, at once; what is left of their old orders is dropped. */
    Component view(boolean primary, boolean bootstrap, List<Peer> members) {
        return view(primary, bootstrap, members, List.of());
    }

    /** @param furthest members that had come further than the others; empty: all are level */
    private Component view(boolean primary, boolean bootstrap, List<Peer> members, List<Peer> furthest) {
        List<Peer> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparing(peer -> peer.uuid, Uuids.ORDER));
        Component component = new Component(primary, sorted);
        List<PrimaryView.Member> shown = new ArrayList<>();
        for (Peer peer : sorted) {
            shown.add(new PrimaryView.Member(peer.uuid, peer.segment));
        }
        ViewId.Type type = primary ? ViewId.Type.PRIM : ViewId.Type.NON_PRIM;
        ViewId id = new ViewId(type, sorted.get(0).uuid, ++viewSeq);
        List<UUID> ahead = furthest.stream().map(peer -> peer.uuid).toList();
        for (Peer peer : sorted) {
            peer.component = component;
            peer.delivered = 0;
            peer.history = 0;
            peer.points.clear();
            List<UUID> aheadOfIt = furthest.contains(peer) ? List.of() : ahead;
            PrimaryView view = new PrimaryView(id, bootstrap, 1, shown, List.of(), aheadOfIt);
            peer.call(core -> core.onView(view, now));
        }
        return component;
    }

    /** A primary view in which some had come further than the others. */
    Component meeting(List<Peer> furthest, Peer... members) {
        return view(true, false, List.of(members), furthest);
    }

    Component primary(Peer... members) {
        return view(true, false, List.of(members));
    }

    Component nonPrimary(Peer... members) {
        return view(false, false, List.of(members));
    }

    /**
     * The component breaks: {@code stay} keep the primary one, after they delivered all of the old order; the others
     * deliver what they have seen, then see that they are cut off, then the rest.
     */
    void cutOff(List<Peer> lost) {
        for (Peer peer : lost) {
            while (peer.hasNext() && random.nextBoolean()) {
                peer.deliverNext();
            }
        }
        for (Peer peer : lost) {
            Component old = peer.component;
            int from = peer.delivered;
            nonPrimary(peer);
            for (OrderedMessage message : old.order.subList(from, old.order.size())) {
                if (message.source().equals(peer.uuid) || random.nextBoolean()) {
                    peer.receive(message);
                }
            }
            nonPrimary(peer);
        }
    }

    /** Delivers all that is left of the order. */
    void drain(List<Peer> members) {
        for (boolean moved = true; moved; ) {
            moved = false;
            for (Peer peer : members) {
                while (peer.hasNext()) {
                    peer.deliverNext();
                    moved = true;
                }
            }
        }
    }

    /** The end mark. */
    void leave(Peer peer) {
        peer.component = new Component(false, List.of());
        peer.delivered = 0;
        peer.call(core -> core.onView(
                new PrimaryView(new ViewId(ViewId.Type.NON_PRIM, Uuids.NIL, 0), false, 1, List.of(), List.of()), now));
    }

    /** Delivers everything, in random interleaving of the nodes, until nothing moves. */
    void settle(Peer... members) {
        List<Peer> all = List.of(members);
        for (int idle = 0; idle < 3; ) {
            boolean moved = false;
            for (Peer peer : all) {
                while (peer.hasNext() && random.nextInt(4) != 0) {
                    peer.deliverNext();
                    moved = true;
                }
                peer.turn();
                moved |= peer.hasNext();
            }
            idle = moved ? 0 : idle + 1;
            now += MS;
        }
    }

    /** Lets time pass: due ticks, and what follows from them. */
    void advance(long byNs, Peer... members) {
        long until = now + byNs;
        while (now < until) {
            long next = until;
            for (Peer peer : members) {
                next = Math.min(next, Math.max(now + MS, peer.core.nextDeadlineNs()));
            }
            now = next;
            for (Peer peer : members) {
                if (peer.core.nextDeadlineNs() <= now) {
                    peer.call(core -> core.tick(now));
                }
            }
            settle(members);
        }
    }

    private String fingerprint(Peer peer) {
        GroupStatus s = peer.core.status();
        if (s.state() != GroupState.PRIMARY) {
            return s.state().toString();
        }
        StringBuilder out = new StringBuilder();
        out.append(s.groupUuid()).append(':').append(s.seqno()).append(" conf ").append(s.confId());
        if (!cutsMayDiffer) {
            out.append(" cut ").append(s.lastCommitted());
        }
        out.append(" paused ").append(s.flowControl().paused());
        for (GroupMember m : s.members()) {
            out.append(' ').append(m.name()).append('=').append(m.status());
        }
        return out.toString();
    }
}
