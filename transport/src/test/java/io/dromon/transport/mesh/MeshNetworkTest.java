package io.dromon.transport.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.link.Links;
import io.dromon.transport.sim.SimClock;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.TransportNews;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several meshes on a network in memory: virtual time, one millisecond a hop, the same run each time. */
@Tag("simulation")
class MeshNetworkTest {
    private static final long HOP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private SimClock clock = new SimClock();
    private final List<Node> nodes = new ArrayList<>();
    /** Pairs that cannot connect, in both directions. */
    private final Set<Set<String>> cut = new HashSet<>();

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void formsAFullMeshFromOneCommonAddress(int count) {
        for (int i = 1; i <= count; i++) {
            add(i, 0);
        }
        nodes.forEach(node -> node.start(1));

        run(2);

        assertFullMesh();
    }

    @Test
    void formsAFullMeshWhenAllDialAllAtOnce() {
        for (int i = 1; i <= 5; i++) {
            add(i, 0);
        }
        nodes.forEach(node -> node.start(1, 2, 3, 4, 5));

        run(3);

        assertFullMesh();
        assertThat(nodes).allSatisfy(node -> assertThat(node.mesh.links()).hasSize(4));
    }

    @Test
    void healsAfterTheLossOfAllLinksOfANode() {
        formsAFullMeshFromOneCommonAddress(3);
        Node first = nodes.get(0);

        List.copyOf(first.sockets.keySet()).forEach(first::breakLink);
        run(0.01);
        assertThat(first.mesh.links()).isEmpty();
        run(3);

        assertFullMesh();
    }

    @Test
    void relaysWhereOnePairCannotConnect() {
        for (int i = 1; i <= 3; i++) {
            add(i, 0);
        }
        cut.add(Set.of("10.0.0.2", "10.0.0.3"));
        nodes.forEach(node -> node.start(1));
        run(3);

        nodes.get(1).broadcast("two");
        nodes.get(2).broadcast("three");
        nodes.get(0).broadcast("one");
        run(0.1);

        assertThat(nodes.get(0).delivered).containsExactlyInAnyOrder("two", "three");
        assertThat(new HashSet<>(nodes.get(1).delivered)).containsExactlyInAnyOrder("one", "three");
        assertThat(new HashSet<>(nodes.get(2).delivered)).containsExactlyInAnyOrder("one", "two");
        assertThat(nodes.get(1).mesh.relays()).containsExactly(nodes.get(0).uuid);
        assertThat(nodes.get(0).mesh.relays()).isEmpty();
    }

    @Test
    void stopsRelayingOnceThePairCanConnect() {
        relaysWhereOnePairCannotConnect();

        cut.clear();
        run(5);

        assertFullMesh();
        assertThat(nodes).allSatisfy(node -> assertThat(node.mesh.relays()).isEmpty());
    }

    @Test
    void deliversOnceToEachNodeAcrossSegments() {
        for (int i = 1; i <= 5; i++) {
            add(i, i <= 2 ? 0 : 1);
        }
        nodes.forEach(node -> node.start(1));
        run(3);
        assertFullMesh();

        nodes.forEach(node -> node.broadcast("from " + node.uuid));
        run(0.1);

        for (Node node : nodes) {
            List<String> others = nodes.stream()
                    .filter(other -> other != node)
                    .map(other -> "from " + other.uuid)
                    .toList();
            assertThat(node.delivered).containsExactlyInAnyOrderElementsOf(others);
        }
    }

    @Test
    void crossesTheGapBetweenSegmentsOnceForEachMessage() {
        deliversOnceToEachNodeAcrossSegments();
        Node first = nodes.get(0);
        first.userMessagesSent = 0;

        first.broadcast("once");
        run(0.1);

        assertThat(first.userMessagesSent)
                .as("one to the own segment, one to the other")
                .isEqualTo(2);
    }

    @Test
    void takesBackARestartedNodeUnderItsNewUuid() {
        formsAFullMeshFromOneCommonAddress(3);
        Node old = nodes.remove(2);
        old.crash();

        Node fresh = new Node("10.0.0.3", MeshFixture.node(0x33), 0);
        nodes.add(fresh);
        fresh.start(1);
        run(3);

        assertFullMesh();
    }

    @Test
    void doesNotDialItself() {
        Node node = new Node("10.0.0.1", MeshFixture.node(1), 0, "tcp://0.0.0.0:4567");
        nodes.add(node);

        node.start(1);
        run(5);

        assertThat(node.mesh.links()).isEmpty();
        assertThat(node.dials).isEqualTo(1);
        assertThat(node.mesh.ownAddresses()).containsExactly("tcp://10.0.0.1:4567");
        assertThat(node.fatal).isEmpty();
    }

    @Test
    void repeatsTheSameRunExactly() {
        formsAFullMeshWhenAllDialAllAtOnce();
        List<String> first = trace();
        nodes.clear();
        clock = new SimClock();

        formsAFullMeshWhenAllDialAllAtOnce();

        assertThat(trace()).isEqualTo(first);
    }

    private List<String> trace() {
        return nodes.stream().map(node -> node.mesh.links().toString()).toList();
    }

    private void assertFullMesh() {
        for (Node node : nodes) {
            Set<UUID> peers = new HashSet<>();
            for (MeshLinkStatus link : node.mesh.links()) {
                assertThat(link.state()).isEqualTo(MeshLinkState.OK);
                peers.add(link.peer());
            }
            assertThat(peers).hasSize(nodes.size() - 1);
            assertThat(node.mesh.links()).hasSize(nodes.size() - 1);
            assertThat(node.mesh.unreachable()).isEmpty();
            assertThat(node.fatal).isEmpty();
        }
    }

    private void add(int number, int segment) {
        nodes.add(new Node("10.0.0." + number, MeshFixture.node(number), segment));
    }

    private void run(double seconds) {
        long end = clock.nowNs() + (long) (seconds * 1e9);
        while (true) {
            long next = clock.nextNs();
            for (Node node : nodes) {
                next = Math.min(next, node.mesh.nextDeadlineNs());
            }
            if (next > end) {
                clock.skipTo(end);
                return;
            }
            clock.skipTo(next);
            if (clock.nextNs() <= clock.nowNs()) {
                clock.runUntil(clock.nowNs());
            } else {
                List.copyOf(nodes).forEach(node -> node.mesh.tick(clock.nowNs()));
            }
        }
    }

    private final class Node implements Links, MeshDeliveries, TransportNews {
        final String ip;
        final UUID uuid;
        final Mesh mesh;
        final List<String> delivered = new ArrayList<>();
        final List<String> fatal = new ArrayList<>();
        /** Own link number to the node at the other end and its number there. */
        final TreeMap<Long, Socket> sockets = new TreeMap<>();

        int dials;
        int userMessagesSent;
        private long nextLink = 1;
        private boolean crashed;
        private int handshakes;

        private record Socket(Node other, long number) {}

        Node(String ip, UUID uuid, int segment) {
            this(ip, uuid, segment, "tcp://" + ip + ":4567");
        }

        Node(String ip, UUID uuid, int segment, String listenAddress) {
            this.ip = ip;
            this.uuid = uuid;
            MeshSettings settings =
                    new MeshSettings("g", segment, TimeUnit.SECONDS.toNanos(3), TimeUnit.SECONDS.toNanos(5));
            mesh = new Mesh(
                    settings,
                    uuid,
                    listenAddress,
                    () -> new UUID(uuid.getMostSignificantBits() + 7_919L * handshakes++, uuid.hashCode()),
                    new SplittableRandom(uuid.hashCode()),
                    this,
                    this,
                    this);
        }

        void start(int... numbers) {
            List<String> addresses = new ArrayList<>();
            for (int number : numbers) {
                addresses.add(MeshFixture.address(number));
            }
            mesh.start(addresses, clock.nowNs());
        }

        void broadcast(String text) {
            mesh.broadcast(new Bytes(text.getBytes(StandardCharsets.US_ASCII)), clock.nowNs());
        }

        void crash() {
            crashed = true;
            List.copyOf(sockets.keySet()).forEach(this::close);
        }

        void breakLink(long link) {
            Socket socket = sockets.remove(link);
            if (socket != null) {
                mesh.onClosed(link, new LinkFailure.Disconnected("reset"), clock.nowNs());
                socket.other.closedByPeer(socket.number);
            }
        }

        private void closedByPeer(long link) {
            clock.in(HOP_NS, () -> {
                if (sockets.remove(link) != null && !crashed) {
                    mesh.onClosed(link, new LinkFailure.Disconnected("closed by peer"), clock.nowNs());
                }
            });
        }

        @Override
        public long dial(String address) {
            long link = nextLink++;
            dials++;
            clock.in(HOP_NS, () -> connect(link, address));
            return link;
        }

        private void connect(long link, String address) {
            String host = PeerAddress.parse(address).orElseThrow().host();
            Node target = nodes.stream()
                    .filter(node -> node.ip.equals(host) && !node.crashed)
                    .findFirst()
                    .orElse(this);
            boolean refused = !host.equals(ip) && (target == this || cut.contains(Set.of(ip, host)));
            if (crashed || refused) {
                mesh.onClosed(link, new LinkFailure.Disconnected("connection refused"), clock.nowNs());
                return;
            }
            long there = target.nextLink++;
            sockets.put(link, new Socket(target, there));
            target.sockets.put(there, new Socket(this, link));
            mesh.onConnected(link, clock.nowNs());
            target.mesh.onAccepted(there, "tcp", ip, clock.nowNs());
        }

        @Override
        public void resolve(String address) {
            throw new AssertionError("no names here: " + address);
        }

        @Override
        public void send(long link, Encodable message) {
            Socket socket = sockets.get(link);
            if (socket == null) {
                return;
            }
            if (message instanceof GmcastMessage.User) {
                userMessagesSent++;
            }
            Bytes bytes = Bytes.of(message);
            clock.in(HOP_NS, () -> {
                if (socket.other.sockets.containsKey(socket.number) && !socket.other.crashed) {
                    socket.other.mesh.onMessage(socket.number, bytes, clock.nowNs());
                }
            });
        }

        @Override
        public void close(long link) {
            Socket socket = sockets.remove(link);
            if (socket != null) {
                socket.other.closedByPeer(socket.number);
            }
        }

        @Override
        public void deliver(UUID source, Bytes message, long nowNs) {
            delivered.add(new String(message.toArray(), StandardCharsets.US_ASCII));
        }

        @Override
        public void onFatal(String reason) {
            fatal.add(reason);
        }
    }
}
