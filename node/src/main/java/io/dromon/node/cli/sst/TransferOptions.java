package io.dromon.node.cli.sst;

import io.dromon.config.SstSection;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SstSettings;
import io.dromon.sst.Token;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.script.ScriptMethod;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The flags that both ends have. */
final class TransferOptions {
    @Option(
            names = "--method",
            defaultValue = "stream",
            paramLabel = "stream|rsync|script",
            description = "stream is Dromon's own; rsync runs the real one through a tunnel; script runs the program"
                    + " behind --, in DIR: what the donor's writes to its standard output the joiner's reads from"
                    + " its standard input (${DEFAULT-VALUE}).")
    private String method = "stream";

    @Parameters(
            paramLabel = "PROGRAM",
            description = "For --method script, as: send ... -- tar -c . and receive ... -- tar -x; it counts more than"
                    + " donor-program and joiner-program of [sst].")
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
                            + Token.VARIABLE + ".")
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
                    System.err.println("dromon: warning: [sst] " + name + " has no effect on method " + method + ": "
                            + without.get());
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
            ZstdLibrary.check();
        }
        if (!method.equals("script") && !program.isEmpty()) {
            throw new CommandFailure("'" + program.get(0) + "': only --method script runs a program");
        }
    }

    SnapshotMethod method(SstSettings settings) {
        return switch (method) {
            case "stream" -> new StreamMethod();
            case "rsync" -> new RsyncMethod();
            default -> new ScriptMethod(command(settings), settings.filter());
        };
    }

    private List<String> command(SstSettings settings) {
        List<String> command = program.isEmpty() ? settings.program() : program;
        if (command.isEmpty()) {
            throw new CommandFailure(
                    "--method script needs a program, as: send ... -- tar -c ., or receive ... -- tar -x;"
                            + " or donor-program and joiner-program in [sst]");
        }
        return command;
    }

    SstReport report(SstSettings settings) {
        return new SstReport(System.out, System.err, json, settings.progress());
    }

    /** The token of {@code --token-file}, else the environment's. */
    Token token() {
        Token token = tokenFile != null ? read(tokenFile) : fromEnvironment();
        if (token == null) {
            throw new CommandFailure("no token: --token-file or the environment's " + Token.VARIABLE);
        }
        return token;
    }

    /** Where the joiner's token is, which is made if the environment has none. */
    TokenPlace tokenPlace() throws IOException {
        return TokenPlace.of(fromEnvironment(), tokenFile);
    }

    private static Token read(Path file) {
        try {
            return Token.read(file);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Token fromEnvironment() {
        String text = System.getenv(Token.VARIABLE);
        try {
            return text == null ? null : Token.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(Token.VARIABLE + ": " + e.getMessage());
        }
    }

    static TlsContexts contexts(SstSettings settings) {
        try {
            return settings.contexts();
        } catch (TlsConfigException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }
}
