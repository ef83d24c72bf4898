package io.dromon.it.chaos;

import io.dromon.it.chaos.ChaosFault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Strikes a cluster, one fault after the other: after each it must be whole again within a minute and a half, and stay
 * so. Prints each fault, and at the end a table of how long it took.
 */
public final class ChaosLoop {
    /** How long things may take. */
    public static final Duration LIMIT = Duration.ofSeconds(90);

    private static final long LOOK_MS = 20;
    /** So long it must be whole for the fault to be over: longer than a link may be silent. */
    private static final long STAYS_NS = 4_000_000_000L;

    private final List<? extends ChaosMember> members;
    private final Random random;
    private final Violations violations;
    private final PauseMeter pauses;
    private final Map<Kind, List<Long>> wholeMs = new EnumMap<>(Kind.class);
    private final Map<Kind, List<Long>> pauseMs = new EnumMap<>(Kind.class);
    private final long beganNs = System.nanoTime();
    private int faults;

    public ChaosLoop(List<? extends ChaosMember> members, Random random, Violations violations, PauseMeter pauses) {
        this.members = members;
        this.random = random;
        this.violations = violations;
        this.pauses = pauses;
    }

    /** Starts one member after the other; the first makes the cluster. */
    public void start() {
        for (ChaosMember member : members) {
            member.start(member.host() == 0);
            awaitWhole(member.host() + 1);
        }
    }

    /**
     * Strikes until the time is over, or something was violated.
     *
     * @param net where the members are
     * @param between looks at what was judged so far, after each fault
     */
    public void strike(Duration time, List<Kind> kinds, Net net, Runnable between) {
        long endNs = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNs && violations.isEmpty()) {
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            strike(ChaosFault.draw(kind, List.copyOf(members), net, random));
            between.run();
        }
    }

    /** Strikes once, and waits for the end of it. */
    public void strike(ChaosFault fault) {
        pass(random.nextInt(2000));
        pauses.takeLongestNs();
        say(String.format(Locale.ROOT, "%s for %.1f s", fault, fault.seconds()));
        fault.strike().run();
        pass((long) (1000 * fault.seconds()));
        fault.mend().run();
        long mendedNs = System.nanoTime();
        if (!awaitWhole(members.size())) {
            return;
        }
        long wholeNs = System.nanoTime();
        for (long sinceNs = wholeNs; System.nanoTime() - sinceNs < STAYS_NS; pass(LOOK_MS)) {
            if (!isWhole(members.size())) { // a late verdict, as of a link that timed out
                if (!awaitWhole(members.size())) {
                    return;
                }
                wholeNs = System.nanoTime();
                sinceNs = wholeNs;
            }
        }
        faults++;
        long tookMs = (wholeNs - mendedNs) / 1_000_000;
        long longestMs = pauses.takeLongestNs() / 1_000_000;
        say(String.format(
                Locale.ROOT, "    whole again after %.1f s, nothing new for %.1f s", tookMs / 1e3, longestMs / 1e3));
        wholeMs.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(tookMs);
        pauseMs.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(longestMs);
    }

    /** How many faults the cluster has outlived. */
    public int faults() {
        return faults;
    }

    private boolean isWhole(int size) {
        return members.subList(0, size).stream().allMatch(member -> member.isSyncedIn(size));
    }

    private boolean awaitWhole(int size) {
        return await(() -> isWhole(size), "not whole");
    }

    /** Waits until something holds, as long as nothing is violated; says {@code otherwise} where it does not in time. */
    public boolean await(BooleanSupplier holds, String otherwise) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                violations.add(otherwise + " after " + LIMIT + ": " + members);
                return false;
            }
            if (!violations.isEmpty()) {
                return false;
            }
            pass(LOOK_MS);
        }
        return true;
    }

    /** Waits, and looks at the members meanwhile. */
    private void pass(long ms) {
        long endNs = System.nanoTime() + ms * 1_000_000;
        do {
            for (ChaosMember member : members) {
                if (member.isStarted()) {
                    member.look();
                }
            }
            ChaosFault.sleep(Math.max(1, Math.min(LOOK_MS, (endNs - System.nanoTime()) / 1_000_000)));
        } while (System.nanoTime() < endNs);
    }

    public void printTable() {
        System.out.printf("%n%-48s %5s  %-21s  %-21s%n", "", "times", "whole again after, s", "longest pause, s");
        System.out.printf("%-48s %5s  %10s %10s  %10s %10s%n", "fault", "", "median", "max", "median", "max");
        wholeMs.forEach((kind, times) -> {
            List<Long> pauses = pauseMs.getOrDefault(kind, List.of());
            System.out.printf(
                    Locale.ROOT,
                    "%-48s %5d  %10.1f %10.1f  %10.1f %10.1f%n",
                    kind.text(),
                    times.size(),
                    median(times) / 1e3,
                    Collections.max(times) / 1e3,
                    median(pauses) / 1e3,
                    Collections.max(pauses) / 1e3);
        });
    }

    /** Of at least one value. */
    public static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Prints a line with the time since the beginning. */
    public void say(String what) {
        System.out.printf(Locale.ROOT, "%7.1f  %s%n", (System.nanoTime() - beganNs) / 1e9, what);
    }
}
