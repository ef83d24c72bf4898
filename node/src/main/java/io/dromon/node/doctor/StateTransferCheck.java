package io.dromon.node.doctor;

import static io.dromon.node.doctor.Diagnosis.Level.FAIL;
import static io.dromon.node.doctor.Diagnosis.Level.OK;
import static io.dromon.node.doctor.Diagnosis.Level.WARNING;

import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.ServerOptions;
import io.dromon.config.Source;
import io.dromon.node.doctor.Diagnosis.Channel;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.node.doctor.Diagnosis.Used;
import io.dromon.node.doctor.Diagnosis.Value;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.sst.SstSettings;
import io.dromon.sst.tunnel.Reasons;
import io.dromon.transport.tls.TlsContexts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a node would find wrong with its snapshots: the section {@code [sst]}, its certificates and programs. */
final class StateTransferCheck {
    private static final Pattern CERTIFICATES =
            Pattern.compile("t(ca|capath|cert|key)|ssl-(server-|client-)?(ca|capath|cert|key)");
    private static final Set<String> OWN_METHODS = Set.of("stream", "rsync", "script");

    private final NodeConfig config;
    private final List<Channel> channels = new ArrayList<>();

    StateTransferCheck(NodeConfig config) {
        this.config = config;
    }

    /** What method script runs is looked at apart, since a donor runs it whatever its own method is. */
    private static boolean ofPrograms(Option<?> option) {
        return option.name().matches("sst\\.((donor|joiner)-program|(de)?compressor)");
    }

    /** The programs of method script, by the code that starts a node. */
    private void programs(List<Value> named, String method) {
        if (named.isEmpty() && !method.equals("script")) {
            return;
        }
        List<Finding> findings = new ArrayList<>();
        try {
            SnapshotSettings settings = SnapshotSettings.of(config, Optional.empty());
            for (SnapshotSettings.Program program : settings.programs()) {
                findings.add(new Finding(
                        program.problem().isEmpty() ? OK : FAIL,
                        program.option(),
                        program.problem().orElse("can run " + program.command())));
            }
            if (method.equals("script")
                    && named.stream().noneMatch(value -> value.option().equals("sst.donor-program"))) {
                findings.add(new Finding(
                        WARNING,
                        "[sst] donor-program",
                        "is not set: this node takes snapshots by method script, and can give none"));
            }
        } catch (ConfigException e) {
            e.problems().forEach(problem -> findings.add(new Finding(FAIL, problem.place(), problem.message())));
        }
        channels.add(new Channel("sst programs", "wsrep_sst_method=" + method, named, List.of(), findings));
    }

    /** A channel for the programs, and one for each role, as far as the configuration says something of them. */
    List<Channel> run() {
        roles();
        return channels;
    }

    private void roles() {
        Map<String, String> given = new LinkedHashMap<>();
        List<Value> values = new ArrayList<>();
        for (Option<?> option : config.options()) {
            if (option.scope() == Option.Scope.SST && config.source(option).kind() != Source.Kind.DEFAULT) {
                values.add(new Value(option.name(), config.text(option), source(option)));
                if (!option.secret() && !ofPrograms(option)) {
                    given.put(option.name().substring("sst.".length()), config.text(option));
                }
            }
        }
        String method = config.value(ServerOptions.WSREP_SST_METHOD);
        programs(
                values.stream()
                        .filter(value -> value.option().endsWith("-program"))
                        .toList(),
                method);
        if (given.isEmpty()) {
            return;
        }
        values.add(new Value(ServerOptions.WSREP_SST_METHOD.name(), method, source(ServerOptions.WSREP_SST_METHOD)));
        boolean withLinks = config.tls()
                && given.keySet().stream()
                        .noneMatch(name -> CERTIFICATES.matcher(name).matches());
        if (withLinks) {
            given.put("tcert", "-"); // those of the links count, which the channel of the group shows
        }
        for (SstSettings.Role role : SstSettings.Role.values()) {
            List<Finding> findings = new ArrayList<>();
            List<Used> files = new ArrayList<>();
            String mode = "not known";
            try {
                if (withLinks) {
                    SstSettings unused = SstSettings.of(given, role, method);
                    mode = "TLS, with the certificates of the links";
                    channels.add(new Channel(channelOf(role), mode, values, files, findings));
                    continue;
                }
                SstSettings settings = SstSettings.of(given, role, method);
                mode = "TLS, both certificates verified";
                files.add(Used.of("certificate", settings.tls().certificate(), "[sst]"));
                files.add(Used.of("key", settings.tls().key(), "[sst]"));
                settings.tls().ca().ifPresent(file -> files.add(Used.of("CA", file, "[sst]")));
                MaterialCheck.run(settings.tls(), findings, Reasons.SST::words).ifPresent(TlsContexts::close);
                findings.add(new Finding(
                        OK, "identity", "a certificate of a trusted CA, and the one-time token of the transfer"));
            } catch (IllegalArgumentException e) {
                // What is refused may be meant for a method that is none of ours.
                Diagnosis.Level level = OWN_METHODS.contains(method) ? FAIL : WARNING;
                findings.add(new Finding(level, "[sst]", String.valueOf(e.getMessage())));
            }
            channels.add(new Channel(channelOf(role), mode, values, files, findings));
        }
    }

    private static String channelOf(SstSettings.Role role) {
        return "sst, as " + role.name().toLowerCase(java.util.Locale.ROOT);
    }

    private String source(Option<?> option) {
        return config.source(option).place();
    }
}
