package io.dromon.node.cli.member;

import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.node.Node;
import io.dromon.node.cli.log.LogFile;
import io.dromon.node.cli.member.lines.LineApplication;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.node.cli.member.lines.Lines;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.rebootstrap.SettledOptions;
import io.dromon.node.store.ReplicatedStore;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dromon node}. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a node of a cluster, with the embedded store on disk (DIR/store): every node of the cluster holds all of"
                    + " it. Views, states and the log go to standard error.",
            "With --pipe it keeps lines instead: each line of standard input becomes a write-set, and each write-set of the cluster's order is"
                    + " printed as SEQNO TAB ORIGIN TAB LINE.",
            "The lines are kept in DIR/lines: a node that comes back prints what it missed before anything new. Append the"
                    + " output of each start to one file (>>), and the files of all nodes are equal: the last line of the"
                    + " file tells what was printed. Where the output is no file, what is kept counts as printed.",
            "SIGHUP: reads the TLS files again and opens the log file again. Leaves cleanly on SIGTERM."
        })
public final class NodeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private NodeFlags flags;

    @Option(
            names = {"-l", "--log"},
            paramLabel = "FILE",
            description = "Append the log, views and states there instead of standard error; a SIGHUP opens it again.")
    private @Nullable String log;

    @Option(names = "--pipe", description = "Replicate the lines of standard input and print the cluster's order.")
    private boolean pipe;

    @Option(
            names = "--stay",
            description = "With --pipe: stay in the group after the end of the input, until a signal.")
    private boolean stay;

    @Option(
            names = "--memory",
            description =
                    "Keep nothing on disk: the store is in memory, and a node that comes back gets all from another one;"
                            + " with --pipe no lines are kept, and it prints the order from there on. The same for all"
                            + " nodes of a cluster.")
    private boolean memory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (stay && !pipe) {
            throw new ParameterException(spec.commandLine(), "--stay is for --pipe: a node with a store stays anyway");
        }
        NodeConfig config = flags.config();
        ReloadOnHangUp hangUp = ReloadOnHangUp.install(LogFile.use(log));
        return pipe ? runPiped(config, hangUp) : StoreMember.run(config, memory, hangUp);
    }

    private int runPiped(NodeConfig config, ReloadOnHangUp hangUp) throws IOException, InterruptedException {
        if (!memory && Files.isDirectory(config.dataDir().resolve(ReplicatedStore.DIRECTORY))) {
            throw new CommandFailure(
                    config.dataDir() + " is the data directory of a node with a store: start it without"
                            + " --pipe, or give this one a data directory of its own (--data-dir)");
        }
        // System.out would keep to itself that a disk is full or a reader gone.
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        Lines application = memory ? new LineApplication(out) : LineState.of(config.dataDir(), out);
        Node node = Node.start(config, application);
        hangUp.of(node);
        LeaveOnSignal.install(node::leave, application.stopped(), () -> application.failure() != null);
        try {
            node.synced().get();
        } catch (ExecutionException e) {
            throw new CommandFailure(message(e.getCause()));
        }
        LeaveOnSignal.endWith(node, application.stopped(), () -> application.failure() != null);
        long failed = new LineSource(System.in, node, config.name()).run();
        if (stay) {
            LeaveOnSignal.awaitEnd(node, application.stopped());
        } else {
            node.leave();
        }
        if (failed > 0) {
            LOG.error("{}: {} lines were not committed, see above", config.name(), failed);
        }
        return failed > 0 || application.failure() != null ? ExitCode.FAILED : 0;
    }

    private static String message(@Nullable Throwable cause) {
        return cause == null ? "joining failed" : String.valueOf(cause.getMessage());
    }

    /** The flags that make the configuration of a node. */
    public static final class NodeFlags {
        @Option(
                names = {"-a", "--address"},
                paramLabel = "gcomm://HOST:PORT,...",
                description = "Addresses of the group's nodes; gcomm:// alone starts a new cluster.")
        private @Nullable String address;

        @Option(
                names = {"-g", "--group"},
                paramLabel = "NAME",
                description = "Group name (wsrep_cluster_name).")
        private @Nullable String group;

        @Option(
                names = {"-n", "--name"},
                paramLabel = "NAME",
                description = "Node name (wsrep_node_name).")
        private @Nullable String name;

        @Option(
                names = "--listen",
                paramLabel = "tcp://HOST:PORT",
                description = "Own address (gmcast.listen_addr); port 0: any free one.")
        private @Nullable String listen;

        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                description =
                        "Where the node keeps its state, the current directory if not given; no two nodes share one.")
        private @Nullable Path dataDirectory;

        @Option(
                names = {"-o", "--options"},
                paramLabel = "\"NAME=VALUE;...\"",
                description = "Provider options, as in wsrep_provider_options; see dromon options.")
        private @Nullable String options;

        @Option(
                names = {"--new-cluster", "--wsrep-new-cluster"},
                description = "Start a new cluster, whatever the addresses are; for one start, as mariadbd has it.")
        private boolean newCluster;

        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                description = "A .cnf file with wsrep_* settings; flags given here win.")
        private @Nullable Path file;

        public NodeConfig config() {
            NodeConfigBuilder builder = NodeConfig.builder();
            if (file != null) {
                builder.file(file);
            }
            builder.commandLine();
            if (address != null) {
                builder.address(address);
            }
            if (group != null) {
                builder.group(group);
            }
            if (name != null) {
                builder.name(name);
            }
            if (listen != null) {
                builder.listen(listen);
            }
            if (dataDirectory != null) {
                builder.dataDir(dataDirectory);
            }
            if (options != null) {
                builder.options(options);
            }
            if (newCluster) {
                builder.bootstrap(true);
            }
            return SettledOptions.over(builder.build());
        }
    }
}
