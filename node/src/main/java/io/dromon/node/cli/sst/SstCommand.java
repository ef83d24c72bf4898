package io.dromon.node.cli.sst;

import io.dromon.config.SstSection;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.SstSettings;
import io.dromon.sst.Token;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.script.ScriptMethod;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dromon sst}. */
@Command(
        name = "sst",
        mixinStandardHelpOptions = true,
        description = "A snapshot from a donor to a joiner, over TLS that both have proven.",
        synopsisSubcommandLabel = "receive|send|pack|unpack",
        subcommands = {
            SstCommand.Receive.class,
            SstCommand.Send.class,
            SstArchiveCommand.Pack.class,
            SstArchiveCommand.Unpack.class
        })
public final class SstCommand implements Runnable {
    /** Where the token is taken from if no file is named. */
    public static final String TOKEN_VARIABLE = Token.VARIABLE;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "receive, send, pack or unpack?");
    }

    /** Loads in the background what a transfer will need, while the command line and the files are read. */
    public static void warmUp() {
        Thread thread = new Thread(StreamMethod::prepare, "sst-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    /** Fails where zstd is needed and cannot be loaded. */
    static void checkLibrary() {
        StreamMethod.libraryProblem().ifPresent(problem -> {
            throw new CommandFailure(problem);
        });
    }

    /** What both ends have. */
    static final class Common {
        @Option(
                names = "--method",
                defaultValue = "stream",
                paramLabel = "stream|rsync|script",
                description =
                        "stream is Dromon's own; rsync runs the real one through a tunnel; script runs the program"
                                + " behind --, in DIR: what the donor's writes to its standard output the joiner's reads from"
                                + " its standard input (${DEFAULT-VALUE}).")
        private String method = "stream";

        @Parameters(
                paramLabel = "PROGRAM",
                description = "For --method script, as: send ... -- tar -c . and receive ... -- tar -x")
        private List<String> program = List.of();

        @Option(
                names = {"-o", "--options"},
                defaultValue = "",
                paramLabel = "\"NAME=VALUE;...\"",
                description = "Options of the [sst] section: tcert, tkey, tca (or ssl-cert, ...), rlimit,"
                        + " sst-initial-timeout, and streams, zstd-level (0 to 19 or adaptive), idle-timeout,"
                        + " total-timeout.")
        private String options = "";

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "An option file: its section [sst], as MariaDB's script reads it. --options count more.")
        private @Nullable Path config;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description =
                        "Holds the one-time token, mode 0600; the joiner makes it, and removes it at the end. Else the environment's "
                                + TOKEN_VARIABLE + ".")
        private @Nullable Path tokenFile;

        @Option(names = "--json", description = "Events as JSON, one a line.")
        private boolean json;

        SstSettings settings(SstSettings.Role role, String joiner) {
            Map<String, String> map = new LinkedHashMap<>();
            if (config != null) {
                SstSection section = SstSection.read(config);
                section.warnings().forEach(warning -> System.err.println("dromon: warning: " + warning));
                section.options().forEach((name, value) -> {
                    Optional<String> without = SstSettings.withoutEffect(name, method);
                    if (without.isPresent()) {
                        System.err.println("dromon: warning: [sst] " + name + " has no effect on method " + method
                                + ": " + without.get());
                    } else {
                        map.put(name, value);
                    }
                });
            }
            for (String pair : options.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    map.put(
                            pair.substring(0, equals).strip().replace('_', '-'),
                            pair.substring(equals + 1).strip());
                } else if (!pair.isBlank()) {
                    throw new CommandFailure("--options: '" + pair.strip() + "' is no NAME=VALUE");
                }
            }
            try {
                return SstSettings.of(map, role, method, joiner);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
        }

        void checkMethod() {
            if (!List.of("stream", "rsync", "script").contains(method)) {
                throw new CommandFailure("--method " + method + ": stream, rsync and script are there");
            }
            if (method.equals("stream")) {
                checkLibrary();
            }
            if (method.equals("script") == program.isEmpty()) {
                throw new CommandFailure(
                        program.isEmpty()
                                ? "--method script needs a program, as: send ... -- tar -c ., or receive ... -- tar -x"
                                : "'" + program.get(0) + "': only --method script runs a program");
            }
        }

        SnapshotMethod method(SstSettings settings) {
            return switch (method) {
                case "stream" -> new StreamMethod();
                case "rsync" -> new RsyncMethod();
                default -> new ScriptMethod(program, settings.filter());
            };
        }

        SstReport report(SstSettings settings) {
            return new SstReport(System.out, System.err, json, settings.progress());
        }

        private static @Nullable Token fromEnvironment() {
            String text = System.getenv(TOKEN_VARIABLE);
            try {
                return text == null ? null : Token.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(TOKEN_VARIABLE + ": " + e.getMessage());
            }
        }
    }

    private static TlsContexts contexts(SstSettings settings) {
        try {
            return settings.contexts();
        } catch (TlsConfigException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private static String host(String text) {
        int colon = text.lastIndexOf(':');
        return text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
    }

    private static Token token(Path file) {
        try {
            return Token.read(file);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    /** Not looked up yet. */
    private static InetSocketAddress address(String text) {
        InetSocketAddress address;
        try {
            address = InetSocketAddress.createUnresolved(
                    host(text), Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CommandFailure("'" + text + "' is no HOST:PORT");
        }
        if (host(text).isEmpty()) {
            throw new CommandFailure("'" + text + "' is no HOST:PORT; 0.0.0.0 is every IPv4 address, [::] any");
        }
        return address;
    }

    private static InetSocketAddress own(String text) {
        InetSocketAddress named = address(text);
        InetSocketAddress address = new InetSocketAddress(named.getHostString(), named.getPort());
        if (address.isUnresolved()) {
            throw new CommandFailure("'" + text + "': no such host");
        }
        return address;
    }

    /** A wildcard is printed as it was asked for. */
    private static String shown(InetSocketAddress bound, String asked) {
        String host = bound.getAddress().isAnyLocalAddress()
                ? host(asked)
                : bound.getAddress().getHostAddress();
        return new TunnelAddress(host, bound.getPort()).toString();
    }

    /** {@code dromon sst receive}. */
    @Command(
            name = "receive",
            mixinStandardHelpOptions = true,
            description = {
                "The joiner: prints 'ready ADDRESS TOKEN-REF', and takes one snapshot.",
                "The target is replaced when all has arrived and was checked, and is untouched otherwise."
            })
    static final class Receive implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Common common;

        @Option(
                names = "--listen",
                defaultValue = "0.0.0.0:4444",
                paramLabel = "HOST:PORT",
                description = "Port 0: any free one (${DEFAULT-VALUE}).")
        private String listen = "";

        @Option(names = "--target", required = true, paramLabel = "DIR", description = "What the snapshot becomes.")
        @SuppressWarnings("NullAway.Init") // required
        private Path target;

        @Override
        public Integer call() throws IOException, InterruptedException {
            common.checkMethod();
            SstSettings settings = common.settings(SstSettings.Role.JOINER, "");
            SnapshotMethod method = common.method(settings);
            SstReport report = common.report(settings);
            InetSocketAddress address = own(listen);
            CancelOnSignal signal = new CancelOnSignal();
            try (TlsContexts tls = contexts(settings);
                    TokenPlace place = TokenPlace.of(Common.fromEnvironment(), common.tokenFile);
                    SnapshotJoiner joiner = method.listen(
                            address,
                            new SnapshotMethod.Terms(tls, place.token(), settings.stream(), report),
                            new SnapshotTarget.Directory(target, Limits.NONE))) {
                signal.with(joiner::cancel);
                report.ready(shown(joiner.address(), listen), place.reference());
                report.done(joiner.await());
                return 0;
            } catch (IOException e) {
                report.failed(e);
                return ExitCode.FAILED;
            } finally {
                signal.over();
            }
        }
    }

    /** {@code dromon sst send}. */
    @Command(
            name = "send",
            mixinStandardHelpOptions = true,
            description = "The donor: sends a directory, which must stand still, to a joiner.")
    static final class Send implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Common common;

        @Option(names = "--to", required = true, paramLabel = "HOST:PORT", description = "The joiner's address.")
        private String to = "";

        @Option(names = "--source", required = true, paramLabel = "DIR", description = "What is sent.")
        @SuppressWarnings("NullAway.Init") // required
        private Path source;

        @Option(
                names = "--position",
                required = true,
                paramLabel = "UUID:SEQNO",
                description = "The last event that the source holds.")
        private String position = "";

        @Override
        public Integer call() throws IOException, InterruptedException {
            common.checkMethod();
            SstSettings settings = common.settings(SstSettings.Role.DONOR, host(to));
            SnapshotMethod method = common.method(settings);
            SstReport report = common.report(settings);
            Position last;
            try {
                last = Position.parse(position);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()));
            }
            Token token = common.tokenFile != null ? token(common.tokenFile) : Common.fromEnvironment();
            if (token == null) {
                throw new CommandFailure("no token: --token-file or the environment's " + TOKEN_VARIABLE);
            }
            CancelOnSignal signal = new CancelOnSignal();
            try (TlsContexts tls = contexts(settings)) {
                SnapshotDonor donor = method.donor(
                        address(to),
                        new SnapshotMethod.Terms(tls, token, settings.stream(), report),
                        new SnapshotSource.Files(source));
                signal.with(donor::cancel);
                report.done(donor.send(last));
                return 0;
            } catch (IOException e) {
                report.failed(e);
                return ExitCode.FAILED;
            } finally {
                signal.over();
            }
        }
    }
}
