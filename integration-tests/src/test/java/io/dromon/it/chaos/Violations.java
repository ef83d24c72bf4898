package io.dromon.it.chaos;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** What was seen in a run that must not be; the first ones are told at once. Thread-safe. */
public final class Violations {
    private static final int TOLD = 20;

    private final Set<String> all = new LinkedHashSet<>();
    private final Consumer<String> report;

    /** @param report is told each violation once */
    public Violations(Consumer<String> report) {
        this.report = report;
    }

    public synchronized void add(String what) {
        if (all.size() < TOLD && all.add(what)) {
            report.accept(what);
        }
    }

    public synchronized boolean isEmpty() {
        return all.isEmpty();
    }
}
