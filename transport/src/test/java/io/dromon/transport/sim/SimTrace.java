package io.dromon.transport.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a run, line by line. Off in the runs that only look for violations: a run is repeated exactly by its
 * seed, so the lines of a failing one are had by running it again.
 */
public final class SimTrace {
    private final boolean on;
    private final List<String> lines = new ArrayList<>();

    public SimTrace(boolean on) {
        this.on = on;
    }

    /** Whether lines are kept; to be asked before a line is built. */
    public boolean isOn() {
        return on;
    }

    /** Adds a line. */
    public void add(long nowNs, String who, String what) {
        if (on) {
            lines.add(String.format("%14.6f ms  %-5s %s", nowNs / 1e6, who, what));
        }
    }

    public List<String> lines() {
        return lines;
    }

    /** The last {@code count} lines. */
    public String tail(int count) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }
}
