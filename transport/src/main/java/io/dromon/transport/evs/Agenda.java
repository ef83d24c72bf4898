package io.dromon.transport.evs;

import java.util.ArrayDeque;

/**
 * The steps that a call to {@link Evs} still has to do. Between two of them the layer above takes what was delivered, so
 * that nothing is delivered from inside of a step. What a step adds is done right behind it, before the others.
 */
final class Agenda {
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private final ArrayDeque<Runnable> added = new ArrayDeque<>();

    void add(Runnable step) {
        added.add(step);
    }

    boolean isEmpty() {
        return steps.isEmpty() && added.isEmpty();
    }

    /** Does the next step; false if there is none. */
    boolean doNext() {
        for (Runnable step = added.pollLast(); step != null; step = added.pollLast()) {
            steps.addFirst(step);
        }
        Runnable next = steps.poll();
        if (next == null) {
            return false;
        }
        next.run();
        return true;
    }
}
