package io.dromon.node.cli;

import io.dromon.config.CnfFile;
import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.NameBytes;
import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.config.ServerOptions;
import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon arbitrator}: garbd's place, with garbd's flags. */
@Command(
        name = "arbitrator",
        mixinStandardHelpOptions = true,
        description = {
            "Joins a cluster of Galera databases or Dromon nodes as a member without data: it votes in the quorum,"
                    + " relays, and keeps the cluster's count.",
            "The flags are garbd's. SIGHUP: reads the TLS files again and opens the log file again. Leaves cleanly on"
                    + " SIGTERM."
        })
final class ArbitratorCommand implements Callable<Integer> {
    private static final List<String> NAMES =
            List.of("address", "group", "options", "name", "log", "donor", "sst", "daemon", "workdir");
    /** A file of garbd's has none. */
    private static final String NO_SECTION = "garbd";

    @Option(
            names = {"-a", "--address"},
            paramLabel = "gcomm://HOST:PORT,...",
            description = "Addresses of the group's nodes.")
    private @Nullable String address;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "NAME",
            description = "Group name (wsrep_cluster_name).")
    private @Nullable String group;

    @Option(
            names = {"-o", "--options"},
            paramLabel = "\"NAME=VALUE;...\"",
            description = "Provider options; see dromon options.")
    private @Nullable String options;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            description = "Own name, garb if not given.")
    private @Nullable String name;

    @Option(
            names = {"-l", "--log"},
            paramLabel = "FILE",
            description = "Append the report there instead of standard error; a SIGHUP opens it again.")
    private @Nullable String log;

    @Option(
            names = {"-c", "--cfg"},
            paramLabel = "FILE",
            description = "A file of NAME = VALUE lines with the names of these flags; flags given here win.")
    private @Nullable Path file;

    @Option(names = "--donor", paramLabel = "NAMES", description = "Preferred donors of the (empty) state transfer.")
    private @Nullable String donor;

    @Option(names = "--sst", paramLabel = "REQUEST", description = "Not supported: an arbitrator takes no state.")
    private @Nullable String sst;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "Where gvwstate.dat is kept, the current directory if not given.")
    private @Nullable String workdir;

    @Option(
            names = {"-d", "--daemon"},
            description = "Not supported: run it under systemd, or in the background of a shell.")
    private boolean daemon;

    @Override
    public Integer call() throws InterruptedException {
        if (file != null) {
            read(file);
        }
        if (daemon) {
            throw new CommandFailure("--daemon: a JVM cannot detach itself; run it as a service of systemd"
                    + " (Type=simple), or as 'dromon arbitrator ... &' in a shell");
        }
        if (sst != null) {
            throw new CommandFailure("--sst: triggering a state transfer script on a donor is not supported; use garbd"
                    + " for that, or take a backup on the donor itself");
        }
        ReloadOnHangUp hangUp = ReloadOnHangUp.install(LogFile.use(log)); // the log goes where the report goes
        Report application = new Report(System.err);
        Node node = Node.start(config(), application);
        hangUp.of(node);
        LeaveOnSignal.install(node, application.stopped, () -> application.failed);
        LeaveOnSignal.awaitEnd(node, application.stopped);
        return application.failed ? Dromon.FAILED : 0;
    }

    private NodeConfig config() {
        if (address == null || group == null) {
            throw new CommandFailure("an arbitrator needs --address gcomm://HOST:PORT,... and --group NAME");
        }
        NodeConfigBuilder builder = NodeConfig.builder()
                .arbitrator()
                .commandLine()
                .address(address)
                .group(group)
                .name(name == null ? "garb" : name)
                .dataDir(NameBytes.path(workdir == null ? "." : workdir));
        if (donor != null) {
            builder.option(ServerOptions.WSREP_SST_DONOR, donor);
        }
        if (options != null) {
            builder.options(options);
        }
        return builder.build();
    }

    /** garbd's configuration file. */
    private void read(Path path) {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, String> values = new HashMap<>();
        for (CnfFile.Line line : CnfFile.read(path, NO_SECTION, problems)) {
            String name = line.section().equals(NO_SECTION) ? line.name() : line.section() + "." + line.name();
            if (NAMES.contains(name)) {
                values.put(name, line.value());
            } else {
                problems.add(new ConfigProblem(
                        line.place(), "unknown name '" + name + "'; known are " + String.join(", ", NAMES)));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        address = given(address, values.get("address"));
        group = given(group, values.get("group"));
        options = given(options, values.get("options"));
        name = given(name, values.get("name"));
        log = given(log, values.get("log"));
        donor = given(donor, values.get("donor"));
        sst = given(sst, values.get("sst"));
        workdir = given(workdir, values.get("workdir"));
        daemon |= values.containsKey("daemon");
    }

    private static @Nullable String given(@Nullable String flag, @Nullable String inFile) {
        return flag == null ? inFile : flag;
    }

    /** Says what happens in the cluster. */
    private static final class Report implements Application {
        private final PrintStream out;
        private final CountDownLatch stopped = new CountDownLatch(1);
        private volatile boolean failed;
        private long last = -1;

        Report(PrintStream out) {
            this.out = out;
        }

        @Override
        public void deliver(Delivery delivery) {
            last = delivery.seqno();
        }

        @Override
        public void onView(ClusterView view) {
            out.println((view.primary() ? "view primary" : "view non-primary") + " configuration="
                    + view.configuration() + " seqno=" + view.seqno() + " last-write-set=" + last + " members="
                    + view.members().stream().map(ClusterView.Member::name).collect(Collectors.joining(",")));
        }

        @Override
        public void onState(NodeState state) {
            out.println("state " + state);
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            failed = failure != null;
            out.println(
                    failure == null ? "left the group; last write-set " + last : "stopped: " + failure.getMessage());
            out.flush();
            stopped.countDown();
        }
    }
}
