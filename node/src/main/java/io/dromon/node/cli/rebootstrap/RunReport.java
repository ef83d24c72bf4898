package io.dromon.node.cli.rebootstrap;

import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.print.Table;
import io.dromon.node.rebootstrap.RebootstrapDriver;
import io.dromon.node.rebootstrap.core.CoordinatorOutput;
import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.transport.wire.PeerText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells a run while it goes on, and what came of it: for people, or as {@link RunEvent}s. */
final class RunReport implements RebootstrapDriver.Watcher {
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private record Begun(String phase, long atNs) {}

    private final PrintStream out;
    private final boolean json;
    private long beganNs = System.nanoTime();
    private final List<Begun> phases = new ArrayList<>();

    RunReport(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    private double seconds(long ns) {
        return (ns - beganNs) / NS_PER_SECOND;
    }

    /** What is going to be done; the run begins. */
    void plan(RebootstrapPlan plan) {
        beganNs = System.nanoTime();
        List<String> nodes = plan.nodes().stream()
                .map(node -> node.name() + " (" + node.adminAddress() + ")")
                .toList();
        if (json) {
            print(new RunEvent.Plan(plan.procedure().toString(), plan.cluster(), new TreeMap<>(plan.options()), nodes));
            return;
        }
        List<String> changes = new ArrayList<>();
        new TreeMap<>(plan.options()).forEach((name, value) -> changes.add(name + "=" + value));
        TreeMap<String, String> files = new TreeMap<>();
        plan.nodes().forEach(node -> files.putAll(node.files()));
        files.keySet().forEach(option -> changes.add(option + " from files"));
        line("procedure " + plan.procedure() + " on cluster '" + plan.cluster() + "'");
        line("changes   "
                + (changes.isEmpty() ? "nothing: brings the cluster back as it is" : String.join(", ", changes)));
        line("nodes     " + String.join(", ", nodes));
    }

    @Override
    public void kept(JournalRecord record) {
        if (record instanceof JournalRecord.PhaseBegan began) {
            Begun begun = new Begun(began.phase().name(), System.nanoTime());
            phases.add(begun);
            if (json) {
                print(new RunEvent.PhaseBegins(seconds(begun.atNs()), begun.phase()));
            } else {
                line(at(begun.atNs()) + "  " + begun.phase());
            }
        }
    }

    @Override
    public void told(CoordinatorOutput.Progress progress) {
        String phase = progress.phase() == null ? null : progress.phase().name();
        if (progress.node() == null && phase != null && progress.text().equals("begins")) {
            return; // its record has told it
        }
        if (json) {
            print(new RunEvent.Told(seconds(System.nanoTime()), phase, progress.node(), progress.text()));
        } else {
            String node = progress.node() == null ? "" : "  " + progress.node() + ": ";
            line(at(System.nanoTime()) + "  " + node + progress.text());
        }
    }

    private String at(long ns) {
        return String.format(Locale.ROOT, "%8.3f s", seconds(ns));
    }

    /**
     * What came of it.
     *
     * @param overNs when the run was over
     * @param measured null without a probe
     * @param next what the operator does now
     */
    void ended(CoordinatorOutput.End end, long overNs, @Nullable Measured measured, String next) {
        if (json) {
            print(new RunEvent.End(
                    end.outcome().name(),
                    seconds(overNs),
                    end.problems(),
                    times(overNs),
                    measured == null || !measured.isMeasured() ? null : ms(measured.cluster()),
                    measured == null ? Map.of() : nodes(measured),
                    next));
            return;
        }
        if (end.outcome() != Outcome.REFUSED) {
            if (!phases.isEmpty()) {
                phaseTable(overNs);
            }
            if (measured != null) {
                outages(measured);
            }
        }
        line("");
        line(word(end.outcome()) + " after " + String.format(Locale.ROOT, "%.3f s", seconds(overNs)));
        end.problems().forEach(problem -> line("  - " + problem));
        line(next);
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case DONE -> "DONE: all nodes have the changed configuration,";
            case UNDONE -> "UNDONE: all nodes have the original configuration,";
            case FEASIBLE -> "FEASIBLE: nothing was changed,";
            case REFUSED -> "REFUSED: nothing was done,";
            case FAILED -> "FAILED,";
        };
    }

    private List<RunEvent.PhaseTime> times(long overNs) {
        List<RunEvent.PhaseTime> times = new ArrayList<>();
        for (int i = 0; i < phases.size(); i++) {
            Begun begun = phases.get(i);
            long endNs = i + 1 < phases.size() ? phases.get(i + 1).atNs() : overNs;
            times.add(new RunEvent.PhaseTime(begun.phase(), seconds(begun.atNs()), (endNs - begun.atNs()) / NS_PER_MS));
        }
        return times;
    }

    private void phaseTable(long overNs) {
        Table table = Table.of("phase").numbers("begins", "takes");
        for (RunEvent.PhaseTime time : times(overNs)) {
            table.row(
                    time.phase(),
                    String.format(Locale.ROOT, "%.3f s", time.atSeconds()),
                    String.format(Locale.ROOT, "%.0f ms", time.tookMs()));
        }
        line("");
        out.print(table);
    }

    private void outages(Measured measured) {
        line("");
        if (!measured.isMeasured()) {
            line("outage: not measured");
        } else {
            line("outage: " + told(measured.cluster()) + " without a commit on any node, by the probe's writes");
        }
        measured.nodes().forEach((name, node) -> {
            String refused = node.refused() == 0 ? "" : ", " + node.refused() + " not acknowledged";
            line("  " + name + ": "
                    + (node.commits() == 0
                            ? "not measured" + (node.why().isEmpty() ? "" : ": " + node.why())
                            : told(node.outage()) + "; " + node.commits() + " writes acknowledged" + refused));
        });
    }

    private static String told(OutageMeter.Outage outage) {
        return (outage.seen() ? "" : "at least ")
                + String.format(Locale.ROOT, "%.0f ms", ms(outage))
                + (outage.over() ? "" : " and still none");
    }

    private static double ms(OutageMeter.Outage outage) {
        return outage.lengthNs() / NS_PER_MS;
    }

    private static Map<String, RunEvent.NodeOutage> nodes(Measured measured) {
        Map<String, RunEvent.NodeOutage> nodes = new TreeMap<>();
        measured.nodes()
                .forEach((name, node) -> nodes.put(
                        name,
                        new RunEvent.NodeOutage(
                                node.commits() == 0 ? null : ms(node.outage()),
                                node.commits(),
                                node.refused(),
                                node.commits() > 0 || node.why().isEmpty() ? null : node.why())));
        return nodes;
    }

    private void print(RunEvent event) {
        out.println(Json.line(event));
        out.flush();
    }

    private void line(String text) {
        out.println(PeerText.lines(text));
        out.flush();
    }
}
