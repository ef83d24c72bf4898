package io.dromon.node.cli.tunnel;

import io.dromon.config.ConfigException;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.HangUp;
import io.dromon.sst.tunnel.Tunnel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.sst.tunnel.TunnelConfig;
import io.dromon.sst.tunnel.TunnelException;
import io.dromon.sst.tunnel.TunnelService;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code dromon tunnel}. */
@Command(
        name = "tunnel",
        mixinStandardHelpOptions = true,
        description = {
            "Wraps the connections of TCP services into TLS, both ends verified, as stunnel does and from its"
                    + " configuration files.",
            "A file without sections serves standard input and output, as for rsync --rsh; what rsync adds to the"
                    + " command line is ignored then."
        })
public final class TunnelCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "A configuration in stunnel's format.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(names = "--check", description = "Read the file and load the certificates, say what would run, and end.")
    private boolean check;

    @Option(
            names = "--allow-unauthenticated",
            description = "Run services that let in peers without verifying them, which are refused otherwise.")
    private boolean allowUnauthenticated;

    @Option(
            names = "--process-name",
            paramLabel = "NAME",
            description = "What the system's lists of processes call this one (Linux). MariaDB's script of state"
                    + " transfer waits until a process whose name begins with stunnel listens.")
    private @Nullable String processName;

    @Unmatched
    private List<String> rest = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (processName != null) {
            Files.writeString(Path.of("/proc/self/comm"), processName);
        }
        TunnelConfig config = config();
        if (!rest.isEmpty() && !config.onStandardStreams()) {
            throw new ParameterException(spec.commandLine(), "unknown argument: " + rest.get(0));
        }
        if (check) {
            describe(config, System.out::println, name -> System.out.println("warning: " + name));
        } else {
            // Standard output may be the connection, or what another program's script reads.
            describe(config, LOG::info, LOG::warn);
        }
        try {
            if (check) {
                Tunnel.check(config);
                return 0;
            }
            return run(config);
        } catch (TunnelException e) {
            throw new CommandFailure(e.getMessage() + cause(e));
        }
    }

    private TunnelConfig config() {
        try {
            return TunnelConfig.read(file, allowUnauthenticated);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(file + ": no such file");
        } catch (IOException e) {
            throw new CommandFailure(file + ": " + e.getMessage());
        }
    }

    private static void describe(TunnelConfig config, Consumer<String> out, Consumer<String> warnings) {
        config.services().forEach(service -> out.accept(service.describe()));
        config.notes().forEach(note -> out.accept("note: " + note));
        config.services().stream()
                .filter(service -> !service.tls().verification().authenticates())
                .map(TunnelService::name)
                .forEach(name -> warnings.accept("[" + name + "] encrypts and lets in any peer"));
    }

    /** As stunnel does at a SIGHUP. */
    private void reload(Tunnel tunnel) {
        try {
            TunnelConfig config = config();
            tunnel.reload(config);
            describe(config, LOG::info, LOG::warn);
        } catch (TunnelException e) {
            LOG.error("not reloaded, all stays as it was: {}{}", e.getMessage(), cause(e));
        } catch (ConfigException | CommandFailure e) {
            LOG.error("not reloaded, all stays as it was: {}", e.getMessage());
        }
    }

    private int run(TunnelConfig config) throws TunnelException, InterruptedException {
        Tunnel tunnel = Tunnel.start(config);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            tunnel.close();
                            if (stopped.getCount() > 0) {
                                // A signal: an ordered end, which is no failure.
                                System.err.flush();
                                Runtime.getRuntime().halt(0);
                            }
                        },
                        "dromon-tunnel-shutdown"));
        if (!config.onStandardStreams()) {
            if (!HangUp.does(() -> reload(tunnel))) {
                LOG.warn("a SIGHUP reloads nothing here, it ends the tunnel");
            }
            tunnel.addresses()
                    .forEach(address -> LOG.info(
                            "listening on {}",
                            new TunnelAddress(address.getAddress().getHostAddress(), address.getPort())));
            new CountDownLatch(1).await(); // until a signal
        }
        boolean inOrder =
                tunnel.serveStreams(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        stopped.countDown();
        tunnel.close();
        return inOrder ? 0 : ExitCode.FAILED;
    }

    private static String cause(TunnelException e) {
        return e.getCause() instanceof IOException io ? ": " + io.getMessage() : "";
    }
}
