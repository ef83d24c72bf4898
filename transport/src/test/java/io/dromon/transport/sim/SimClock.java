package io.dromon.transport.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and the queue of everything that is going to happen. Events of one instant happen in the order in
 * which they were asked for, so a run depends on nothing but its seed.
 */
public final class SimClock {
    private long nowNs;
    private long order;
    private int size;
    private long[] times = new long[256];
    private long[] orders = new long[256];
    private @Nullable Runnable[] events = new Runnable[256];
    private long executed;

    /** Nanoseconds since the start of the simulation. */
    public long nowNs() {
        return nowNs;
    }

    /** How many events have happened. */
    public long executed() {
        return executed;
    }

    /** Asks for {@code event} to happen at {@code timeNs}, or right after the present one if that is past. */
    public void at(long timeNs, Runnable event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            events = Arrays.copyOf(events, size * 2);
        }
        long time = Math.max(timeNs, nowNs);
        long rank = order++;
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (!before(time, rank, parent)) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        times[hole] = time;
        orders[hole] = rank;
        events[hole] = event;
    }

    /** Asks for {@code event} to happen {@code delayNs} from now. */
    public void in(long delayNs, Runnable event) {
        at(nowNs + delayNs, event);
    }

    /** When the next event is due; {@link Long#MAX_VALUE} where none is. */
    public long nextNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /** Moves time on, and lets nothing happen: what is due until then happens late. */
    public void skipTo(long timeNs) {
        nowNs = Math.max(nowNs, timeNs);
    }

    /** Lets everything happen that is due until {@code timeNs}, which is the time afterwards. */
    public void runUntil(long timeNs) {
        while (size > 0 && times[0] <= timeNs) {
            nowNs = Math.max(nowNs, times[0]);
            Runnable event = pop();
            executed++;
            event.run();
        }
        nowNs = Math.max(nowNs, timeNs);
    }

    private Runnable pop() {
        Runnable first = events[0];
        int last = --size;
        long time = times[last];
        long rank = orders[last];
        Runnable event = events[last];
        events[last] = null;
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= last) {
                break;
            }
            if (child + 1 < last && before(times[child + 1], orders[child + 1], child)) {
                child++;
            }
            if (before(time, rank, child)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        if (last > 0) {
            times[hole] = time;
            orders[hole] = rank;
            events[hole] = event;
        }
        if (first == null) {
            throw new IllegalStateException("empty place in the event queue");
        }
        return first;
    }

    private boolean before(long time, long rank, int other) {
        return time != times[other] ? time < times[other] : rank < orders[other];
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        events[to] = events[from];
    }
}
