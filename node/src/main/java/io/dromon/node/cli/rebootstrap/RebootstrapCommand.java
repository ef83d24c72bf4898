package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminSessions;
import io.dromon.node.cli.control.ClientTls;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.rebootstrap.ChangeableOptions;
import io.dromon.node.rebootstrap.JournalFile;
import io.dromon.node.rebootstrap.PlanFile;
import io.dromon.node.rebootstrap.PlanFiles;
import io.dromon.node.rebootstrap.core.Choice;
import io.dromon.node.rebootstrap.core.Choice.Kind;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dromon rebootstrap}. */
@Command(
        name = "rebootstrap",
        mixinStandardHelpOptions = true,
        description = {
            "Changes what all nodes of a cluster must have alike, TLS on or off, its authority, its cipher: stops the cluster,"
                    + " and lets the node with the newest state make it anew, in phases that prove what the next one relies on.",
            "Give the addresses of all nodes by --cluster, and what is changed by --options, --to or --recover; or a plan by"
                    + " --plan-file. --plan tells what stands against it, and changes nothing.",
            "What is done is in the journal before it is done: after a failure, Ctrl-C or a crash --resume goes on, and --undo"
                    + " goes back, with the same journal."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done: the nodes are as was asked for; with --plan, nothing stands against it",
            "1:refused or not begun, and nothing was changed; the reason was printed",
            "2:the command line cannot be read",
            "3:it failed or was stopped on the way; --resume or --undo",
            "4:it went back by itself: the cluster runs as before; the reason was printed"
        })
public final class RebootstrapCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--cluster",
            split = ",",
            paramLabel = "URL",
            description =
                    "All nodes: https://HOST:PORT of their admin listeners, or unix:DIR with the data directory of a node"
                            + " of this machine.")
    private List<String> cluster = List.of();

    @Option(
            names = {"-o", "--options"},
            paramLabel = "\"NAME=VALUE;...\"",
            description = "What is changed on all nodes, as in wsrep_provider_options: socket.ssl, socket.ssl_*, tls.*,"
                    + " socket.checksum, socket.dynamic. A relative file is brought from --files, an absolute one is on the"
                    + " nodes already.")
    private @Nullable String options;

    @Option(
            names = "--files",
            paramLabel = "DIR",
            description =
                    "Where the files are that --options names: DIR/NODE/FILE, or DIR/FILE. {node} in a name stands for that"
                            + " of the node: socket.ssl_cert={node}.crt.")
    private @Nullable Path files;

    @Option(names = "--to", paramLabel = "plain", description = "Turn TLS off; the same as --options socket.ssl=NO.")
    private @Nullable String to;

    @Option(
            names = "--recover",
            description = "Change nothing: bring back a cluster whose nodes all went down, from the newest state.")
    private boolean recover;

    @Option(
            names = "--plan-file",
            paramLabel = "FILE",
            description = "A plan as JSON: cluster, options, and for each node name, url and files.")
    private @Nullable Path planFile;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Way way;

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    private List<GivenUp> without = new ArrayList<>(); // picocli adds to it

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            description = "What was done, for --resume and --undo (${DEFAULT-VALUE}).")
    private Path journal = Path.of("rebootstrap.journal");

    @Option(names = "--no-probe", description = "Write nothing to measure the outage.")
    private boolean noProbe;

    @Option(names = "--json", description = "Events as JSON, one a line.")
    private boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientTls tls;

    /** Which way to go. */
    private static final class Way {
        @Option(names = "--plan", required = true, description = "Tell what stands against it; change nothing.")
        private boolean plan;

        @Option(names = "--run", required = true, description = "Do it.")
        private boolean run;

        @Option(names = "--resume", required = true, description = "Go on with what the journal has.")
        private boolean resume;

        @SuppressWarnings("UnusedVariable") // what is left of the four
        @Option(names = "--undo", required = true, description = "Go back to the configuration from before.")
        private boolean undo;

        Kind kind() {
            return plan ? Kind.PLAN : run ? Kind.RUN : resume ? Kind.RESUME : Kind.UNDO;
        }
    }

    /** A node that is given up in this run. */
    private static final class GivenUp {
        @Option(
                names = "--without",
                required = true,
                paramLabel = "NODE",
                description = "Give up a node that does not answer, for this run.")
        private String node = "";

        @Option(names = "--because", required = true, paramLabel = "TEXT", description = "Why, for the journal.")
        private String because = "";
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Kind kind = way.kind();
        checkFlags(kind);
        Choice choice = choice(kind);
        try (NodeWays ways = new NodeWays(tls);
                AdminSessions sessions = new AdminSessions()) {
            RunReport report = new RunReport(System.out, json);
            RebootstrapRun run = new RebootstrapRun(ways, sessions, report, !noProbe);
            if (kind == Kind.RESUME || kind == Kind.UNDO) {
                try (JournalFile file = opened()) {
                    tls.check(NodeWays.anySecure(planOf(file).nodes()));
                    return run.goOn(file, journal, planOf(file), choice);
                }
            }
            RebootstrapPlan plan = plan(ways, sessions, choice);
            for (PlannedNode node : plan.nodes()) {
                PlanFiles.read(node); // what cannot be read is told before anything is begun
            }
            return kind == Kind.PLAN ? run.plan(plan, choice) : begin(run, plan, choice);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private void checkFlags(Kind kind) {
        int changes = (options != null ? 1 : 0) + (to != null ? 1 : 0) + (recover ? 1 : 0) + (planFile != null ? 1 : 0);
        boolean isNew = kind == Kind.PLAN || kind == Kind.RUN;
        if (!isNew && (changes > 0 || !cluster.isEmpty() || files != null)) {
            throw usage("--resume and --undo take nodes and options from the journal; leave them out");
        }
        if (isNew && changes != 1) {
            throw usage("name what is changed by one of --options, --to plain, --recover and --plan-file");
        }
        if (isNew && (planFile == null) == cluster.isEmpty()) {
            throw usage(
                    planFile == null
                            ? "--cluster is missing: the addresses of all nodes, separated by commas"
                            : "--plan-file has the nodes; leave --cluster out");
        }
        if (files != null && options == null) {
            throw usage("--files belongs to --options; a plan file has its own");
        }
        if (to != null && !to.equals("plain")) {
            throw usage("--to takes 'plain'; to turn TLS on, name its files by --options");
        }
    }

    private ParameterException usage(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    private Choice choice(Kind kind) {
        Map<String, String> givenUp = new TreeMap<>();
        for (GivenUp each : without) {
            if (givenUp.put(each.node, each.because) != null) {
                throw usage("--without " + each.node + " stands twice");
            }
        }
        try {
            return new Choice(kind, givenUp);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private RebootstrapPlan plan(NodeWays ways, AdminSessions sessions, Choice choice) throws IOException {
        if (planFile != null) {
            RebootstrapPlan written = PlanFile.read(planFile);
            List<PlannedNode> nodes = new ArrayList<>();
            for (PlannedNode node : written.nodes()) {
                nodes.add(new PlannedNode(node.name(), NodeWays.address(node.adminAddress()), node.files()));
            }
            tls.check(NodeWays.anySecure(nodes));
            return new RebootstrapPlan(written.procedure(), written.cluster(), written.options(), nodes);
        }
        List<Survey.Addressed> nodes =
                cluster.stream().map(Survey.Addressed::of).toList();
        tls.check(nodes.stream().anyMatch(node -> node.address().startsWith("https:")));
        Map<String, String> changed =
                ChangeableOptions.parse(to != null ? "socket.ssl=NO" : options == null ? "" : options);
        if (options != null && changed.isEmpty()) {
            throw usage("--options is empty; --recover changes nothing");
        }
        if (files == null) {
            ChangeableOptions.checkOnNodes(changed);
        }
        return new Survey(ways, sessions).plan(nodes, choice.without().keySet(), changed, files);
    }

    private int begin(RebootstrapRun run, RebootstrapPlan plan, Choice choice)
            throws IOException, InterruptedException {
        try (JournalFile file = JournalFile.create(journal)) {
            try {
                return run.begin(file, journal, plan, choice);
            } finally {
                if (file.records().isEmpty()) {
                    Files.deleteIfExists(journal); // nothing was begun
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    journal + " is there already, with a procedure in it: --resume or --undo that, or name"
                            + " another file by --journal");
        }
    }

    private JournalFile opened() throws IOException {
        try {
            return JournalFile.open(journal);
        } catch (NoSuchFileException e) {
            throw new CommandFailure("there is no journal " + journal + ": name that of the --run by --journal");
        }
    }

    private RebootstrapPlan planOf(JournalFile file) {
        for (JournalRecord record : file.records()) {
            if (record instanceof JournalRecord.Planned planned) {
                return planned.plan();
            }
        }
        throw new CommandFailure(journal + " holds no plan: nothing was begun; remove it, and use --run");
    }
}
