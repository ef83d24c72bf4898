package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.sim.OrderedMessage;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * EVS as the layer above sees it, without a network: views and messages in total order, under the control of a test.
 * {@link PrimaryInvariants} judges everything that passes.
 */
final class SimulatedEvs {
    /** A regular view and the messages sent in it, in their total order. */
    static final class Component {
        final EvsView view;
        final List<OrderedMessage> log = new ArrayList<>();
        /** Somebody left: nothing becomes safe any more, the rest is for the transitional view. */
        boolean frozen;
        /** Messages below this index were delivered in the regular view by somebody, so everybody has them. */
        int safe;

        final Set<UUID> statesFrom = new HashSet<>();
        int plainInstalls;

        Component(EvsView view) {
            this.view = view;
        }
    }

    /** A user message that was given to the layer above. */
    record Delivered(UUID source, int userType, long toSeq, Bytes payload) {}

    private final List<Node> everybody = new ArrayList<>();
    private final PrimaryInvariants invariants = new PrimaryInvariants(this);
    /** Two primary components are expected (ignored split brain, two bootstraps, an operator's decision). */
    boolean forked;
    /** Somebody crashed: what it alone had counted is counted again, {@code to_seq} is not on disk. */
    boolean countersLost;
    /** Somebody lies: no invariant holds, the nodes must survive. */
    boolean adversarial;

    /** A UUID whose age and byte order are both that of {@code id}. */
    static UUID uuid(int id) {
        return new UUID((long) id << 32 | 0x1000, 0x8001_0000_0000_0000L | id);
    }

    Node add(int id) {
        return add(id, PrimarySettings.defaults());
    }

    Node add(int id, PrimarySettings settings) {
        return add(uuid(id), settings, Optional.empty());
    }

    Node add(UUID uuid, PrimarySettings settings, Optional<SavedView> restored) {
        Node node = new Node(uuid, settings, restored);
        everybody.add(node);
        node.primary.open(false);
        return node;
    }

    Node bootstrap(int id, PrimarySettings settings) {
        Node node = new Node(uuid(id), settings, Optional.empty());
        everybody.add(node);
        node.primary.open(true);
        return node;
    }

    Node node(UUID uuid) {
        return everybody.stream()
                .filter(node -> node.uuid.equals(uuid))
                .findFirst()
                .orElseThrow();
    }

    /** Nodes 1 to the number of weights, in one primary component. */
    List<Node> primaryOf(int... weights) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            PrimarySettings settings = new PrimarySettings(weights[i], 0, false, false, false, false);
            nodes.add(i == 0 ? bootstrap(1, settings) : add(i + 1, settings));
        }
        regroup(nodes.get(0));
        regroup(nodes.toArray(Node[]::new));
        assertThat(nodes).allMatch(node -> node.primary.state() == PrimaryState.PRIM);
        return nodes;
    }

    /** The process of a node is gone. */
    void crash(Node... nodes) {
        countersLost = true;
        for (Node node : nodes) {
            freeze(node);
            everybody.remove(node);
            node.gathering = true;
        }
    }

    /** A new regular view of exactly these nodes, and everything delivered in it. */
    void regroup(Node... group) {
        transition(group);
        install(group);
        run();
    }

    /** The transitional views on the way to a view of these nodes, with all messages that are left. */
    void transition(Node... group) {
        transition(List.of(group), Set.of(), true);
    }

    /**
     * @param leavers nodes that leave gracefully
     * @param foreign whether undelivered messages of those who do not come along have arrived
     */
    void transition(List<Node> group, Set<Node> leavers, boolean foreign) {
        Set<Component> olds = new LinkedHashSet<>();
        for (Node node : group) {
            freeze(node);
            if (node.component != null) {
                olds.add(node.component);
            } else {
                node.first();
            }
        }
        for (Component old : olds) {
            List<Node> survivors =
                    group.stream().filter(node -> node.component == old).toList();
            transition(old, survivors, uuids(leavers), foreign);
        }
        for (Node node : group) {
            node.component = null;
        }
    }

    private void transition(Component old, List<Node> survivors, Set<UUID> leavers, boolean foreign) {
        Set<UUID> members = uuids(survivors);
        List<UUID> left = old.view.members().stream()
                .filter(uuid -> leavers.contains(uuid) && !members.contains(uuid))
                .toList();
        List<UUID> partitioned = old.view.members().stream()
                .filter(uuid -> !members.contains(uuid) && !left.contains(uuid))
                .toList();
        EvsView view = new EvsView(
                old.view.version(),
                new ViewId(
                        ViewId.Type.TRANS, old.view.id().uuid(), old.view.id().seq()),
                sorted(members),
                List.of(),
                left,
                partitioned);
        // Those who go together agree on what was safe, before the transitional view.
        int together = survivors.stream().mapToInt(node -> node.cursor).max().orElse(0);
        for (Node node : survivors) {
            while (node.cursor < together) {
                node.receive(old.log.get(node.cursor++));
            }
        }
        int safe = old.safe;
        for (Node node : survivors) {
            node.evsView(view);
        }
        for (int i = 0; i < old.log.size(); i++) {
            OrderedMessage message = old.log.get(i);
            if (i < safe || foreign || members.contains(message.source()) || left.contains(message.source())) {
                for (Node node : survivors) {
                    if (node.cursor <= i) {
                        node.receive(message);
                    }
                }
            }
        }
    }

    /** The regular view of nodes that went through {@link #transition}. */
    void install(Node... group) {
        int seq = 0;
        for (Node node : group) {
            assertThat(node.gathering).isTrue();
            seq = Math.max(seq, node.seq);
        }
        Set<UUID> members = uuids(List.of(group));
        List<UUID> sorted = sorted(members);
        Component next = new Component(new EvsView(
                1, new ViewId(ViewId.Type.REG, sorted.get(0), seq + 1), sorted, List.of(), List.of(), List.of()));
        for (Node node : group) {
            node.component = next;
            node.cursor = 0;
            node.seq = seq + 1;
            node.gathering = false;
        }
        for (Node node : group) {
            node.evsView(next.view);
        }
    }

    /** A graceful leave; the others must {@link #transition} with it among the leavers. */
    void leave(Node node) {
        node.primary.close();
        freeze(node);
        transition(List.of(node), Set.of(), true);
        node.evsView(new EvsView(0, ViewId.NIL, List.of(), List.of(), List.of(), List.of()));
        everybody.remove(node);
    }

    /** Delivers until nothing is left. */
    void run() {
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Node node : List.copyOf(everybody)) {
                progress |= node.step();
            }
        }
    }

    /** Where nothing is under way. */
    void checkQuiet() {
        invariants.checkQuiet(everybody);
    }

    /** Puts bytes of a member that breaks the protocol into the order. */
    void inject(Node source, int userType, Bytes message) {
        Component in = source.component;
        if (in == null) {
            throw new IllegalStateException("not in a view");
        }
        in.log.add(new OrderedMessage(source.uuid, userType, message));
    }

    private void freeze(Node node) {
        node.gathering = true;
        if (node.component != null) {
            node.component.frozen = true;
        }
    }

    private static Set<UUID> uuids(Iterable<Node> nodes) {
        Set<UUID> uuids = new LinkedHashSet<>();
        nodes.forEach(node -> uuids.add(node.uuid));
        return uuids;
    }

    private static List<UUID> sorted(Set<UUID> uuids) {
        return uuids.stream()
                .sorted(Comparator.comparing(uuid -> uuid, Uuids.ORDER))
                .toList();
    }

    /** One node: its primary component, and what that delivered. */
    final class Node implements OrderedChannel, PrimaryDeliveries, TransportNews {
        final UUID uuid;
        final Primary primary;
        final List<Object> delivered = new ArrayList<>();
        final List<String> fatals = new ArrayList<>();
        final List<String> violations = new ArrayList<>();
        final List<String> notices = new ArrayList<>();
        final List<PcMessage> sent = new ArrayList<>();
        Optional<SavedView> disk = Optional.empty();

        @Nullable
        Component component;

        int cursor;
        int seq;
        boolean gathering = true;
        /** Changes what others get of this node, to see how they take it. */
        UnaryOperator<Bytes> onTheWire = bytes -> bytes;

        private final PrimaryInvariants.OfNode invariant = invariants.of(this);

        private Node(UUID uuid, PrimarySettings settings, Optional<SavedView> restored) {
            this.uuid = uuid;
            this.seq = restored.map(saved -> saved.view().id().seq() + 1).orElse(0);
            this.primary = new Primary(settings, uuid, restored, this, this);
        }

        private void first() {
            evsView(new EvsView(
                    0, new ViewId(ViewId.Type.TRANS, uuid, seq), List.of(uuid), List.of(), List.of(), List.of()));
        }

        /** Delivers the next message of the regular view. */
        boolean step() {
            Component in = component;
            if (in == null || gathering || in.frozen || cursor == in.log.size()) {
                return false;
            }
            OrderedMessage message = in.log.get(cursor++);
            in.safe = Math.max(in.safe, cursor);
            receive(message);
            return true;
        }

        /** EVS delivers a view. */
        void evsView(EvsView view) {
            primary.onView(view);
            primary.drain(this);
        }

        /** EVS delivers a message. */
        void evsMessage(UUID source, int userType, Order order, Encodable body) {
            primary.onMessage(source, userType, order, body);
            primary.drain(this);
        }

        private void receive(OrderedMessage message) {
            evsMessage(message.source(), message.userType(), Order.SAFE, message.bodyFor(uuid));
        }

        SendResult send(String text) {
            return primary.send(1, new Bytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }

        PrimaryView lastView() {
            return (PrimaryView) delivered.stream()
                    .filter(PrimaryView.class::isInstance)
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }

        List<PrimaryView> views() {
            return delivered.stream()
                    .filter(PrimaryView.class::isInstance)
                    .map(PrimaryView.class::cast)
                    .toList();
        }

        List<Delivered> messages() {
            return delivered.stream()
                    .filter(Delivered.class::isInstance)
                    .map(Delivered.class::cast)
                    .toList();
        }

        @Override
        public SendResult send(int userType, Order order, Encodable message) {
            Component in = component;
            if (in == null || gathering) {
                return SendResult.AGAIN;
            }
            PcMessage pc = (PcMessage) message;
            invariant.onSent(in, pc, userType, order);
            sent.add(pc);
            in.log.add(new OrderedMessage(uuid, userType, pc, onTheWire));
            return SendResult.ACCEPTED;
        }

        @Override
        public SendResult sendLocalCausal(int userType, Encodable message, long nowNs) {
            evsMessage(uuid, userType, Order.SAFE, message);
            return SendResult.ACCEPTED;
        }

        @Override
        public void save(SavedView view) {
            disk = Optional.of(view);
        }

        @Override
        public void onView(PrimaryView view) {
            invariant.onView(view);
            delivered.add(view);
        }

        @Override
        public void onMessage(UUID source, int userType, long toSeq, Encodable payload) {
            Delivered message = new Delivered(source, userType, toSeq, Bytes.of(payload));
            delivered.add(message);
            invariant.onMessage(message);
        }

        @Override
        public void onFatal(String reason) {
            fatals.add(reason);
        }

        @Override
        public void onViolation(UUID source, String reason) {
            violations.add(reason);
        }

        @Override
        public void onNotice(String text) {
            notices.add(text);
        }

        @Override
        public String toString() {
            return Uuids.brief(uuid) + " " + primary.state() + " " + Arrays.toString(fatals.toArray());
        }
    }
}
