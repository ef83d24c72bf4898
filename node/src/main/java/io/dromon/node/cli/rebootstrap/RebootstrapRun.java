package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminSessions;
import io.dromon.node.cli.process.CancelOnSignal;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.rebootstrap.JournalFile;
import io.dromon.node.rebootstrap.RebootstrapDriver;
import io.dromon.node.rebootstrap.core.Choice;
import io.dromon.node.rebootstrap.core.Choice.Kind;
import io.dromon.node.rebootstrap.core.Coordinator;
import io.dromon.node.rebootstrap.core.CoordinatorOutput;
import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.Limits;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.transport.recovery.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One run of the command, with its probe, its report and its end. */
final class RebootstrapRun {
    /** The procedure is open. */
    private static final int OPEN = 3;
    /** The cluster runs as before. */
    private static final int WENT_BACK = 4;

    /** How long a node may take to its first acknowledged write. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);

    private final NodeWays ways;
    private final AdminSessions sessions;
    private final RunReport report;
    private final boolean probes;

    RebootstrapRun(NodeWays ways, AdminSessions sessions, RunReport report, boolean probes) {
        this.ways = ways;
        this.sessions = sessions;
        this.report = report;
        this.probes = probes;
    }

    /** Tells what stands against a plan. */
    int plan(RebootstrapPlan plan, Choice choice) throws IOException, InterruptedException {
        return run(Coordinator.of(plan, Limits.DEFAULT), record -> {}, plan, choice, null);
    }

    /** Begins a plan with an empty journal. */
    int begin(JournalFile file, Path path, RebootstrapPlan plan, Choice choice)
            throws IOException, InterruptedException {
        return run(Coordinator.of(plan, Limits.DEFAULT), file::append, plan, choice, path);
    }

    /** Goes on with a journal, or back. */
    int goOn(JournalFile file, Path path, RebootstrapPlan plan, Choice choice)
            throws IOException, InterruptedException {
        return run(Coordinator.of(file.records(), Limits.DEFAULT), file::append, plan, choice, path);
    }

    private int run(
            Coordinator coordinator,
            RebootstrapDriver.Journal journal,
            RebootstrapPlan plan,
            Choice choice,
            @Nullable Path path)
            throws IOException, InterruptedException {
        report.plan(plan);
        CancelOnSignal signal = new CancelOnSignal("the run");
        Probe probe = probes && choice.kind() != Kind.PLAN ? new Probe(plan.nodes(), ways, sessions) : null;
        try (HttpNodes nodes = new HttpNodes(plan.nodes(), ways, sessions)) {
            if (probe != null) {
                probe.awaitCommits(Long.MIN_VALUE + 1, PROBE_LIMIT);
                probe.begin();
            }
            RebootstrapDriver driver = new RebootstrapDriver(coordinator, journal, nodes, report);
            signal.with(driver::stop);
            Optional<CoordinatorOutput.End> end = driver.run(choice);
            long overNs = System.nanoTime();
            if (end.isEmpty()) {
                System.err.println(
                        "dromon: stopped; nodes are as the last lines say. " + next(path, Outcome.FAILED, choice));
                return OPEN;
            }
            report.ended(
                    end.get(),
                    overNs,
                    measured(probe, end.get(), overNs),
                    next(path, end.get().outcome(), choice));
            return code(choice.kind(), end.get().outcome());
        } catch (IOException e) {
            System.err.println(
                    "dromon: the journal cannot be kept (" + FileProblem.of(e) + "); nothing that follows from its"
                            + " next record was done. " + next(path, Outcome.FAILED, choice));
            return OPEN;
        } finally {
            if (probe != null) {
                probe.close();
            }
            signal.over();
        }
    }

    private static @Nullable Measured measured(@Nullable Probe probe, CoordinatorOutput.End end, long overNs)
            throws InterruptedException {
        if (probe == null) {
            return null;
        }
        if (end.outcome() == Outcome.DONE || end.outcome() == Outcome.UNDONE) {
            probe.awaitCommits(overNs, PROBE_LIMIT);
        }
        return probe.measured();
    }

    private static String next(@Nullable Path path, Outcome outcome, Choice choice) {
        return switch (outcome) {
            case DONE, UNDONE ->
                choice.without().isEmpty()
                        ? "The journal " + path + " may be removed."
                        : "Keep the journal: when "
                                + new TreeSet<>(choice.without().keySet()) + " run again, dromon"
                                + " rebootstrap --resume --journal " + path + " brings them to what the others have.";
            case FEASIBLE -> "Do it by --run.";
            case REFUSED -> "";
            case FAILED ->
                path == null
                        ? "Nothing was changed. A node that is lost for good can be given up: --without NODE --because TEXT."
                        : "Go on: dromon rebootstrap --resume --journal " + path
                                + "; go back: dromon rebootstrap --undo --journal " + path
                                + "; with the same --ca, --cert and --key.";
        };
    }

    private static int code(Kind kind, Outcome outcome) {
        return switch (outcome) {
            case DONE, FEASIBLE -> 0;
            case UNDONE -> kind == Kind.UNDO ? 0 : WENT_BACK;
            case REFUSED -> ExitCode.FAILED;
            case FAILED -> kind == Kind.PLAN ? ExitCode.FAILED : OPEN;
        };
    }
}
