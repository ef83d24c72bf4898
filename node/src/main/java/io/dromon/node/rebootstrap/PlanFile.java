package io.dromon.node.rebootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.NameBytes;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.node.rebootstrap.wire.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A plan as an operator writes it:
 *
 * <pre>
 * {
 *   "cluster": "shop",
 *   "options": {"socket.ssl": "YES"},
 *   "nodes": [
 *     {"name": "n1", "url": "https://10.0.0.1:4580",
 *      "files": {"socket.ssl_cert": "n1/cert.pem", "socket.ssl_key": "n1/key.pem", "socket.ssl_ca": "ca.pem"}},
 *     ...
 *   ]
 * }
 * </pre>
 *
 * Relative paths begin at the plan's directory. A plan without options and files brings back a cluster that went down.
 */
public final class PlanFile {
    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_TEXT = 4096;
    private static final ObjectMapper MAPPER = StrictJson.mapper(LONGEST_TEXT).build();

    private final Path file;

    private PlanFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a plan; its procedure is a new one.
     *
     * @throws IllegalArgumentException with what is wrong in it
     * @throws IOException if it cannot be read
     */
    public static RebootstrapPlan read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IllegalArgumentException(file + " has more than " + MOST_BYTES + " bytes: it is no plan");
        }
        return new PlanFile(file).plan(Files.readString(file));
    }

    private RebootstrapPlan plan(String text) {
        JsonNode json;
        try {
            json = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw problem("it is no JSON: line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": " + e.getOriginalMessage());
        }
        checkFields(json, "it", Set.of("cluster", "options", "nodes"), Set.of());
        List<PlannedNode> nodes = new ArrayList<>();
        if (!json.get("nodes").isArray()) {
            throw problem("'nodes' is no list");
        }
        json.get("nodes").forEach(node -> nodes.add(node(node, "node " + (nodes.size() + 1))));
        try {
            Map<String, String> options = ChangeableOptions.checked(texts(json.get("options"), "'options'"));
            ChangeableOptions.checkOnNodes(options);
            RebootstrapPlan plan = new RebootstrapPlan(UUID.randomUUID(), text(json, "it", "cluster"), options, nodes);
            nodes.forEach(node -> checkFiles(node, options));
            return plan;
        } catch (IllegalArgumentException e) {
            throw e.getMessage() != null && e.getMessage().startsWith(file.toString())
                    ? e
                    : problem(String.valueOf(e.getMessage()));
        }
    }

    private PlannedNode node(JsonNode json, String where) {
        checkFields(json, where, Set.of("name", "url"), Set.of("files"));
        Map<String, String> files = new TreeMap<>();
        if (json.has("files")) {
            Path base = file.toAbsolutePath().getParent();
            texts(json.get("files"), "'files' of " + where)
                    .forEach((option, path) -> files.put(
                            option,
                            ChangeableOptions.local(
                                    base == null ? NameBytes.path(path) : base.resolve(NameBytes.path(path)))));
        }
        return new PlannedNode(text(json, where, "name"), text(json, where, "url"), files);
    }

    private void checkFiles(PlannedNode node, Map<String, String> options) {
        node.files().forEach((option, path) -> {
            if (!ChangeableOptions.isFile(option)) {
                throw problem(
                        "'files' of " + node.name() + ": " + option + " does not name a file; set it in 'options'");
            }
            if (options.containsKey(option)) {
                throw problem(option + " is set in 'options' and in 'files' of " + node.name() + "; leave one out");
            }
        });
        ChangeableOptions.checked(new TreeMap<>(node.files()));
    }

    private void checkFields(JsonNode json, String where, Set<String> needed, Set<String> more) {
        if (!json.isObject()) {
            throw problem(where + " is no object");
        }
        Set<String> missing = new TreeSet<>(needed);
        Set<String> unknown = new TreeSet<>();
        json.fieldNames().forEachRemaining(name -> {
            missing.remove(name);
            if (!needed.contains(name) && !more.contains(name)) {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty() || !missing.isEmpty()) {
            Set<String> known = new TreeSet<>(needed);
            known.addAll(more);
            throw problem(
                    where + (unknown.isEmpty() ? " lacks the fields " + missing : " has the unknown fields " + unknown)
                            + "; it has " + String.join(", ", known));
        }
    }

    private Map<String, String> texts(JsonNode json, String where) {
        if (!json.isObject()) {
            throw problem(where + " is no object of names and texts");
        }
        Map<String, String> texts = new TreeMap<>();
        json.properties().forEach(each -> {
            if (!each.getValue().isTextual()) {
                throw problem(where + ": '" + each.getKey() + "' is no text; write it in quotes");
            }
            texts.put(each.getKey(), each.getValue().textValue());
        });
        return texts;
    }

    private String text(JsonNode json, String where, String field) {
        JsonNode value = json.get(field);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw problem(where + ": '" + field + "' is no text");
        }
        return value.textValue();
    }

    private IllegalArgumentException problem(String text) {
        return new IllegalArgumentException(file + ": " + text);
    }
}
