package io.dromon.it.programs;

import io.dromon.it.sim.SeedKind;
import io.dromon.it.sim.state.StateCluster;
import io.dromon.transport.sim.Fault;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimCluster;
import io.dromon.transport.sim.SimTrace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs many seeds on one thread and tells how fast that goes and which failed: {@code SimulationMain (stack|node|state)
 * [from [count [families]]]}.
 */
public final class SimulationMain {
    private SimulationMain() {}

    public static void main(String[] args) {
        SeedKind kind = args.length > 0 ? SeedKind.named(args[0]) : SeedKind.NODE;
        long from = args.length > 1 ? Long.parseLong(args[1]) : 1;
        long count = args.length > 2 ? Long.parseLong(args[2]) : 2000;
        String families = args.length > 3 ? args[3] : "";
        Map<String, Integer> failures = new LinkedHashMap<>();
        Map<String, Long> examples = new LinkedHashMap<>();
        long began = System.nanoTime();
        long events = 0;
        double virtual = 0;
        long ran = 0;
        List<Long> settled = new ArrayList<>();
        long messages = 0;
        long bootstraps = 0;
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = from; seed < from + count; seed++) {
            Fault.Family family = Seeds.family(seed);
            if (!families.isEmpty() && !families.contains(family.name())) {
                continue;
            }
            ran++;
            SimCluster<?> cluster = kind.maker().make(seed, family, new SimTrace(false), null);
            try {
                cluster.run();
            } catch (AssertionError | RuntimeException failure) {
                String text =
                        String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
                String what = family + " " + failure.getClass().getSimpleName() + " "
                        + text.substring(0, Math.min(160, text.length()))
                                .replaceAll("[0-9a-f]{8}[-0-9a-f]*|[0-9]+", "#");
                failures.merge(what, 1, Integer::sum);
                examples.putIfAbsent(what, seed);
            }
            messages += SeedKind.messages(cluster);
            settled.add(cluster.settledAfterNs() / 1_000_000 * 1_000_000 + seed);
            bootstraps += cluster.operatorBootstraps();
            if (cluster instanceof StateCluster nodes) {
                nodes.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
            }
            events += cluster.clock().executed();
            virtual += cluster.clock().nowNs() / 1e9;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "%d seeds in %.1f s: %.1f seeds/s, %.2f million events/s, %.0f virtual seconds a second, "
                        + "%d %s, %d operator bootstraps%n",
                ran,
                seconds,
                ran / seconds,
                events / seconds / 1e6,
                virtual / seconds,
                messages,
                kind.equals(SeedKind.STACK) ? "deliveries" : "acknowledged",
                bootstraps);
        counts.forEach((what, times) -> System.out.println(what + ": " + times));
        Collections.sort(settled);
        if (!settled.isEmpty()) {
            long worst = settled.get(settled.size() - 1);
            System.out.printf(
                    "one primary component after %d ms (half), %d ms (99 of 100), %d ms (worst, seed %d)%n",
                    settled.get(settled.size() / 2) / 1_000_000,
                    settled.get(settled.size() * 99 / 100) / 1_000_000,
                    worst / 1_000_000,
                    worst % 1_000_000);
        }
        failures.forEach((what, times) -> System.out.println(times + " x (seed " + examples.get(what) + ") " + what));
        if (args.length > 4) {
            long seed = Long.parseLong(args[4]);
            Throwable failure = kind.seeds().attempt(seed, null, new SimTrace(false));
            System.out.println(failure == null ? "no failure" : kind.seeds().report(seed, failure));
        }
    }
}
