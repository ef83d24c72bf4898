package io.dromon.node.state.snapshot;

import io.dromon.config.NameBytes;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.ServerOptions;
import io.dromon.config.Source;
import io.dromon.config.Support;
import io.dromon.sst.SstSettings;
import io.dromon.sst.SstSettings.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The section {@code [sst]} of a node's configuration: what is given there and is honoured.
 *
 * @param options by their names in the section; relative paths of an option file begin in the data directory
 */
record SnapshotSection(Map<String, String> options) {
    private static final String PREFIX = "sst.";
    private static final Pattern FILES =
            Pattern.compile("t(ca|capath|cert|key)|ssl-(server-|client-)?(ca|capath|cert|key)");
    /** What a node shows in its own way. */
    private static final String PROGRESS = "progress";

    private static final String IDENTITY = "VERIFY_IDENTITY";

    SnapshotSection {
        options = Map.copyOf(options);
    }

    static SnapshotSection of(NodeConfig config) {
        Map<String, String> given = new HashMap<>();
        for (Option<?> option : config.options()) {
            Source source = config.source(option);
            if (option.scope() == Option.Scope.SST
                    && option.support().level() == Support.Level.HONOURED
                    && source.kind() != Source.Kind.DEFAULT) {
                String name = option.name().substring(PREFIX.length());
                String text = config.text(option);
                given.put(name, source.kind() == Source.Kind.FILE ? below(config, name, text) : text);
            }
        }
        return new SnapshotSection(given);
    }

    /** A slash at the end says that it is a directory, and stays. */
    private static String below(NodeConfig config, String name, String value) {
        if (value.isEmpty() || !FILES.matcher(name).matches()) {
            return value;
        }
        Path directory = config.value(ServerOptions.DATADIR);
        return NameBytes.text(directory.resolve(NameBytes.path(value))) + (value.endsWith("/") ? "/" : "");
    }

    /** Whether certificates of its own count for snapshots. */
    boolean namesCertificates() {
        return options.keySet().stream().anyMatch(name -> FILES.matcher(name).matches());
    }

    /** What is given and does nothing. */
    List<String> warnings(SnapshotSettings.Method method) {
        List<String> warnings = new ArrayList<>();
        new TreeMap<>(options)
                .forEach((name, value) -> unused(name, method)
                        .ifPresent(why ->
                                warnings.add("[sst] " + name + " has no effect on the snapshots of a node: " + why)));
        return warnings;
    }

    /** By the method of this node as a joiner; as a donor it gives by any, by script if it has a program for that. */
    private Optional<String> unused(String name, SnapshotSettings.Method method) {
        boolean ofScriptDonor = name.equals(Role.DONOR.programOption())
                || (name.equals("compressor") && options.containsKey(Role.DONOR.programOption()));
        return ofScriptDonor ? Optional.empty() : withoutEffect(name, method);
    }

    private static Optional<String> withoutEffect(String name, SnapshotSettings.Method method) {
        return name.equals(PROGRESS)
                ? Optional.of("its status and its log say how far a transfer is")
                : SstSettings.withoutEffect(name, method.wireName());
    }

    /**
     * The settings for one end; of the certificates only if it {@link #namesCertificates}.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    SstSettings settings(Role role, SnapshotSettings.Method method, String joiner) {
        Map<String, String> having = new HashMap<>(options);
        having.keySet().removeIf(name -> withoutEffect(name, method).isPresent());
        if (!namesCertificates()) {
            if (IDENTITY.equalsIgnoreCase(having.get("ssl-mode"))) {
                throw new IllegalArgumentException("ssl-mode=" + IDENTITY
                        + " has no effect on the certificates of the links, which have rules of their own (tls.verify); name"
                        + " certificates in [sst], or remove it");
            }
            having.put("tcert", "-");
        }
        return SstSettings.of(having, role, method.wireName(), joiner);
    }
}
