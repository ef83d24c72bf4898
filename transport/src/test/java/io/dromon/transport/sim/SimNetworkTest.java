package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class SimNetworkTest {
    private static final long SECOND = 1_000_000_000L;

    private final SimClock clock = new SimClock();
    private final SimNetwork network = new SimNetwork(3, clock, new SplittableRandom(5), new SimTrace(false), 0.3);
    private final List<Recorder> recorders = new ArrayList<>();

    SimNetworkTest() {
        for (int i = 0; i < 3; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            network.host(i).start(recorder, List.of(), () -> {});
        }
        clock.runUntil(SECOND);
    }

    @Test
    void runsEventsOfOneInstantInTheOrderOfTheirRequest() {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int it = i;
            clock.at(2 * SECOND + it % 3, () -> seen.add(it));
        }

        clock.runUntil(3 * SECOND);

        assertThat(seen).hasSize(500);
        assertThat(seen.subList(0, 167)).isSorted().allMatch(i -> i % 3 == 0);
        assertThat(seen.subList(167, 334)).isSorted().allMatch(i -> i % 3 == 1);
    }

    @Test
    void deliversFramesInOrderBothWays() {
        long link = connect(0, 1);
        for (int i = 0; i < 200; i++) {
            send(0, link, i);
            send(1, recorders.get(1).link, i);
        }
        clock.runUntil(10 * SECOND);

        assertThat(recorders.get(0).frames).hasSize(200).isSorted();
        assertThat(recorders.get(1).frames).hasSize(200).isSorted();
    }

    @Test
    void refusesADialToAHostWithoutAProcess() {
        network.kill(2);

        dial(0, 2);
        clock.runUntil(3 * SECOND);

        assertThat(recorders.get(0).events).containsExactly("closed");
    }

    @Test
    void holdsFramesOnABlockedPathAndDeliversOrResetsLater() {
        long link = connect(0, 1);
        network.block(0, 1);
        send(0, link, 7);
        clock.runUntil(20 * SECOND);

        assertThat(recorders.get(1).frames).isEmpty();

        network.unblock(0, 1);
        clock.runUntil(40 * SECOND);

        assertThat(recorders.get(1).frames.contains(7) ^ recorders.get(1).events.contains("closed"))
                .isTrue();
    }

    @Test
    void letsADialHangWhileThePathIsBlocked() {
        network.block(1, 0);
        dial(0, 1);
        clock.runUntil(4 * SECOND);

        assertThat(recorders.get(0).events).isEmpty();

        network.unblock(1, 0);
        clock.runUntil(40 * SECOND);

        assertThat(recorders.get(0).events).containsExactly("connected");
    }

    @Test
    void tellsBothEndsOfACut() {
        connect(0, 1);

        network.cut(0, 1);
        clock.runUntil(3 * SECOND);

        assertThat(recorders.get(0).events).containsExactly("connected", "closed");
        assertThat(recorders.get(1).events).containsExactly("accepted", "closed");
    }

    @Test
    void tellsThePeersOfAKilledProcessAndNotThoseOfADeadMachine() {
        connect(0, 1);
        long toDark = connect(0, 2);

        network.kill(1);
        network.powerOff(2);
        clock.runUntil(9 * SECOND);

        assertThat(recorders.get(0).events).containsExactly("connected", "connected", "closed");

        network.powerOn(2);
        send(0, toDark, 1);
        clock.runUntil(20 * SECOND);

        assertThat(recorders.get(0).events).containsExactly("connected", "connected", "closed", "closed");
    }

    @Test
    void givesAStoppedProcessItsEventsLate() {
        long link = connect(0, 1);
        network.host(1).stopFor(5 * SECOND);

        send(0, link, 3);
        clock.runUntil(clock.nowNs() + 4 * SECOND);
        assertThat(recorders.get(1).frames).isEmpty();

        clock.runUntil(clock.nowNs() + 2 * SECOND);
        assertThat(recorders.get(1).frames).containsExactly(3);
    }

    private long connect(int from, int to) {
        long link = dial(from, to);
        clock.runUntil(clock.nowNs() + SECOND);
        return link;
    }

    private long dial(int from, int to) {
        return network.host(from).dial(network.host(to).address());
    }

    private void send(int from, long link, int number) {
        network.host(from)
                .post((process, now) ->
                        network.host(from).send(link, new Bytes(new byte[] {(byte) (number >> 8), (byte) number})));
    }

    private static final class Recorder implements SimProcess, LinkEvents {
        private final List<String> events = new ArrayList<>();
        private final List<Integer> frames = new ArrayList<>();
        private long link;

        @Override
        public void onResolved(String address, List<String> numeric, long nowNs) {}

        @Override
        public LinkEvents linkEvents() {
            return this;
        }

        @Override
        public void open(List<String> addresses, long nowNs) {}

        @Override
        public void tick(long nowNs) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void endTurn(long nowNs) {}

        @Override
        public void leave(long nowNs) {}

        @Override
        public boolean hasEnded() {
            return false;
        }

        @Override
        public void onAccepted(long accepted, String scheme, String remoteIp, long nowNs) {
            link = accepted;
            events.add("accepted");
        }

        @Override
        public void onConnected(long connected, long nowNs) {
            events.add("connected");
        }

        @Override
        public void onClosed(long closed, LinkFailure failure, long nowNs) {
            events.add("closed");
        }

        @Override
        public void onMessage(long from, Bytes message, long nowNs) {
            byte[] array = message.toArray();
            frames.add((array[0] & 0xff) * 256 + (array[1] & 0xff));
        }
    }
}
