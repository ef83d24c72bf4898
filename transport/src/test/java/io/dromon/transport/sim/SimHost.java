package io.dromon.transport.sim;

import io.dromon.transport.link.Links;
import io.dromon.transport.wire.Encodable;
import java.util.ArrayDeque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A machine of the simulated network with one process at a time. Events wait in an inbox until the process takes its
 * turn, so they come in batches as from a real event loop; a slow host takes its turns late, a stopped one not at all.
 * Each host has a monotonic clock of its own with another origin, as {@link System#nanoTime} has.
 */
public final class SimHost implements Links {
    /** A process that asks to be woken this often without time going on is stuck. */
    private static final int MAX_IDLE_WAKES = 1000;

    /** What happens in a process's turn. */
    public interface Work {
        void run(SimProcess process, long nowNs);
    }

    private final int index;
    private final SimNetwork network;
    private final SimClock clock;
    private final RandomGenerator random;
    private final long originNs;
    private final ArrayDeque<Work> inbox = new ArrayDeque<>();

    private @Nullable SimProcess process;
    private @Nullable Runnable onEnded;
    private int life;
    private long nextLink;
    private boolean turnScheduled;
    private long wakeAtNs = Long.MAX_VALUE;
    private long stoppedUntilNs;
    private long slowByNs;
    private long lastWakeNs = -1;
    private int idleWakes;

    SimHost(int index, SimNetwork network, RandomGenerator random) {
        this.index = index;
        this.network = network;
        this.clock = network.clock();
        this.random = random;
        this.originNs = random.nextLong(-1_000_000_000_000_000L, 1_000_000_000_000_000L);
    }

    public int index() {
        return index;
    }

    public String ip() {
        return "10.0.0." + (index + 1);
    }

    /** Where the process of this host listens. */
    public String address() {
        return "tcp://" + ip() + ":4567";
    }

    /** The host's own monotonic clock. */
    public long localNs() {
        return clock.nowNs() + originNs;
    }

    public boolean isUp() {
        return process != null;
    }

    /** Counts the processes that this host has had; part of what makes a link belong to one of them. */
    int life() {
        return life;
    }

    /**
     * Starts a process.
     *
     * @param ended called once when the process has ended by its own decision
     */
    public void start(SimProcess started, List<String> addresses, Runnable ended) {
        if (process != null) {
            throw new IllegalStateException("a process runs on host " + index);
        }
        process = started;
        onEnded = ended;
        stoppedUntilNs = 0;
        post((it, now) -> it.open(addresses, now));
    }

    /** Ends the process at once. */
    public void kill() {
        process = null;
        onEnded = null;
        life++;
        inbox.clear();
        wakeAtNs = Long.MAX_VALUE;
    }

    /** Takes no turns until then: a stopped process, a long pause for garbage. */
    public void stopFor(long durationNs) {
        stoppedUntilNs = Math.max(stoppedUntilNs, clock.nowNs() + durationNs);
    }

    /** Takes its turns up to this much too late. */
    public void slowBy(long delayNs) {
        slowByNs = delayNs;
    }

    /** Lets the process do something in its next turn. */
    public void post(Work work) {
        if (process == null) {
            return;
        }
        inbox.add(work);
        scheduleTurn();
    }

    @Override
    public long dial(String address) {
        return network.dial(this, address, ++nextLink);
    }

    @Override
    public void resolve(String address) {
        throw new AssertionError("no names here: " + address);
    }

    long nextLink() {
        return ++nextLink;
    }

    @Override
    public void send(long link, Encodable message) {
        network.send(this, link, message);
    }

    @Override
    public void close(long link) {
        network.close(this, link);
    }

    private void scheduleTurn() {
        if (turnScheduled) {
            return;
        }
        turnScheduled = true;
        long delay = random.nextInt(20_000) + (slowByNs == 0 ? 0 : random.nextLong(slowByNs));
        clock.at(Math.max(clock.nowNs() + delay, stoppedUntilNs), this::turn);
    }

    private void turn() {
        turnScheduled = false;
        if (process == null) {
            return;
        }
        if (clock.nowNs() < stoppedUntilNs) {
            scheduleTurn();
            return;
        }
        SimProcess running = process;
        long now = localNs();
        Work work;
        while ((work = inbox.poll()) != null) {
            work.run(running, now);
        }
        if (running.nextDeadlineNs() <= now) {
            running.tick(now);
        }
        running.endTurn(now);
        network.flush(this);
        if (running.hasEnded()) {
            Runnable ended = onEnded;
            network.closeAll(this);
            kill();
            if (ended != null) {
                ended.run();
            }
            return;
        }
        scheduleWake(running);
    }

    private void scheduleWake(SimProcess running) {
        long deadline = running.nextDeadlineNs();
        if (deadline == Long.MAX_VALUE) {
            return;
        }
        long at = Math.max(clock.nowNs() + 1, deadline - originNs);
        if (at >= wakeAtNs && wakeAtNs > clock.nowNs()) {
            return;
        }
        wakeAtNs = at;
        int started = life;
        clock.at(at, () -> {
            if (life == started && wakeAtNs == at) {
                wakeAtNs = Long.MAX_VALUE;
                wake();
            }
        });
    }

    private void wake() {
        SimProcess running = process;
        if (running == null) {
            return;
        }
        if (clock.nowNs() - lastWakeNs < 1000) {
            if (++idleWakes > MAX_IDLE_WAKES) {
                throw new Violation(
                        "timers-advance", "node " + index + " asks to be woken again and again at one time");
            }
        } else {
            idleWakes = 0;
        }
        lastWakeNs = clock.nowNs();
        if (running.nextDeadlineNs() <= localNs()) {
            scheduleTurn();
        } else {
            scheduleWake(running);
        }
    }
}
