package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.GroupStack;
import io.dromon.transport.StackEffects;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A joiner that refuses one member, or cannot reach it, but reaches others: as a revocation list or a rule that only one
 * node has brings about. The healthy members go on.
 */
@Tag("simulation")
class RefusingJoinerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MS = 1_000_000L;

    private final SimClock clock = new SimClock();
    private SplittableRandom random = new SplittableRandom(1);
    private SimNetwork network = new SimNetwork(4, clock, random, new SimTrace(false), 0);
    private final List<Node> nodes = new ArrayList<>();
    private long micros = 1_700_000_000_000_000L;

    private UUID uuid() {
        micros += 1000;
        return Uuids.timeBased(micros, random);
    }

    private Node start(int host, int... others) {
        Node node = new Node(host);
        nodes.add(node);
        List<String> addresses = new ArrayList<>();
        for (int other : others) {
            addresses.add(network.host(other).address());
        }
        network.host(host).start(node, addresses, () -> {});
        return node;
    }

    private void run(long durationNs) {
        long end = clock.nowNs() + durationNs;
        while (clock.nowNs() < end) {
            for (Node node : nodes) {
                network.host(node.host).post((process, now) -> node.stack.send(1, new Bytes(new byte[100])));
            }
            clock.runUntil(Math.min(end, clock.nowNs() + 50 * MS));
        }
    }

    private void formsThree(long seed) {
        random = new SplittableRandom(seed);
        network = new SimNetwork(4, clock, random, new SimTrace(false), 0);
        start(0);
        start(1, 0, 2);
        start(2, 0, 1);
        run(15 * SECOND);
        nodes.forEach(node -> assertThat(node.members()).isEqualTo(3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aRefusedMemberIsReachedByWayOfTheOthers(long seed) {
        formsThree(seed);
        Node joiner = new Node(3);
        joiner.refuses.add(network.host(0).address());
        nodes.add(joiner);
        nodes.forEach(node -> node.longestGapNs = 0);
        network.host(3)
                .start(
                        joiner,
                        List.of(network.host(0).address(), network.host(1).address()),
                        () -> {});

        run(60 * SECOND);

        report("refuses n1, seed " + seed);
        nodes.forEach(node -> assertThat(node.longestGapNs).as(node.toString()).isLessThan(2 * SECOND));
        nodes.forEach(node -> assertThat(node.members()).isEqualTo(4));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anUnreachableMemberIsReachedByWayOfTheOthers(long seed) {
        formsThree(seed);
        network.block(3, 0);
        network.block(0, 3);
        nodes.forEach(node -> node.longestGapNs = 0);
        start(3, 0, 1);

        run(60 * SECOND);

        report("cannot reach n1, seed " + seed);
        nodes.forEach(node -> assertThat(node.longestGapNs).as(node.toString()).isLessThan(2 * SECOND));
        nodes.forEach(node -> assertThat(node.members()).isEqualTo(4));
    }

    private void report(String what) {
        System.out.println(what + ": longest time without a delivery " + nodes);
    }

    private final class Node implements SimProcess, StackEffects, TransportNews, Links, LinkEvents {
        final int host;
        final GroupStack stack;
        /** Addresses whose certificate it does not take. */
        final Set<String> refuses = new HashSet<>();

        private final Map<Long, String> dialled = new HashMap<>();
        private @Nullable PrimaryView view;
        long longestGapNs;
        private long deliveredNs = -1;

        Node(int host) {
            this.host = host;
            this.stack = new GroupStack(
                    StackSettings.defaults("sim", host == 0),
                    uuid(),
                    network.host(host).address(),
                    Optional.empty(),
                    RefusingJoinerTest.this::uuid,
                    random.split(),
                    this,
                    this,
                    this);
        }

        int members() {
            PrimaryView now = view;
            return now != null && now.isPrimary() ? now.members().size() : 0;
        }

        @Override
        public String toString() {
            return SimNetwork.name(host) + " " + longestGapNs / MS + " ms";
        }

        @Override
        public void deliver(UUID source, int userType, long toSeq, Encodable payload) {
            if (deliveredNs >= 0) {
                longestGapNs = Math.max(longestGapNs, clock.nowNs() - deliveredNs);
            }
            deliveredNs = clock.nowNs();
        }

        @Override
        public void deliverView(PrimaryView next) {
            view = next;
        }

        @Override
        public void onClosed(@Nullable StackFailure failure) {
            throw new AssertionError(this + " ended: " + failure);
        }

        // ---- the links, with a rule of identity

        @Override
        public long dial(String address) {
            long link = network.host(host).dial(address);
            dialled.put(link, address);
            return link;
        }

        @Override
        public void resolve(String address) {
            network.host(host).resolve(address);
        }

        @Override
        public void onResolved(String address, List<String> numeric, long nowNs) {
            stack.onResolved(address, numeric, nowNs);
        }

        @Override
        public void send(long link, Encodable message) {
            network.host(host).send(link, message);
        }

        @Override
        public void close(long link) {
            network.host(host).close(link);
        }

        @Override
        public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
            if (refuses.contains(scheme + "://" + remoteIp + ":4567")) {
                close(link);
            } else {
                stack.onAccepted(link, scheme, remoteIp, nowNs);
            }
        }

        @Override
        public void onConnected(long link, long nowNs) {
            if (refuses.contains(String.valueOf(dialled.get(link)))) {
                close(link);
                stack.onClosed(link, new LinkFailure.UntrustedPeer("revoked"), nowNs);
            } else {
                stack.onConnected(link, nowNs);
            }
        }

        @Override
        public void onClosed(long link, LinkFailure failure, long nowNs) {
            stack.onClosed(link, failure, nowNs);
        }

        @Override
        public void onMessage(long link, Bytes message, long nowNs) {
            stack.onMessage(link, message, nowNs);
        }

        // ---- the process

        @Override
        public LinkEvents linkEvents() {
            return this;
        }

        @Override
        public void open(List<String> addresses, long nowNs) {
            stack.open(addresses, nowNs);
        }

        @Override
        public void tick(long nowNs) {
            stack.tick(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return stack.nextDeadlineNs();
        }

        @Override
        public void endTurn(long nowNs) {
            stack.endTurn(nowNs);
        }

        @Override
        public void leave(long nowNs) {
            stack.leave(nowNs);
        }

        @Override
        public boolean hasEnded() {
            return false;
        }

        @Override
        public void save(SavedView saved) {}

        @Override
        public void removeSavedView() {}

        @Override
        public void onConnected() {}
    }
}
