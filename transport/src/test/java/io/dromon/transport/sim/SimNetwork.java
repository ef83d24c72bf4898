package io.dromon.transport.sim;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network of connections as TCP makes them: whole frames, reliable and in order, with a random delay for each; and
 * everything that goes wrong on a network. Each message is really encoded, at the end of the sender's turn, and the
 * receiver gets the bytes.
 *
 * <p>A blocked path is a black hole: dials hang, frames stand still. When it opens again a connection goes on (what
 * stood still arrives late) or is reset, by the seed.
 */
public final class SimNetwork {
    private static final long MS = 1_000_000L;

    /** Looks at, changes or loses frames; for stress, and for rules broken on purpose. */
    public interface Filter {
        /** Gives what arrives; null loses the frame. */
        @Nullable
        Bytes pass(int from, int to, Bytes frame);
    }

    private static final class Frame {
        final @Nullable Bytes body;
        final long arrivesNs;

        Frame(@Nullable Bytes body, long arrivesNs) {
            this.body = body;
            this.arrivesNs = arrivesNs;
        }
    }

    /** One end of a connection. */
    private static final class End {
        final SimHost host;
        final int life;
        final long link;
        final ArrayDeque<Encodable> unsent = new ArrayDeque<>();
        /** What travels towards this end; a frame without a body is the end of the stream. */
        final ArrayDeque<Frame> arriving = new ArrayDeque<>();

        @Nullable
        End peer;

        boolean open = true;
        boolean pumping;
        long lastArrivalNs;

        End(SimHost host, long link) {
            this.host = host;
            this.life = host.life();
            this.link = link;
        }

        boolean isAlive() {
            return open && host.isUp() && host.life() == life;
        }
    }

    private final SimClock clock;
    private final RandomGenerator random;
    private final SimTrace trace;
    private final List<SimHost> hosts = new ArrayList<>();
    private final List<Map<Long, End>> ends = new ArrayList<>();
    private final Map<String, SimHost> byAddress = new HashMap<>();
    private final int[][] blocked;
    private final boolean[] dark;
    private final long[][] latencyNs;
    private final ArrayList<End> dirty = new ArrayList<>();

    private @Nullable Filter filter;
    private double resetWhenHealed = 0.3;
    private @Nullable Encodable lastEncoded;
    private @Nullable Bytes lastBytes;
    private long framesDelivered;

    /**
     * @param farPairs chance that a pair of hosts is tens of milliseconds apart instead of less than two
     */
    public SimNetwork(int size, SimClock clock, RandomGenerator random, SimTrace trace, double farPairs) {
        this.clock = clock;
        this.random = random;
        this.trace = trace;
        this.blocked = new int[size][size];
        this.dark = new boolean[size];
        this.latencyNs = new long[size][size];
        for (int i = 0; i < size; i++) {
            SimHost host = new SimHost(i, this, random);
            hosts.add(host);
            ends.add(new LinkedHashMap<>());
            byAddress.put(host.address(), host);
            for (int j = 0; j < i; j++) {
                long latency = random.nextDouble() < farPairs
                        ? random.nextLong(5 * MS, 60 * MS)
                        : random.nextLong(30_000, 1_500_000);
                latencyNs[i][j] = latency;
                latencyNs[j][i] = latency;
            }
            latencyNs[i][i] = 10_000;
        }
    }

    public SimClock clock() {
        return clock;
    }

    public SimHost host(int index) {
        return hosts.get(index);
    }

    public int size() {
        return hosts.size();
    }

    public long framesDelivered() {
        return framesDelivered;
    }

    public void filter(@Nullable Filter newFilter) {
        filter = newFilter;
    }

    /** Makes a black hole of the way from one host to the other. Counted: as many {@link #unblock} lift it. */
    public void block(int from, int to) {
        blocked[from][to]++;
    }

    /** Lifts {@link #block}. */
    public void unblock(int from, int to) {
        if (--blocked[from][to] > 0) {
            return;
        }
        blocked[from][to] = 0;
        for (End end : List.copyOf(ends.get(to).values())) {
            End sender = end.peer;
            if (sender != null && sender.host.index() == from && !end.arriving.isEmpty()) {
                if (random.nextDouble() < resetWhenHealed) {
                    reset(end, "connection reset after the path came back");
                } else {
                    // TCP's own repetition timer decides when it goes on.
                    end.lastArrivalNs = Math.max(end.lastArrivalNs, clock.nowNs() + random.nextLong(2000 * MS));
                    ArrayDeque<Frame> held = new ArrayDeque<>();
                    for (Frame frame : end.arriving) {
                        held.add(new Frame(frame.body, Math.max(frame.arrivesNs, end.lastArrivalNs)));
                    }
                    end.arriving.clear();
                    end.arriving.addAll(held);
                    pump(end);
                }
            }
        }
    }

    /** Breaks all connections between two hosts: both ends see it, what is under way is lost. */
    public void cut(int a, int b) {
        for (End end : List.copyOf(ends.get(a).values())) {
            End peer = end.peer;
            if (peer != null && peer.host.index() == b) {
                reset(end, "connection reset");
            }
        }
    }

    /** Ends the process of a host; the system closes its connections, so the peers see it. */
    public void kill(int index) {
        closeAll(host(index));
        host(index).kill();
    }

    /** Takes the power from a host: no peer is told anything. */
    public void powerOff(int index) {
        for (End end : ends.get(index).values()) {
            end.open = false;
        }
        ends.get(index).clear();
        host(index).kill();
        dark[index] = true;
    }

    /** Gives the host its power back; whatever still arrives for its former connections is answered by a reset. */
    public void powerOn(int index) {
        dark[index] = false;
    }

    long dial(SimHost from, String address, long link) {
        End dialler = new End(from, link);
        ends.get(from.index()).put(link, dialler);
        tryConnect(dialler, address, 0);
        return link;
    }

    private void tryConnect(End dialler, String address, int attempt) {
        SimHost target = byAddress.get(address);
        int from = dialler.host.index();
        long delay = target == null ? MS : delay(from, target.index());
        clock.in(delay, () -> {
            if (!dialler.isAlive()) {
                return;
            }
            if (target == null) {
                closed(dialler, "connection refused by " + address);
            } else if (isBlocked(from, target.index()) || isBlocked(target.index(), from) || dark[target.index()]) {
                clock.in((1000 * MS) << Math.min(attempt, 4), () -> tryConnect(dialler, address, attempt + 1));
            } else if (!target.isUp()) {
                clock.in(delay(target.index(), from), () -> closed(dialler, "connection refused by " + address));
            } else {
                accept(dialler, target);
            }
        });
    }

    private void accept(End dialler, SimHost target) {
        End acceptor = new End(target, target.nextLink());
        acceptor.peer = dialler;
        dialler.peer = acceptor;
        ends.get(target.index()).put(acceptor.link, acceptor);
        String ip = dialler.host.ip();
        if (trace.isOn()) {
            trace.add(clock.nowNs(), name(target.index()), "accepts " + ip + " as link " + acceptor.link);
        }
        target.post((process, now) -> {
            if (acceptor.open) {
                process.linkEvents().onAccepted(acceptor.link, "tcp", ip, now);
            }
        });
        long up = clock.nowNs() + delay(target.index(), dialler.host.index());
        dialler.lastArrivalNs = up;
        clock.at(up, () -> {
            if (dialler.isAlive()) {
                dialler.host.post((process, now) -> {
                    if (dialler.open) {
                        process.linkEvents().onConnected(dialler.link, now);
                    }
                });
            }
        });
    }

    void send(SimHost from, long link, Encodable message) {
        End end = ends.get(from.index()).get(link);
        if (end == null || end.peer == null) {
            return;
        }
        if (end.unsent.isEmpty()) {
            dirty.add(end);
        }
        end.unsent.add(message);
    }

    /** The end of a turn: encodes and sends. */
    void flush(SimHost from) {
        for (int i = 0; i < dirty.size(); i++) {
            flush(dirty.get(i));
        }
        dirty.clear();
        lastEncoded = null;
        lastBytes = null;
    }

    private void flush(End end) {
        End peer = end.peer;
        Encodable message;
        while ((message = end.unsent.poll()) != null) {
            Bytes bytes = lastBytes;
            if (message != lastEncoded || bytes == null) {
                bytes = Bytes.of(message);
                lastEncoded = message;
                lastBytes = bytes;
            }
            if (peer != null && end.open) {
                travel(end, peer, bytes);
            }
        }
    }

    private void travel(End from, End to, @Nullable Bytes body) {
        long arrival = Math.max(to.lastArrivalNs, clock.nowNs() + delay(from.host.index(), to.host.index()));
        to.lastArrivalNs = arrival;
        to.arriving.add(new Frame(body, arrival));
        pump(to);
    }

    private void pump(End end) {
        Frame head = end.arriving.peek();
        if (end.pumping || head == null) {
            return;
        }
        end.pumping = true;
        clock.at(head.arrivesNs, () -> {
            end.pumping = false;
            arrive(end);
        });
    }

    private void arrive(End end) {
        End sender = end.peer;
        if (sender == null) {
            return;
        }
        int from = sender.host.index();
        int to = end.host.index();
        if (isBlocked(from, to) || dark[to]) {
            return;
        }
        Frame frame;
        while ((frame = end.arriving.peek()) != null && frame.arrivesNs <= clock.nowNs()) {
            end.arriving.poll();
            Bytes body = frame.body;
            if (!end.isAlive()) {
                end.arriving.clear();
                if (body != null && sender.isAlive()) {
                    clock.in(delay(to, from), () -> closed(sender, "connection reset by peer"));
                }
                return;
            }
            if (body == null) {
                closed(end, "closed by peer");
                return;
            }
            Filter active = filter;
            Bytes passed = active == null ? body : active.pass(from, to, body);
            if (passed != null) {
                framesDelivered++;
                end.host.post((process, now) -> {
                    if (end.open) {
                        process.linkEvents().onMessage(end.link, passed, now);
                    }
                });
            }
        }
        pump(end);
    }

    void close(SimHost from, long link) {
        End end = ends.get(from.index()).get(link);
        if (end != null) {
            hangUp(end);
        }
    }

    void closeAll(SimHost from) {
        for (End end : List.copyOf(ends.get(from.index()).values())) {
            hangUp(end);
        }
    }

    private void hangUp(End end) {
        flush(end);
        dirty.remove(end);
        end.open = false;
        ends.get(end.host.index()).remove(end.link);
        End peer = end.peer;
        if (peer != null) {
            travel(end, peer, null);
        }
    }

    private void reset(End end, String why) {
        End peer = end.peer;
        closed(end, why);
        if (peer != null) {
            closed(peer, why);
        }
    }

    /** Tells the process that its connection is gone, unless it has closed it itself. */
    private void closed(End end, String why) {
        end.arriving.clear();
        if (!end.isAlive()) {
            return;
        }
        ends.get(end.host.index()).remove(end.link);
        end.host.post((process, now) -> {
            if (end.open) {
                end.open = false;
                process.linkEvents().onClosed(end.link, new LinkFailure.Disconnected(why), now);
            }
        });
    }

    /** Whether something that is sent there now would arrive, if a process takes it. */
    public boolean isOpen(int from, int to) {
        return !isBlocked(from, to) && !dark[from] && !dark[to];
    }

    private boolean isBlocked(int from, int to) {
        return blocked[from][to] > 0;
    }

    private long delay(int from, int to) {
        long base = latencyNs[from][to];
        double draw = random.nextDouble();
        // Mostly near the latency of the path, now and then far above.
        double factor = draw < 0.9 ? 1 + draw * 0.3 : draw < 0.995 ? 1 + random.nextDouble() * 4 : 20;
        return (long) (base * factor);
    }

    static String name(int index) {
        return "n" + (index + 1);
    }
}
