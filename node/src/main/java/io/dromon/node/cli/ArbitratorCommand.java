package io.dromon.node.cli;

import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.config.ServerOptions;
import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
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
            "The flags are garbd's. Leaves cleanly on SIGTERM."
        })
final class ArbitratorCommand implements Callable<Integer> {
    private static final Set<String> KEYS =
            Set.of("address", "group", "options", "name", "log", "donor", "sst", "daemon", "workdir");

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
            description = "Append the report there instead of standard error.")
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
    public Integer call() throws IOException, InterruptedException {
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
        PrintStream report = report();
        System.setErr(report); // the log goes where the report goes
        Report application = new Report(report);
        Node node = Node.start(config(), application);
        LeaveOnSignal.install(node, application.stopped, () -> application.failed);
        application.stopped.await();
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
                .dataDir(Path.of(workdir == null ? "." : workdir));
        if (donor != null) {
            builder.option(ServerOptions.WSREP_SST_DONOR, donor);
        }
        if (options != null) {
            builder.options(options);
        }
        return builder.build();
    }

    /** garbd's configuration file. */
    private void read(Path path) throws IOException {
        Properties values = new Properties();
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            values.load(reader);
        }
        for (String key : values.stringPropertyNames()) {
            if (!KEYS.contains(key)) {
                throw new CommandFailure(path + ": unknown name '" + key + "'; known are " + String.join(", ", KEYS));
            }
        }
        address = given(address, values, "address");
        group = given(group, values, "group");
        options = given(options, values, "options");
        name = given(name, values, "name");
        log = given(log, values, "log");
        donor = given(donor, values, "donor");
        sst = given(sst, values, "sst");
        workdir = given(workdir, values, "workdir");
        daemon |= values.containsKey("daemon");
    }

    private static @Nullable String given(@Nullable String flag, Properties values, String key) {
        String value = values.getProperty(key);
        if (flag != null || value == null) {
            return flag;
        }
        String text = value.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    private PrintStream report() throws IOException {
        return log == null
                ? System.err
                : new PrintStream(new FileOutputStream(log, true), true, StandardCharsets.UTF_8);
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
