package io.dromon.node.cli.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dromon.config.Option;
import io.dromon.config.Registry;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a configuration of Orchestrator says of its own HTTP listener, as options of the admin listener. Values of names that have no
 * counterpart are not repeated: among them are passwords.
 */
final class OrchestratorFile {
    private static final int LARGEST = 1 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    /** Names whose meaning is another one here, and what to do instead. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "SSLSkipVerify", "certificates are always verified; give the CA in admin.ssl_ca",
            "AuthenticationMethod", "clients prove who they are by certificates: admin.mutual_tls, admin.valid_ous",
            "HTTPAuthUser", "there are no passwords: admin.mutual_tls, admin.valid_ous",
            "HTTPAuthPassword", "there are no passwords: admin.mutual_tls, admin.valid_ous",
            "PowerAuthUsers", "who may change something has an OU of admin.change_ous",
            "ListenSocket", "the control socket is always dromon.sock in the data directory",
            "StatusEndpoint", "health is at /health/live and /health/ready",
            "URLPrefix", "paths are fixed; let a proxy in front take a prefix away");

    private final JsonNode file;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, String> left = new TreeMap<>();

    private OrchestratorFile(JsonNode file) {
        this.file = file;
    }

    /**
     * The result of a translation.
     *
     * @param text for an option file
     * @param left what was not translated, by name: why not
     */
    record Translated(String text, Map<String, String> left) {
        Translated {
            left = Map.copyOf(left);
        }
    }

    /** @throws CommandFailure if it is no such file, or a value in it cannot be used; all that is wrong is told */
    static Translated read(Path path) throws IOException {
        if (Files.size(path) > LARGEST) {
            throw new CommandFailure(path + " has more than " + LARGEST + " bytes: it is no configuration");
        }
        JsonNode file;
        try {
            file = JSON.readTree(Files.readString(path, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new CommandFailure(path + " is no JSON: " + e.getOriginalMessage());
        }
        if (!file.isObject()) {
            throw new CommandFailure(path + " is no JSON object, as orchestrator.conf.json is");
        }
        return new OrchestratorFile(file).translate();
    }

    private Translated translate() {
        file.properties().forEach(entry -> {
            String name = entry.getKey();
            switch (name) {
                case "ListenAddress", "UseSSL" -> {} // together, below
                case "SSLCertFile", "SSLPrivateKeyFile", "SSLCAFile", "UseMutualTLS", "SSLValidOUs" -> put(name);
                case "StatusOUVerify" -> options.put("admin.health", isOn(name) ? "certificate" : "open");
                case "ReadOnly" -> {
                    if (isOn(name)) {
                        options.put("admin.change", "off");
                    }
                }
                default -> left.put(name, ELSEWHERE.getOrDefault(name, "it has no counterpart"));
            }
        });
        listen();
        checkValues();
        return new Translated(text(), left);
    }

    private void put(String name) {
        String option = Registry.find(name).orElseThrow().name();
        String value = text(file.get(name));
        if (!value.isEmpty()) { // Orchestrator's way to leave one out
            options.put(option, value);
        }
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.asText();
        }
        StringJoiner all = new StringJoiner(",");
        value.forEach(each -> all.add(each.asText()));
        return all.toString();
    }

    private boolean isOn(String name) {
        return file.path(name).asBoolean(false);
    }

    /** Orchestrator leaves the host out where it means all addresses, and takes one protocol alone. */
    private void listen() {
        String address = file.path("ListenAddress").asText(":3000");
        String whole = address.startsWith(":") ? "0.0.0.0" + address : address;
        options.put("admin.listen", whole + (isOn("UseSSL") ? ":https" : ":http"));
    }

    private void checkValues() {
        List<String> problems = new ArrayList<>();
        options.forEach((name, value) -> {
            Option<?> option = Registry.find(name).orElseThrow();
            try {
                option.parse(value);
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            if (value.indexOf(';') >= 0 || value.indexOf('"') >= 0) {
                problems.add(name + ": its value has a ; or a \", which no option can hold");
            }
        });
        if (!problems.isEmpty()) {
            throw new CommandFailure(String.join("\n", problems));
        }
    }

    private String text() {
        StringJoiner all = new StringJoiner("; ", "[mysqld]\nwsrep_provider_options = \"", "\"\n");
        options.forEach((name, value) -> all.add(name + "=" + value));
        StringBuilder text = new StringBuilder(all.toString());
        left.forEach((name, why) -> text.append("# not translated: ")
                .append(PeerText.printable(name))
                .append(": ")
                .append(why)
                .append('\n'));
        return text.toString();
    }
}
