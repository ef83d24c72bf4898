package io.dromon.node.doctor;

import static io.dromon.node.doctor.Diagnosis.Level.FAIL;
import static io.dromon.node.doctor.Diagnosis.Level.OK;
import static io.dromon.node.doctor.Diagnosis.Level.WARNING;

import io.dromon.config.AdminOptions;
import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.IdentityOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.Options;
import io.dromon.config.Registry;
import io.dromon.config.ServerOptions;
import io.dromon.config.Source;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.doctor.Diagnosis.Channel;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.node.doctor.Diagnosis.Used;
import io.dromon.node.doctor.Diagnosis.Value;
import io.dromon.node.engine.DataDirectory;
import io.dromon.node.engine.DynamicEnd;
import io.dromon.node.engine.NodeSettings;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.recovery.FileProblem;
import io.dromon.transport.recovery.SavedViewFile;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The preflight check: everything that a cold start would fail on, by the very code that starts. Nothing is
 * changed, and no group is joined.
 */
public final class Doctor {
    /** Shown even if they have their default. */
    private static final Set<Option<?>> ALWAYS = Set.of(
            ServerOptions.WSREP_CLUSTER_ADDRESS,
            ServerOptions.WSREP_CLUSTER_NAME,
            ServerOptions.WSREP_NODE_NAME,
            Options.BASE_DIR,
            Options.GMCAST_LISTEN_ADDR,
            Options.SOCKET_SSL,
            Options.TLS_PROTOCOLS,
            Options.TLS_PROVIDER,
            IdentityOptions.TLS_VERIFY);

    private final NodeConfig config;
    /** What is wrong with the configuration; an option with a problem has its default in {@link #config}. */
    private final List<ConfigProblem> problems;

    private final List<Channel> channels = new ArrayList<>();

    private Doctor(NodeConfig config, List<ConfigProblem> problems) {
        this.config = config;
        this.problems = problems;
    }

    /**
     * Examines a configuration.
     *
     * @param configuration throws {@link ConfigException} if there is none
     * @param checkPeers whether to dial the addresses of the cluster; each peer logs a connection that ended
     */
    public static Diagnosis examine(Supplier<NodeConfig> configuration, boolean checkPeers) {
        try {
            return new Doctor(configuration.get(), List.of()).examine(checkPeers);
        } catch (ConfigException e) {
            return e.rest()
                    .map(rest -> new Doctor(rest, e.problems()).examine(checkPeers))
                    .orElseGet(() -> new Diagnosis(List.of(unusable(e.problems(), List.of())), List.of()));
        }
    }

    private static Channel unusable(List<ConfigProblem> problems, List<Finding> others) {
        List<Finding> findings = new ArrayList<>();
        problems.forEach(problem -> findings.add(new Finding(FAIL, problem.place(), problem.message())));
        findings.addAll(others);
        return new Channel("configuration", "unusable", List.of(), List.of(), findings);
    }

    /** Whether the configuration says something about this option that cannot be used. */
    private boolean isWrong(Option<?> option) {
        return problems.stream()
                .anyMatch(problem -> problem.place().equals(option.name())
                        || problem.message().startsWith(option.name() + ":"));
    }

    private Diagnosis examine(boolean checkPeers) {
        List<Finding> findings = new ArrayList<>();
        config.warnings().forEach(warning -> findings.add(Finding.named(WARNING, "configuration", warning)));
        if (findings.isEmpty() && problems.isEmpty()) {
            findings.add(new Finding(OK, "configuration", "every option is known and honoured"));
        }
        checkDataDirectory(findings);
        checkDatabase(findings);
        channels.add(
                problems.isEmpty()
                        ? new Channel("configuration", "", List.of(), List.of(), findings)
                        : unusable(problems, findings));
        List<Diagnosis.Peer> peers = group(checkPeers);
        channels.addAll(new StateTransferCheck(config).run());
        if (!isWrong(AdminOptions.ADMIN_LISTEN)) {
            AdminCheck.run(config, runningNode().isPresent()).ifPresent(channels::add);
        }
        return new Diagnosis(channels, peers);
    }

    private void checkDataDirectory(List<Finding> findings) {
        Path directory = config.dataDir().toAbsolutePath();
        @Nullable Path existing = directory;
        while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing)) {
            findings.add(
                    new Finding(FAIL, "data directory", existing + " is no directory; the node keeps its state there"));
            return;
        }
        if (directory.equals(existing)) {
            checkOwners(directory, findings);
        }
        if (!Files.isWritable(existing)) {
            findings.add(new Finding(
                    FAIL,
                    "data directory",
                    directory + " cannot be written by this user; the node keeps its state there"));
        } else if (findings.stream().noneMatch(finding -> finding.level() == FAIL)) {
            findings.add(
                    new Finding(OK, "data directory", directory + (existing.equals(directory) ? "" : " can be made")));
        }
    }

    private static void checkOwners(Path directory, List<Finding> findings) {
        try {
            for (DataDirectory.Finding finding : DataDirectory.findings(directory)) {
                findings.add(new Finding(finding.fatal() ? FAIL : WARNING, "data directory", finding.text()));
            }
            if (new SavedViewFile(directory).read() instanceof SavedViewFile.Content.Unusable unusable) {
                findings.add(new Finding(WARNING, "data directory", "is not continued from: " + unusable.reason()));
            }
        } catch (IOException e) {
            findings.add(new Finding(FAIL, "data directory", directory + ": " + FileProblem.of(e)));
        }
    }

    /** A node with the file of a database server would come among databases. */
    private void checkDatabase(List<Finding> findings) {
        List<String> signs = new ArrayList<>();
        Registry.find("wsrep_provider")
                .filter(provider -> config.source(provider).kind() != Source.Kind.DEFAULT
                        && config.text(provider).endsWith(".so"))
                .ifPresent(provider ->
                        signs.add("wsrep_provider is " + config.text(provider) + " (" + source(provider) + ")"));
        Path state = config.dataDir().resolve("grastate.dat");
        if (Files.exists(state)) {
            signs.add(state + " is the state of a database server");
        }
        if (!signs.isEmpty()) {
            findings.add(new Finding(
                    WARNING,
                    "databases",
                    String.join(", and ", signs) + ": if the members of this group are databases, a data node of Dromon"
                            + " must not be one of them and leaves as soon as it sees them; use 'dromon arbitrator'"
                            + " there"));
        }
    }

    // ---- the group

    private List<Diagnosis.Peer> group(boolean checkPeers) {
        List<Finding> findings = new ArrayList<>();
        List<Used> files = new ArrayList<>();
        Optional<TlsContexts> tls = Optional.empty();
        boolean usable = true;
        if (config.tls()) {
            for (Option<Path> option : List.of(
                    Options.SOCKET_SSL_CERT,
                    Options.SOCKET_SSL_KEY,
                    Options.SOCKET_SSL_CA,
                    Options.SOCKET_SSL_PASSWORD_FILE,
                    IdentityOptions.TLS_CRL)) {
                config.optional(option).ifPresent(file -> files.add(Used.of(option.name(), file, source(option))));
            }
            config.members(IdentityOptions.TLS_CLIENT_CA).forEach((organisation, all) -> {
                Option<?> option = IdentityOptions.TLS_CLIENT_CA.member(organisation);
                all.forEach(file -> files.add(Used.of(option.name(), file, source(option))));
            });
            tls = material(findings);
            usable = tls.isPresent();
        } else {
            findings.add(new Finding(
                    WARNING,
                    "TLS",
                    "links are plain text: every host that reaches the port can join and read; set socket.ssl_cert and"
                            + " socket.ssl_key on all nodes"));
        }
        NodeSettings.dynamic(config)
                .ifPresent(window -> findings.add(
                        new Finding(WARNING, "socket.dynamic", DynamicEnd.warning(window, Instant.now()))));
        ProtocolThread thread = ProtocolThread.start("dromon-doctor");
        try {
            checkListen(thread, tls, findings);
            channels.add(new Channel("group", mode(), values(), files, findings));
            return checkPeers && knowsPeers() ? new PeerCheck(config, thread, tls, usable).run() : List.of();
        } finally {
            thread.end();
            tls.ifPresent(TlsContexts::close);
        }
    }

    /** Key, certificates and trust; what the configuration has said of a file already is not said again. */
    private Optional<TlsContexts> material(List<Finding> findings) {
        boolean complete = Stream.of(Options.SOCKET_SSL_CERT, Options.SOCKET_SSL_KEY)
                .allMatch(option -> config.optional(option).isPresent());
        if (!complete) {
            return Optional.empty();
        }
        List<Finding> seen = new ArrayList<>();
        TlsSettings settings = NodeSettings.tls(config);
        Optional<TlsContexts> contexts = MaterialCheck.run(settings, seen, UnaryOperator.identity());
        contexts.ifPresent(own -> seen.add(MaterialCheck.identity(settings, own, Instant.now())));
        seen.removeIf(finding -> finding.level() == FAIL
                && Registry.find(finding.check()).filter(this::isWrong).isPresent());
        findings.addAll(seen);
        return contexts;
    }

    private boolean knowsPeers() {
        return config.optional(ServerOptions.WSREP_CLUSTER_ADDRESS).isPresent();
    }

    private boolean knowsListenAddress() {
        boolean port = knowsPeers()
                || config.value(Options.GMCAST_LISTEN_ADDR).hasPort()
                || config.optional(Options.BASE_PORT).isPresent();
        return port && !isWrong(Options.GMCAST_LISTEN_ADDR) && !isWrong(Options.BASE_PORT);
    }

    private String mode() {
        boolean dynamic = config.value(Options.SOCKET_DYNAMIC);
        return (config.tls() ? "TLS" : "PLAIN TEXT") + (dynamic ? ", the other mode is let in (socket.dynamic)" : "");
    }

    private List<Value> values() {
        List<Value> values = new ArrayList<>();
        for (Option<?> option : config.options()) {
            boolean about = option.equals(ServerOptions.WSREP_DATA_HOME_DIR)
                    || option.name().startsWith("socket.ssl")
                    || option.name().startsWith("tls.")
                    || option.equals(Options.SOCKET_DYNAMIC);
            boolean given = about && config.source(option).kind() != Source.Kind.DEFAULT;
            if (given || ALWAYS.contains(option)) {
                String text = config.text(option);
                values.add(new Value(option.name(), text.isEmpty() ? "(not set)" : text, source(option)));
            }
        }
        return values;
    }

    private String source(Option<?> option) {
        return config.source(option).place();
    }

    private void checkListen(ProtocolThread thread, Optional<TlsContexts> tls, List<Finding> findings) {
        if (!knowsListenAddress()) {
            return;
        }
        NettyLinks links = thread.links(NodeSettings.link(config), tls, () -> {}, bug -> {});
        try {
            String address = links.listen().replaceFirst("^[a-z]+", config.tls() ? "ssl" : "tcp");
            findings.add(new Finding(OK, Options.GMCAST_LISTEN_ADDR.name(), "can listen at " + address));
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            findings.add(runningNode()
                    .map(node -> new Finding(
                            OK, Options.GMCAST_LISTEN_ADDR.name(), "in use by the node that runs here: " + node))
                    .orElseGet(() -> Finding.named(FAIL, Options.GMCAST_LISTEN_ADDR.name(), text)));
        }
        links.stop().join();
    }

    /** The node of this data directory, if it runs at this address. */
    private Optional<String> runningNode() {
        try {
            var status = AdminClient.local(config.dataDir()).status();
            String address = status.path("listenAddress").asText();
            return address.endsWith(":" + config.listen().port())
                    ? Optional.of(status.path("name").asText() + " at " + address)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
