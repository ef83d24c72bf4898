package io.dromon.transport.evs;

import io.dromon.transport.sim.SimClock;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.ViewId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A few {@link Evs} in virtual time with directed channels between them: ordered, with a delay, a probability of loss and
 * a switch. All randomness comes from one seed.
 */
final class EvsNetwork {
    static final long MILLI = 1_000_000L;

    final Random random;
    final List<Peer> peers = new ArrayList<>();
    private final Map<String, Channel> channels = new HashMap<>();
    private final SimClock clock = new SimClock();
    /** Each node ends its turn after each message, or when it likes. */
    private boolean draining;
    /** What all nodes send, in order; null if nobody wants to know. */
    @Nullable
    List<String> trace;

    double loss;
    long maxDelayNs = 2 * MILLI;

    EvsNetwork(long seed) {
        this.random = new Random(seed);
        clock.skipTo(Duration.ofSeconds(1000).toNanos());
    }

    private static final class Channel {
        boolean up = true;
        double loss;
        long lastArrivalNs;
    }

    /** What a node delivered, as text that tests can compare. */
    record Delivered(UUID source, ViewId view, int userType, Order order, String body, boolean transitional) {}

    /** A view and what was delivered in it. */
    static final class Epoch {
        final EvsView view;
        final List<Delivered> messages = new ArrayList<>();

        Epoch(EvsView view) {
            this.view = view;
        }
    }

    final class Peer implements EvsMesh, EvsDeliveries {
        final UUID uuid;
        final Evs evs;
        final List<Epoch> epochs = new ArrayList<>();
        final List<EvsMessage> outbox = new ArrayList<>();
        final List<Delivered> delivered = new ArrayList<>();
        final ArrayDeque<String> answers = new ArrayDeque<>();
        /** Results of sending from inside of transitional views, if it does. */
        final List<SendResult> sentBetweenViews = new ArrayList<>();

        boolean sendsBetweenViews;
        boolean crashed;
        boolean recordOutbox;
        boolean dirty;
        int counter;

        Peer(UUID uuid, EvsSettings settings, Optional<ViewId> restored) {
            this.uuid = uuid;
            this.evs = new Evs(settings, uuid, restored, this);
        }

        @Override
        public void broadcast(Encodable message) {
            EvsMessage sentMessage = note(message);
            Bytes bytes = Bytes.of(sentMessage);
            for (Peer to : peers) {
                if (to != this) {
                    transmit(this, to, bytes);
                }
            }
        }

        @Override
        public void sendTo(UUID target, Encodable message) {
            Bytes bytes = Bytes.of(note(message));
            Peer only = null;
            for (Peer to : peers) {
                only = to.uuid.equals(target) && channel(this, to).up ? to : only;
            }
            for (Peer to : peers) {
                if (to == only || (only == null && to != this)) {
                    transmit(this, to, bytes);
                }
            }
        }

        private EvsMessage note(Encodable message) {
            EvsMessage sentMessage = (EvsMessage) message;
            if (trace != null) {
                trace.add(Character.toString('A' + peers.indexOf(this)) + " " + kind(sentMessage));
            }
            if (recordOutbox) {
                outbox.add(sentMessage);
            }
            return sentMessage;
        }

        @Override
        public void onMessage(UUID source, ViewId view, int userType, Order order, Encodable body) {
            byte[] content = Bytes.of(body).toArray();
            Epoch epoch = epochs.isEmpty() ? null : epochs.get(epochs.size() - 1);
            boolean transitional = epoch != null && epoch.view.id().type() == ViewId.Type.TRANS;
            Delivered message = new Delivered(
                    source,
                    view,
                    userType,
                    order,
                    new String(content, java.nio.charset.StandardCharsets.UTF_8),
                    transitional);
            delivered.add(message);
            if (epoch != null) {
                epoch.messages.add(message);
            }
        }

        @Override
        public void onView(EvsView view) {
            epochs.add(new Epoch(view));
            if (sendsBetweenViews && view.id().type() == ViewId.Type.TRANS) {
                sentBetweenViews.add(sendNext());
            }
            if (!view.isEmpty() && view.id().type() == ViewId.Type.REG) {
                while (!answers.isEmpty()) {
                    send(answers.remove());
                }
            }
        }

        @Override
        public void allow(UUID node) {}

        @Override
        public void evict(UUID node) {}

        @Override
        public void unevict(UUID node) {}

        SendResult send(String body) {
            dirty = true;
            return evs.send(1, Order.SAFE, new Bytes(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }

        SendResult sendNext() {
            return send(io.dromon.transport.wire.Uuids.brief(uuid) + "#" + counter++);
        }

        EvsView view() {
            return epochs.get(epochs.size() - 1).view;
        }

        boolean isIn(Peer... members) {
            if (epochs.isEmpty() || evs.state() != EvsState.OPERATIONAL) {
                return false;
            }
            EvsView view = view();
            if (view.members().size() != members.length) {
                return false;
            }
            for (Peer member : members) {
                if (!view.members().contains(member.uuid)) {
                    return false;
                }
            }
            return true;
        }

        /** Calls EVS, and does all that the call leads to. */
        void call(Consumer<Evs> call) {
            call.accept(evs);
            do {
                evs.drain(this);
            } while (evs.proceed());
        }

        void receive(UUID source, Bytes message) throws MalformedMessageException {
            evs.receive(source, message, nowNs());
            call(core -> {});
        }

        void settle() {
            dirty = false;
            call(core -> core.endTurn(nowNs()));
        }

        List<EvsMessage> takeOutbox() {
            List<EvsMessage> taken = List.copyOf(outbox);
            outbox.clear();
            return taken;
        }
    }

    /** What a message is, in a word. */
    static String kind(EvsMessage message) {
        if (message instanceof EvsMessage.User user) {
            return user.order() == Order.DROP ? "DROP " + user.seq() + "+" + user.seqRange() : "USER " + user.seq();
        }
        if (message instanceof EvsMessage.Gap gap) {
            if (gap.isCommit()) {
                return "COMMIT";
            }
            String range = "[" + gap.rangeLu() + "," + gap.rangeHs() + "]";
            return gap.isRetransmitted() ? "REQUEST " + range : "GAP " + gap.aruSeq();
        }
        String repeated = message instanceof EvsMessage.Install && message.isRetransmitted() ? " again" : "";
        return message.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT) + repeated;
    }

    // Set-up

    static UUID uuid(int number) {
        return new UUID((long) (number + 1) << 56 | 0x11f1, 0xb9d1_0000_0000_0000L | number);
    }

    static EvsSettings settings() {
        return EvsSettings.defaults();
    }

    Peer add(int number) {
        return add(number, s -> s);
    }

    Peer add(int number, UnaryOperator<EvsSettings> change) {
        return add(uuid(number), change, Optional.empty());
    }

    Peer add(UUID uuid, UnaryOperator<EvsSettings> change, Optional<ViewId> restored) {
        Peer peer = new Peer(uuid, change.apply(settings()), restored);
        peers.add(peer);
        return peer;
    }

    /** Two nodes in one view; returns the first. */
    Peer pair(UnaryOperator<EvsSettings> change) {
        Peer a = add(0, change);
        Peer b = add(1, change);
        start(a);
        b.call(evs -> evs.open(nowNs()));
        b.call(evs -> evs.announce(nowNs()));
        drain();
        if (!a.isIn(a, b) || !b.isIn(a, b)) {
            throw new AssertionError("no view of both\n" + dump());
        }
        return a;
    }

    /** All that nodes send from now on, in a word each. */
    List<String> traced() {
        List<String> sent = new ArrayList<>();
        trace = sent;
        return sent;
    }

    /** Settings with other values; the rest is that of {@code s}. */
    static EvsSettings settings(
            EvsSettings s,
            int version,
            long keepaliveNs,
            int window,
            int userWindow,
            boolean aggregate,
            int autoEvict) {
        return new EvsSettings(
                version,
                s.viewForgetTimeoutNs(),
                s.suspectTimeoutNs(),
                s.inactiveTimeoutNs(),
                s.inactiveCheckPeriodNs(),
                s.installTimeoutNs(),
                keepaliveNs,
                s.joinRetransPeriodNs(),
                window,
                userWindow,
                aggregate,
                s.causalKeepalivePeriodNs(),
                s.maxInstallTimeouts(),
                s.delayMarginNs(),
                s.delayedKeepPeriodNs(),
                autoEvict);
    }

    /** Starts a node as one that joins, or that is alone. */
    void start(Peer peer) {
        peer.call(evs -> evs.open(nowNs()));
        peer.call(evs -> evs.gather(nowNs()));
        peer.settle();
    }

    void crash(Peer peer) {
        peer.crashed = true;
        isolate(peer, false);
    }

    private Channel channel(Peer from, Peer to) {
        return channels.computeIfAbsent(from.uuid + ">" + to.uuid, key -> new Channel());
    }

    void connect(Peer from, Peer to, boolean up) {
        channel(from, to).up = up;
    }

    void lose(Peer from, Peer to, double probability) {
        channel(from, to).loss = probability;
    }

    /** Switches all channels of {@code peer}. */
    void isolate(Peer peer, boolean up) {
        for (Peer other : peers) {
            if (other != peer) {
                connect(peer, other, up);
                connect(other, peer, up);
            }
        }
    }

    /** Switches the channels between the first {@code position} peers and the rest. */
    void split(int position, boolean up) {
        for (int i = 0; i < position; i++) {
            for (int j = position; j < peers.size(); j++) {
                connect(peers.get(i), peers.get(j), up);
                connect(peers.get(j), peers.get(i), up);
            }
        }
    }

    private void transmit(Peer from, Peer to, Bytes message) {
        Channel channel = channel(from, to);
        if (from.crashed || !channel.up || random.nextDouble() < Math.max(loss, channel.loss)) {
            return;
        }
        long at = nowNs() + MILLI / 10 + (long) (random.nextDouble() * maxDelayNs);
        channel.lastArrivalNs = Math.max(channel.lastArrivalNs, at);
        clock.at(channel.lastArrivalNs, () -> arrive(from, to, message));
    }

    private void arrive(Peer from, Peer to, Bytes message) {
        if (!channel(from, to).up || to.crashed) {
            return;
        }
        try {
            to.receive(from.uuid, message);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        if (random.nextInt(4) == 0) {
            to.settle();
        } else {
            to.dirty = true;
        }
        if (draining) {
            to.settle();
        }
    }

    long nowNs() {
        return clock.nowNs();
    }

    /** Moves time on, and lets nothing happen. */
    void skip(long byNs) {
        clock.skipTo(nowNs() + byNs);
    }

    // Running

    /** Runs the group until the condition holds; fails after so much virtual time. */
    void await(String what, long seconds, BooleanSupplier condition) {
        long endNs = nowNs() + Duration.ofSeconds(seconds).toNanos();
        while (!condition.getAsBoolean()) {
            if (nowNs() > endNs) {
                throw new AssertionError("not within " + seconds + " s: " + what + "\n" + dump());
            }
            step(endNs + 1);
        }
    }

    void run(long millis) {
        long endNs = nowNs() + millis * MILLI;
        while (nowNs() < endNs) {
            step(endNs);
        }
    }

    /** All that happens at the next moment, but not after {@code endNs}. */
    private void step(long endNs) {
        long next = Math.min(endNs, clock.nextNs());
        for (Peer peer : peers) {
            if (peer.dirty) {
                peer.settle();
            }
            if (!peer.crashed) {
                next = Math.min(next, peer.evs.nextDeadlineNs());
            }
        }
        clock.skipTo(next);
        for (Peer peer : peers) {
            if (!peer.crashed && peer.evs.nextDeadlineNs() <= nowNs()) {
                peer.call(evs -> evs.tick(nowNs()));
                peer.settle();
            }
        }
        clock.runUntil(nowNs());
        for (Peer peer : peers) {
            if (peer.dirty) {
                peer.settle();
            }
        }
    }

    /** Brings all that is under way to its end, without moving the timers on. */
    void drain() {
        for (Peer peer : peers) {
            peer.settle();
        }
        draining = true;
        while (clock.nextNs() < Long.MAX_VALUE) {
            clock.runUntil(clock.nextNs());
        }
        draining = false;
    }

    /** Gives {@code to} a message of {@code from} by hand, and ends the turn. */
    void give(UUID from, Peer to, EvsMessage message) {
        giveInTurn(from, to, message);
        to.settle();
    }

    void giveInTurn(UUID from, Peer to, EvsMessage message) {
        try {
            to.receive(from, Bytes.of(message));
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    String dump() {
        StringBuilder text = new StringBuilder();
        for (Peer peer : peers) {
            text.append(io.dromon.transport.wire.Uuids.brief(peer.uuid))
                    .append(peer.crashed ? " crashed " : " ")
                    .append(peer.evs.state())
                    .append(' ')
                    .append(peer.epochs.isEmpty() ? "no view" : peer.view())
                    .append(' ')
                    .append(peer.evs.describe())
                    .append('\n');
        }
        return text.toString();
    }
}
