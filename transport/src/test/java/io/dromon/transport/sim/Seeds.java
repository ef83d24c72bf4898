package io.dromon.transport.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs seeds, and says how to repeat the one that failed. {@code -Dsim.seeds=N} is how many a build runs, {@code
 * -Dsim.seed=N} runs that one alone and prints its whole trace.
 */
public final class Seeds {
    private static final int TAIL_LINES = 60;

    /** Makes the cluster of a run. */
    public interface Maker {
        SimCluster<?> make(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults);
    }

    private final String module;
    private final String test;
    private final Maker maker;

    /**
     * @param module Maven module of the test
     * @param test class and method as Maven is told
     */
    public Seeds(String module, String test, Maker maker) {
        this.module = module;
        this.test = test;
        this.maker = maker;
    }

    /** How many seeds this build runs. */
    public static int count() {
        return Integer.getInteger("sim.seeds", 200);
    }

    /** The one seed that was asked for. */
    public static @Nullable Long only() {
        return Long.getLong("sim.seed");
    }

    /** The family of a seed: each has its turn. */
    public static Fault.Family family(long seed) {
        Fault.Family[] families = Fault.Family.values();
        return families[(int) Math.floorMod(seed, (long) families.length)];
    }

    /**
     * Runs something that needs no cluster with the seeds from 1 on, at least one, or with the one that was asked for; a
     * failure tells its seed and how to replay it.
     *
     * @param test a class of the modules transport or node
     */
    public static void each(Class<?> test, int count, LongConsumer run) {
        Long only = only();
        long first = only == null ? 1 : only;
        long last = only == null ? Math.max(1, count) : only;
        for (long seed = first; seed <= last; seed++) {
            try {
                run.accept(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(
                        "seed " + seed + "; to replay: .ci/test " + test.getSimpleName()
                                + " -Dtest.jvm.args=-Dsim.seed=" + seed,
                        failure);
            }
        }
    }

    /** Runs seeds one after the other; fails with a report at the first that violates a rule. */
    public void run(long from, int count) {
        Long only = only();
        if (only != null) {
            SimTrace trace = new SimTrace(true);
            try {
                maker.make(only, family(only), trace, null).run();
            } finally {
                System.out.println(String.join("\n", trace.lines()));
            }
            return;
        }
        for (long seed = from; seed < from + count; seed++) {
            Throwable failure = attempt(seed, null, new SimTrace(false));
            if (failure != null) {
                throw new AssertionError(report(seed, failure), failure);
            }
        }
    }

    /** Runs one seed. Gives what it failed with, if it did. */
    public @Nullable Throwable attempt(long seed, @Nullable List<Fault> faults, SimTrace trace) {
        try {
            maker.make(seed, family(seed), trace, faults).run();
            return null;
        } catch (Violation | RuntimeException failure) {
            return failure;
        }
    }

    /** Finds out how few faults still break the same rule, and tells the story. */
    public String report(long seed, Throwable failure) {
        List<Fault> faults = new ArrayList<>(
                maker.make(seed, family(seed), new SimTrace(false), null).faults());
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (int i = faults.size() - 1; i >= 0; i--) {
                List<Fault> fewer = new ArrayList<>(faults);
                fewer.remove(i);
                if (isSame(failure, attempt(seed, fewer, new SimTrace(false)))) {
                    faults = fewer;
                    smaller = true;
                }
            }
        }
        SimTrace trace = new SimTrace(true);
        Throwable again = attempt(seed, faults, trace);
        return "seed " + seed + " (" + family(seed) + "): " + failure.getMessage()
                + "\nFaults that are enough for it:\n  "
                + String.join("\n  ", faults.stream().map(Fault::toString).toList()) + "\nThen: "
                + (again == null ? "nothing" : again.getMessage()) + "\nThe last lines of the trace:\n"
                + trace.tail(Integer.getInteger("sim.tail", TAIL_LINES)) + "\nTo replay: mvn -q -B -pl " + module
                + " -am -Dtest=" + test
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dtest.jvm.args=-Dsim.seed=" + seed + " test";
    }

    private static boolean isSame(Throwable one, @Nullable Throwable other) {
        if (one instanceof Violation a && other instanceof Violation b) {
            return a.rule().equals(b.rule());
        }
        return other != null && one.getClass() == other.getClass();
    }
}
