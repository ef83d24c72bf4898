package io.dromon.node.state.snapshot;

import io.dromon.config.Address;
import io.dromon.config.ConfigException;
import io.dromon.config.ConfigProblem;
import io.dromon.config.NodeConfig;
import io.dromon.config.ServerOptions;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SstSettings;
import io.dromon.sst.SstSettings.Role;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.script.ScriptMethod;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a node's configuration says of snapshots. Immutable; made anew for each transfer, so that what is changed while the node
 * runs counts for the next one.
 *
 * @param method of {@code wsrep_sst_method}, for what this node takes; a donor gives by the method that is asked for
 * @param receive where a donor reaches this node: a host, and a port, 0 for any that is free
 * @param section the options of {@code [sst]}
 * @param links what the links of the node are made with, which counts where {@code section} names no certificate; empty in
 *     plain text
 * @param directory where snapshots that are under way lie
 */
public record SnapshotSettings(
        Method method, Address receive, SnapshotSection section, Optional<TlsSettings> links, Path directory) {
    private static final String NAME = ServerOptions.WSREP_SST_METHOD.name();
    private static final String NO_CERTIFICATE =
            "no snapshot can be given or taken: links are plain text, and [sst] names no"
                    + " certificate; set tcert, tkey and tca in [sst], or socket.ssl_cert, socket.ssl_key and socket.ssl_ca for all";

    /** How snapshots travel. */
    public enum Method {
        /** Dromon's own. */
        STREAM,
        /** The real rsync through a tunnel. */
        RSYNC,
        /** A program of the operator's at each end. */
        SCRIPT,
        /** None is taken: what an incremental transfer cannot give is missing. */
        SKIP;

        /** By its name in the configuration and in requests; empty if there is none of this name. */
        static Optional<Method> named(String name) {
            for (Method method : values()) {
                if (method.wireName().equalsIgnoreCase(name)) {
                    return Optional.of(method);
                }
            }
            return Optional.empty();
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @param settings of the end that runs it */
        SnapshotMethod transport(SstSettings settings) {
            return switch (this) {
                case STREAM -> new StreamMethod();
                case RSYNC -> new RsyncMethod();
                case SCRIPT -> new ScriptMethod(settings.program(), settings.filter());
                case SKIP -> throw new IllegalStateException("no snapshot travels by " + this);
            };
        }
    }

    /**
     * A program that a snapshot may need.
     *
     * @param option by which it is named
     * @param command program and arguments
     * @param problem why it cannot be run, and what to do; empty if it can
     */
    public record Program(String option, String command, Optional<String> problem) {}

    /**
     * Reads a configuration. Asks no name server and opens no file.
     *
     * @param links what the links are made with, empty in plain text
     * @throws ConfigException if the method is none of a node's, or {@code [sst]} cannot be honoured
     */
    public static SnapshotSettings of(NodeConfig config, Optional<TlsSettings> links) {
        Method method = method(config);
        SnapshotSection section = SnapshotSection.of(config);
        // ALPN belongs to links.
        Optional<TlsSettings> own = links.map(tls -> new TlsSettings(
                tls.certificate(),
                tls.key(),
                tls.ca(),
                tls.passwordFile(),
                tls.cipher(),
                tls.provider(),
                tls.protocols(),
                tls.peers()));
        SnapshotSettings settings = new SnapshotSettings(
                method,
                ReceiveAddress.of(config),
                section,
                own,
                config.dataDir().resolve("state-transfer"));
        check(section, method == Method.SKIP ? Method.STREAM : method);
        check(section, Method.SCRIPT); // a donor gives by what is asked for
        if (method == Method.SCRIPT && settings.commandOf(Role.JOINER).isEmpty()) {
            throw refused(
                    config.source(ServerOptions.WSREP_SST_METHOD).place(),
                    NAME + "=script runs a program, and [sst] names none: set " + Role.JOINER.programOption()
                            + " there, for example tar -x, and " + Role.DONOR.programOption()
                            + " on all nodes that may be donors, for example tar -c .");
        }
        return settings;
    }

    private static void check(SnapshotSection section, Method method) {
        for (Role role : Role.values()) {
            try {
                SstSettings unused = section.settings(role, method, "joiner");
            } catch (IllegalArgumentException e) {
                throw refused("[sst]", String.valueOf(e.getMessage()).replaceFirst("^\\[sst] ", ""));
            }
        }
    }

    private List<String> commandOf(Role role) {
        return section.settings(role, Method.SCRIPT, "joiner").program();
    }

    private static Method method(NodeConfig config) {
        String name = config.value(ServerOptions.WSREP_SST_METHOD);
        return Method.named(name)
                .orElseThrow(() -> refused(
                        config.source(ServerOptions.WSREP_SST_METHOD).place(),
                        NAME + "=" + name + ": "
                                + switch (name.toLowerCase(Locale.ROOT)) {
                                    case "mariabackup",
                                            "mysqldump",
                                            "rsync_wan",
                                            "backup",
                                            "xtrabackup",
                                            "xtrabackup-v2" ->
                                        "this is a method of the database server, and the state here is no database's; use stream,"
                                                + " rsync or script";
                                    default ->
                                        "there is no such method; use stream, rsync, script, or skip for incremental transfers alone";
                                }));
    }

    private static ConfigException refused(String place, String message) {
        return new ConfigException(List.of(new ConfigProblem(place, message)));
    }

    /** The programs of {@code [sst]} that this node may run. Looks whether they are there. */
    public List<Program> programs() {
        List<Program> programs = new ArrayList<>();
        for (Role role : Role.values()) {
            List<String> command = commandOf(role);
            if (!command.isEmpty() && (role == Role.DONOR || method == Method.SCRIPT)) {
                programs.add(new Program(
                        "[sst] " + role.programOption(), String.join(" ", command), ScriptMethod.problem(command)));
            }
        }
        return programs;
    }

    /**
     * Why a method cannot be used here, and what to do; empty if it can. May load a library, and looks whether a program is
     * there.
     */
    Optional<String> problem(Role role, Method by) {
        if (by == Method.STREAM) {
            return StreamMethod.libraryProblem();
        }
        if (by != Method.SCRIPT) {
            return Optional.empty();
        }
        List<String> command = commandOf(role);
        return command.isEmpty()
                ? Optional.of("[sst] names no program for it: set " + role.programOption() + " on this node")
                : ScriptMethod.problem(command).map(why -> "[sst] " + role.programOption() + ": " + why);
    }

    /** What is given in {@code [sst]} and has no effect on a node, for the log at its start. */
    public List<String> warnings() {
        return section.warnings(method);
    }

    /** Why this node takes no snapshots, and what to do; empty if it does. Incremental transfers are not concerned. */
    public Optional<String> whyNotTaken() {
        return method == Method.SKIP
                ? Optional.of(
                        "no snapshot is taken: " + NAME + "=skip; set stream to have one where the events that are"
                                + " missed are in no cache any more")
                : whyNotGiven();
    }

    /** Why this node gives no snapshots, and what to do; empty if it does. Incremental transfers are not concerned. */
    public Optional<String> whyNotGiven() {
        return links.isEmpty() && !section.namesCertificates() ? Optional.of(NO_CERTIFICATE) : Optional.empty();
    }

    /**
     * Loads the files of both roles once, and looks for the programs, for the start of a node: later nobody watches.
     *
     * @throws ConfigException if one of them cannot be used
     */
    public void checkFiles() {
        checkPrograms();
        if (whyNotGiven().isPresent() || !section.namesCertificates()) {
            return; // none, or those that the links were made with
        }
        for (Role role : Role.values()) {
            try {
                settings(role, Method.STREAM, "joiner").contexts().close();
            } catch (TlsConfigException e) {
                throw refused("[sst]", String.valueOf(e.getMessage()).replaceFirst("^\\[sst] ", ""));
            }
        }
    }

    /**
     * Looks for the programs alone.
     *
     * @throws ConfigException if one of them is not there
     */
    public void checkPrograms() {
        for (Program program : programs()) {
            program.problem().ifPresent(why -> {
                throw refused(program.option(), why);
            });
        }
    }

    /** Where a joiner receives. */
    public Path incoming() {
        return directory.resolve("incoming");
    }

    /** Where a donor's application leaves its snapshot; does not exist, the directory above it does after {@link #prepare}. */
    public Path outgoing() {
        return directory.resolve("outgoing");
    }

    /**
     * Makes the directory of transfers, and removes what a crash has left of {@link #outgoing}.
     *
     * @throws IOException if this is not possible
     */
    public void prepare() throws IOException {
        TransferDirectory.make(directory);
        TransferDirectory.remove(outgoing());
    }

    /**
     * For one transfer.
     *
     * @param joiner its host, which a donor may compare with the certificate
     */
    SstSettings settings(Role role, Method by, String joiner) {
        SstSettings settings = section.settings(role, by, joiner);
        if (section.namesCertificates()) {
            return settings;
        }
        TlsSettings tls = links.orElseThrow(() -> new IllegalStateException(NO_CERTIFICATE));
        return new SstSettings(
                tls, List.of(), settings.stream(), settings.program(), settings.filter(), settings.progress());
    }
}
