package io.dromon.node.cli.member;

import io.dromon.config.CnfFile;
import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.NameBytes;
import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.config.Options;
import io.dromon.config.ServerOptions;
import io.dromon.node.Application;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.cli.log.LogFile;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dromon arbitrator}: garbd's place, with garbd's flags. */
@Command(
        name = "arbitrator",
        versionProvider = Version.class,
        description = {
            "Joins a cluster of Galera databases or Dromon nodes as a member without data: it votes in the quorum,"
                    + " relays, and keeps the cluster's count.",
            "The flags are garbd's. SIGHUP: reads the TLS files again and opens the log file again. Leaves cleanly on"
                    + " SIGTERM."
        })
public final class ArbitratorCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ArbitratorCommand.class);
    private static final List<String> NAMES =
            List.of("address", "group", "options", "name", "log", "donor", "sst", "daemon", "workdir");
    /** A file of garbd's has none. */
    private static final String NO_SECTION = "garbd";

    @Option(
            names = {"-a", "--address"},
            paramLabel = "gcomm://HOST:PORT,...",
            description = "Addresses of the group's nodes; may also stand without a flag.")
    private @Nullable String address;

    @Parameters(arity = "0..1", paramLabel = "ADDRESS", description = "The same as --address.")
    private @Nullable String place;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    private boolean unusedHelp; // picocli acts on it

    @Option(
            names = {"-v", "-V", "--version"},
            versionHelp = true,
            description = "Print version information and exit.")
    private boolean unusedVersion; // as above

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

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

    @Option(names = "--donor", paramLabel = "NAMES", description = "Preferred donors.")
    private @Nullable String donor;

    @Option(
            names = "--sst",
            paramLabel = "METHOD:ARGUMENT",
            description =
                    "Ask a donor to run wsrep_sst_METHOD with this address, for a backup say, and end with its result: exit"
                            + " code 0 if the donor had success.")
    private @Nullable String sst;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description =
                    "Where gvwstate.dat is kept, the current directory if not given; with --daemon / if not given, and"
                            + " relative paths of --options belong there.")
    private @Nullable String workdir;

    @Option(
            names = {"-d", "--daemon"},
            description = "Go on in the background once the node listens.")
    private boolean daemon;

    @Option(names = DaemonStart.CHILD, hidden = true)
    private boolean child;

    @Override
    public Integer call() throws InterruptedException {
        if (file != null) {
            read(file);
        }
        if (place != null && address != null) {
            throw new ParameterException(
                    spec.commandLine(), "the address can be given once, by --address or without it");
        }
        address = given(address, place);
        if (address == null) {
            throw new CommandFailure(
                    "no address of the group is given; write it as gcomm://HOST:PORT,... or with --address");
        }
        if (group == null) {
            throw new CommandFailure("no name of the group is given; write --group NAME");
        }
        if (child) {
            DaemonStart.watchStarter();
        } else if (daemon) {
            return DaemonStart.run(daemonArguments(), workdir == null ? "/" : workdir);
        }
        ReloadOnHangUp hangUp = ReloadOnHangUp.install(LogFile.use(log)); // the log goes where the report goes
        Report application = new Report(name == null ? "garb" : name);
        Node node = Node.start(config(address, group), application);
        hangUp.of(node);
        if (child) {
            DaemonStart.ready(log != null);
        }
        LeaveOnSignal.install(node::leave, application.stopped, () -> application.failed);
        LeaveOnSignal.awaitEnd(node, application.stopped);
        return application.failed ? ExitCode.FAILED : 0;
    }

    /** The flags for the process in the background, whose current directory is another one. */
    private List<String> daemonArguments() {
        List<String> arguments = new ArrayList<>(List.of("arbitrator", DaemonStart.CHILD));
        Map<String, @Nullable String> flags = new LinkedHashMap<>();
        flags.put("--address", address);
        flags.put("--group", group);
        flags.put("--options", options);
        flags.put("--name", name);
        flags.put("--donor", donor);
        flags.put("--sst", sst);
        flags.put("--log", log == null ? null : Path.of(log).toAbsolutePath().toString());
        flags.forEach((flag, value) -> {
            if (value != null) {
                arguments.add(flag + "=" + value);
            }
        });
        return arguments;
    }

    private NodeConfig config(String place, String cluster) {
        NodeConfigBuilder builder = NodeConfig.builder()
                .arbitrator()
                .commandLine()
                .address(place)
                .group(cluster)
                .name(name == null ? "garb" : name)
                .dataDir(NameBytes.path(workdir == null ? "." : workdir));
        if (donor != null) {
            builder.option(ServerOptions.WSREP_SST_DONOR, donor);
        }
        if (options != null) {
            builder.options(options);
        }
        if (sst != null && !sst.equals("trivial")) {
            builder.option(Options.NODE_SNAPSHOT_REQUEST, sst);
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

    /** Counts what happens in the cluster. */
    private static final class Report implements Application {
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final String name;
        private volatile boolean failed;
        private long last = -1;

        Report(String name) {
            this.name = name;
        }

        @Override
        public void deliver(Delivery delivery) {
            last = delivery.seqno();
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            failed = failure != null;
            if (last < 0) {
                LOG.info("{}: no write-set came", name);
            } else {
                LOG.info("{}: the last write-set was {}", name, last);
            }
            stopped.countDown();
        }
    }
}
