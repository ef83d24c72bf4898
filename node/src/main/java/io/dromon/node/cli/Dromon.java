package io.dromon.node.cli;

import io.dromon.config.ConfigException;
import io.dromon.config.NameBytes;
import io.dromon.node.NodeException;
import io.dromon.node.cli.bench.BenchCommand;
import io.dromon.node.cli.bench.replication.BenchNode;
import io.dromon.node.cli.bench.replication.BroadcastNode;
import io.dromon.node.cli.classes.ClassArchiveCommand;
import io.dromon.node.cli.classes.ClassLoadCommand;
import io.dromon.node.cli.control.ControlCommand;
import io.dromon.node.cli.demo.DemoCommand;
import io.dromon.node.cli.demo.DemoNode;
import io.dromon.node.cli.doctor.DoctorCommand;
import io.dromon.node.cli.kv.KvCommand;
import io.dromon.node.cli.log.LogSetup;
import io.dromon.node.cli.member.ArbitratorCommand;
import io.dromon.node.cli.member.LeaveOnSignal;
import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.member.PositionCommand;
import io.dromon.node.cli.options.OptionsCommand;
import io.dromon.node.cli.pki.PkiCommand;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExactArguments;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.Version;
import io.dromon.node.cli.rebootstrap.RebootstrapCommand;
import io.dromon.node.cli.sst.SstCommand;
import io.dromon.node.cli.tunnel.TunnelCommand;
import io.dromon.node.store.StoreException;
import io.dromon.transport.recovery.FileProblem;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.Security;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The executable. */
@Command(
        name = "dromon",
        description = "Galera's replication transport for the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "Environment:%n",
        footer = {
            "  DROMON_LOG_LEVEL    least level of log lines: ERROR, WARN, INFO (default), DEBUG, TRACE",
            "  DROMON_LOG_FORMAT   text (default) or json: one object a line",
            "  DROMON_JAVA_OPTS    further options of the JVM, -Xmx2g say; they count more than Dromon's own"
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:it could not be done; the reason was printed", "2:the command line cannot be read"
        },
        subcommands = {
            DemoCommand.class,
            NodeCommand.class,
            PositionCommand.class,
            ArbitratorCommand.class,
            ControlCommand.Status.class,
            ControlCommand.Reload.class,
            ControlCommand.Relink.class,
            ControlCommand.Rotate.class,
            ControlCommand.Evict.class,
            ControlCommand.Drain.class,
            ControlCommand.Undrain.class,
            ControlCommand.Set.class,
            RebootstrapCommand.class,
            KvCommand.class,
            OptionsCommand.class,
            DoctorCommand.class,
            PkiCommand.class,
            TunnelCommand.class,
            BenchCommand.class,
            SstCommand.class,
            ClassArchiveCommand.class,
            ClassLoadCommand.class,
            BenchNode.class,
            BroadcastNode.class,
            DemoNode.class
        })
public final class Dromon implements Runnable {
    /** Their last message is a line of the log, where a program reads that. */
    private static final Set<String> SERVICES = Set.of("node", "arbitrator", "tunnel");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public static void main(String[] decoded) {
        LogSetup.use();
        // Names move: the JDK would keep an answer for 30 s, and that there is none for 10 s. Read at the first
        // look-up.
        Security.setProperty("networkaddress.cache.ttl", "5");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        String[] arguments = ExactArguments.of(decoded);
        boolean snapshot = arguments.length > 0 && arguments[0].equals("sst");
        int code = (snapshot ? snapshotCommandLine() : commandLine()).execute(arguments);
        LeaveOnSignal.endedByItself();
        System.exit(code);
    }

    /** {@code dromon sst} alone: a joiner and a donor want to start quickly, and reading all commands takes time. */
    private static CommandLine snapshotCommandLine() {
        SstCommand.warmUp();
        CommandSpec root = CommandSpec.wrapWithoutInspection(new Dromon()).name("dromon");
        return handled(new CommandLine(root).addSubcommand(new SstCommand()));
    }

    /** The whole command line. */
    public static CommandLine commandLine() {
        CommandLine line = handled(new CommandLine(new Dromon()));
        // As garbd takes them: --addr for --address.
        Objects.requireNonNull(line.getSubcommands().get("arbitrator")).setAbbreviatedOptionsAllowed(true);
        return line;
    }

    private static CommandLine handled(CommandLine line) {
        return line.setParameterExceptionHandler((failure, arguments) -> usage(failure))
                .registerConverter(Path.class, NameBytes::path)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, result) -> {
                    String text = told(failure);
                    if (LogSetup.isJson() && SERVICES.contains(command.getCommandName())) {
                        // No field: a logger before LogSetup.use() would be another program's.
                        LoggerFactory.getLogger(Dromon.class).error("{}", text);
                    } else {
                        command.getErr().println("dromon: " + terminal(text));
                    }
                    return failure instanceof CommandFailure known ? known.code() : ExitCode.FAILED;
                });
    }

    /** What cannot be read, what may be meant, and where it is described: not the description, which would bury both. */
    private static int usage(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("dromon: " + terminal(String.valueOf(failure.getMessage())));
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("try: " + command.getCommandSpec().qualifiedName() + " --help");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** What the user needs to know; anything unforeseen is a bug and goes on. */
    private static String told(Exception failure) throws Exception {
        if (failure instanceof NodeException
                || failure instanceof ConfigException
                || failure instanceof StoreException
                || failure instanceof CommandFailure) {
            return String.valueOf(failure.getMessage());
        } else if (failure instanceof IOException io) {
            return FileProblem.of(io);
        } else if (failure instanceof UncheckedIOException && failure.getCause() instanceof IOException io) {
            return FileProblem.of(io);
        }
        throw failure;
    }

    /** Lines stay lines; what could steer the terminal, from a file or a peer, does not. */
    private static String terminal(String message) {
        return message.lines().map(PeerText::printable).collect(Collectors.joining("\n"));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, for example: dromon demo");
    }
}
