package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * EVS as the layer above sees it, without a network: views and messages in total order, under the control of a test.
 * Checks the invariants of chapter 03 section 10 on everything that passes.
 */
final class SimulatedEvs {
    /** A regular view and the messages sent in it, in their total order. */
    static final class Component {
        final EvsView view;
        final List<Message> log = new ArrayList<>();
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

    private record Message(UUID source, int userType, Order order, Encodable body) {
        Encodable bodyFor(UUID receiver) {
            if (body instanceof OnTheWire wire) {
                return receiver.equals(source) ? wire.message : wire.change.apply(Bytes.of(wire.message));
            }
            return body;
        }
    }

    /** A user message that was given to the layer above. */
    record Delivered(UUID source, int userType, long toSeq, Bytes payload) {}

    private final List<Node> everybody = new ArrayList<>();
    private final Map<ViewId, PrimaryView> primaryViews = new HashMap<>();
    private final Map<Long, Delivered> history = new HashMap<>();
    private final Map<ViewId, Long> firstToSeq = new HashMap<>();
    /** Two primary components are expected (ignored split brain, two bootstraps, an operator's decision). */
    boolean forked;
    /** Somebody crashed: what it alone had counted is counted again, {@code to_seq} is not on disk. */
    private boolean countersLost;
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
            node.leaveComponent();
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
            Message message = old.log.get(i);
            if (i < safe || foreign || members.contains(message.source) || left.contains(message.source)) {
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

    /** Invariant 1 and 2 of section 10, where nothing is under way. */
    void checkQuiet() {
        Set<ViewId> primaries = new HashSet<>();
        for (Node node : everybody) {
            if (node.primary.state() == PrimaryState.PRIM && node.component != null && !node.component.frozen) {
                primaries.add(node.lastView().id());
            }
        }
        if (!forked) {
            assertThat(primaries).as("primary components at one time").hasSizeLessThanOrEqualTo(1);
        }
    }

    /** Puts bytes of a member that breaks the protocol into the order. */
    void inject(Node source, int userType, Bytes message) {
        Component in = source.component;
        if (in == null) {
            throw new IllegalStateException("not in a view");
        }
        in.log.add(new Message(source.uuid, userType, Order.SAFE, message));
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

        private long expectedToSeq = -1;
        private int sentSeq;
        /** No exchange since the last primary view. */
        private boolean freshFromPrimary;

        private long installedToSeq;

        private Node(UUID uuid, PrimarySettings settings, Optional<SavedView> restored) {
            this.uuid = uuid;
            this.seq = restored.map(saved -> saved.view().id().seq() + 1).orElse(0);
            this.primary = new Primary(settings, uuid, restored, this, this);
        }

        private void first() {
            evsView(new EvsView(
                    0, new ViewId(ViewId.Type.TRANS, uuid, seq), List.of(uuid), List.of(), List.of(), List.of()));
        }

        private void leaveComponent() {
            if (component != null) {
                component = null;
            }
        }

        /** Delivers the next message of the regular view. */
        boolean step() {
            Component in = component;
            if (in == null || gathering || in.frozen || cursor == in.log.size()) {
                return false;
            }
            Message message = in.log.get(cursor++);
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

        private void receive(Message message) {
            evsMessage(message.source, message.userType, message.order, message.bodyFor(uuid));
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
            if (!adversarial) {
                checkSent(in, pc, userType, order);
            }
            sent.add(pc);
            in.log.add(new Message(uuid, userType, order, new OnTheWire(pc, onTheWire)));
            return SendResult.ACCEPTED;
        }

        @Override
        public SendResult sendLocalCausal(int userType, Encodable message) {
            evsMessage(uuid, userType, Order.SAFE, message);
            return SendResult.ACCEPTED;
        }

        /** Which messages a node sends when, and that counters add up (section 10, invariants 4, 5, 6 and 9). */
        private void checkSent(Component in, PcMessage message, int userType, Order order) {
            assertThat(order).isEqualTo(Order.SAFE);
            if (message instanceof PcMessage.State state) {
                assertThat(userType).isEqualTo(0xFF);
                assertThat(in.statesFrom.add(uuid)).as("STATE once in a view").isTrue();
                if (freshFromPrimary && lastView().isPrimary()) {
                    assertThat(state.nodes())
                            .extracting(NodeEntry::uuid)
                            .containsExactlyElementsOf(lastView().members().stream()
                                    .map(PrimaryView.Member::uuid)
                                    .toList());
                    assertThat(state.nodes()).noneMatch(NodeEntry::un);
                    long sum =
                            state.nodes().stream().mapToLong(NodeEntry::lastSeq).sum();
                    assertThat(Objects.requireNonNull(state.entry(uuid)).toSeq())
                            .isEqualTo(installedToSeq + sum);
                }
                freshFromPrimary = false;
            } else if (message instanceof PcMessage.Install install) {
                assertThat(userType).isEqualTo(0xFF);
                if (install.purpose() == PcMessage.Purpose.PLAIN) {
                    assertThat(uuid).isEqualTo(in.view.members().get(0));
                    assertThat(++in.plainInstalls).isEqualTo(1);
                }
            } else if (message instanceof PcMessage.User user) {
                assertThat(primary.state()).isEqualTo(PrimaryState.PRIM);
                assertThat(user.seq()).isEqualTo(++sentSeq);
            }
        }

        @Override
        public void save(SavedView view) {
            disk = Optional.of(view);
        }

        /**
         * A primary view is the same at all members, and on disk before it is delivered (section 10, invariants 2 and
         * 8).
         */
        @Override
        public void onView(PrimaryView view) {
            if (view.isPrimary() && !adversarial) {
                assertThat(disk).contains(new SavedView(uuid, view));
                assertThat(primary.state()).isEqualTo(PrimaryState.PRIM);
                if (view.bootstrap() && !primaryViews.containsKey(view.id())) {
                    history.clear();
                }
                assertThat(primaryViews.computeIfAbsent(view.id(), id -> view).members())
                        .isEqualTo(view.members());
                sentSeq = 0;
                freshFromPrimary = true;
                installedToSeq = ownToSeq();
                if (!forked) {
                    assertThat(firstToSeq.computeIfAbsent(view.id(), id -> installedToSeq))
                            .isEqualTo(installedToSeq);
                }
                expectedToSeq = installedToSeq;
            }
            delivered.add(view);
        }

        /** Taken from the STATE message that this view was made of. */
        private long ownToSeq() {
            Component in = component;
            if (in == null) {
                throw new IllegalStateException("a primary view out of a regular one");
            }
            long greatest = Long.MIN_VALUE;
            long primaryToSeq = Long.MIN_VALUE;
            for (Message message : in.log) {
                if (message.body instanceof OnTheWire wire && wire.message instanceof PcMessage.State state) {
                    NodeEntry own = Objects.requireNonNull(state.entry(message.source));
                    greatest = Math.max(greatest, own.toSeq());
                    if (own.prim()) {
                        primaryToSeq = own.toSeq();
                    }
                }
            }
            return primaryToSeq == Long.MIN_VALUE ? greatest : primaryToSeq;
        }

        /**
         * Messages of a primary view are numbered without gaps and the same everywhere; without quorum they have no
         * number (section 10, invariants 3, 5 and 7).
         */
        @Override
        public void onMessage(UUID source, int userType, long toSeq, Encodable payload) {
            Delivered message = new Delivered(source, userType, toSeq, Bytes.of(payload));
            delivered.add(message);
            if (adversarial) {
                return;
            }
            if (userType == 10) {
                assertThat(toSeq).isEqualTo(-1);
                return;
            }
            if (lastView().isPrimary()) {
                assertThat(toSeq).isEqualTo(++expectedToSeq);
                if (!forked && !countersLost) {
                    assertThat(history.computeIfAbsent(toSeq, seq -> message)).isEqualTo(message);
                }
            } else {
                assertThat(toSeq).isEqualTo(-1);
            }
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

    /** A message between its sender and the others; not encoded here, so that the sender gets its own object back. */
    private record OnTheWire(PcMessage message, UnaryOperator<Bytes> change) implements Encodable {
        @Override
        public int encodedLength() {
            return message.encodedLength();
        }

        @Override
        public void encode(io.netty.buffer.ByteBuf out) {
            message.encode(out);
        }
    }
}
