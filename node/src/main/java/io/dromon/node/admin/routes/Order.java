package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The body of an action: what it may say, and nothing else. */
final class Order {
    private static final String DRY_RUN = "dryRun";
    private static final int MOST_OPTIONS = 64;

    private final JsonNode body;

    private Order(JsonNode body) {
        this.body = body;
    }

    /**
     * Reads it.
     *
     * @param fields that the action knows, besides {@code dryRun}
     * @throws Problem.Refusal for any other field
     */
    static Order of(AdminRequest request, String... fields) {
        JsonNode body = request.json();
        TreeSet<String> known = new TreeSet<>(List.of(fields));
        known.add(DRY_RUN);
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw bad("there is a field that this action does not know", "known are " + String.join(", ", known));
            }
        });
        if (!request.query().isEmpty()) {
            throw bad("an action takes no parameters in its URL", "put them into the body, as JSON");
        }
        return new Order(body);
    }

    private static Problem.Refusal bad(String cause, String remedy) {
        return Problem.of(400, cause, remedy).refusal();
    }

    /** Whether nothing is to be changed. */
    boolean isDryRun() {
        JsonNode value = body.path(DRY_RUN);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw bad(DRY_RUN + " is neither true nor false", "write \"dryRun\": true");
        }
        return value.asBoolean(false);
    }

    /** A text or a number, as text. */
    String text(String field) {
        JsonNode value = body.path(field);
        if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
            throw bad("the body has no " + field, "write {\"" + field + "\": \"...\"}");
        }
        return value.asText();
    }

    /** A whole number. */
    int number(String field) {
        JsonNode value = body.path(field);
        if (!value.isInt()) {
            throw bad("the body has no whole number " + field, "write {\"" + field + "\": 1}");
        }
        return value.asInt();
    }

    /** Options by name, in order. */
    Map<String, String> options(String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode()) {
            return Map.of();
        }
        if (!value.isObject() || value.size() > MOST_OPTIONS) {
            throw bad(field + " is no object of at most " + MOST_OPTIONS + " options", "write {\"NAME\": \"VALUE\"}");
        }
        Map<String, String> options = new LinkedHashMap<>();
        value.properties().forEach(option -> {
            if (!option.getValue().isValueNode() || option.getValue().isNull()) {
                throw bad("the value of an option is no text", "write {\"NAME\": \"VALUE\"}");
            }
            options.put(option.getKey(), option.getValue().asText());
        });
        return options;
    }
}
