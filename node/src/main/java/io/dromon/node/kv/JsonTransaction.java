package io.dromon.node.kv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A transaction as JSON: its operations, carried out in their order on one snapshot.
 *
 * <pre>{@code
 * {"isolation": "serializable",                               the default; or snapshot, whose checks may be outdone
 *  "operations": [{"check": "stock/apples", "value": "12"},     ends it with 412 if the value is another one
 *                 {"check": "order/7", "absent": true},         ends it with 412 if there is one
 *                 {"get": "price/apples"},                      its value, or null, is in the answer
 *                 {"put": "stock/apples", "value": "11"},
 *                 {"delete": "basket/7"}]}
 * }</pre>
 *
 * The answer has the results of the gets, in their order. A transaction that lost to another one is run again, checks included.
 */
final class JsonTransaction {
    private static final int MOST_OPERATIONS = 1000;
    private static final Set<String> NAMES = Set.of("isolation", "operations");

    private final Isolation isolation;
    private final List<Operation> operations;

    private JsonTransaction(Isolation isolation, List<Operation> operations) {
        this.isolation = isolation;
        this.operations = operations;
    }

    /** Adds to the results what it has read. */
    private interface Operation {
        void run(Transaction transaction, ArrayNode results);
    }

    /** @throws Problem.Refusal if it is no transaction */
    static JsonTransaction of(JsonNode json) {
        checkNames(json, NAMES, "the transaction");
        JsonNode list = json.path("operations");
        if (!list.isArray() || list.isEmpty() || list.size() > MOST_OPERATIONS) {
            throw Problem.of(
                            400,
                            "a transaction has a list of 1 to " + MOST_OPERATIONS + " operations",
                            "{\"operations\": [{\"put\": \"a\", \"value\": \"1\"}]}")
                    .refusal();
        }
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            operations.add(operation(list.get(i), "operation " + (i + 1)));
        }
        return new JsonTransaction(isolation(json.path("isolation").asText("serializable")), operations);
    }

    private static Isolation isolation(String text) {
        for (Isolation level : Isolation.values()) {
            if (level.name().toLowerCase(Locale.ROOT).equals(text)) {
                return level;
            }
        }
        throw Problem.of(400, "isolation '" + text + "' is none", "snapshot or serializable")
                .refusal();
    }

    private static Operation operation(JsonNode json, String where) {
        if (json.has("get")) {
            checkNames(json, Set.of("get"), where);
            return get(key(json.get("get"), where));
        } else if (json.has("put")) {
            checkNames(json, Set.of("put", "value", "base64"), where);
            byte[] key = key(json.get("put"), where);
            byte[] value = JsonValues.of(json, where);
            return (transaction, results) -> transaction.put(key, value);
        } else if (json.has("delete")) {
            checkNames(json, Set.of("delete"), where);
            byte[] key = key(json.get("delete"), where);
            return (transaction, results) -> transaction.delete(key);
        } else if (json.has("check")) {
            checkNames(json, Set.of("check", "value", "base64", "absent"), where);
            return check(json, where);
        }
        throw Problem.of(400, where + " is none of get, put, delete, check", "one of them, with a key")
                .refusal();
    }

    private static Operation get(byte[] key) {
        return (transaction, results) -> {
            ObjectNode result = results.addObject().put("get", new String(key, StandardCharsets.UTF_8));
            byte[] value = transaction.get(key).orElse(null);
            if (value == null) {
                result.putNull("value");
            } else {
                JsonValues.put(result, value);
            }
        };
    }

    private static Operation check(JsonNode json, String where) {
        byte[] key = key(json.get("check"), where);
        boolean absent = json.path("absent").asBoolean(false);
        byte[] value = absent ? new byte[0] : JsonValues.of(json, where);
        return (transaction, results) -> {
            byte[] found = transaction.get(key).orElse(null);
            if (absent ? found != null : !Arrays.equals(found, value)) {
                throw Problem.of(
                                412,
                                where + ": " + (absent ? "there is a value" : "the value is another one"),
                                "read again, and decide again")
                        .refusal();
            }
        };
    }

    private static byte[] key(JsonNode key, String where) {
        byte[] bytes = JsonValues.utf8(key.asText(""));
        if (!key.isTextual() || bytes.length == 0 || bytes.length > Transaction.MAX_KEY_BYTES) {
            throw Problem.of(400, where + " has no key", "a text of 1 to " + Transaction.MAX_KEY_BYTES + " bytes")
                    .refusal();
        }
        return bytes;
    }

    private static void checkNames(JsonNode json, Set<String> known, String where) {
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw Problem.of(400, where + ": '" + name + "' is unknown", "known are " + String.join(", ", known))
                        .refusal();
            }
        }
    }

    Isolation isolation() {
        return isolation;
    }

    /** Carries the operations out; returns what was read. */
    ObjectNode run(Transaction transaction) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode results = answer.putArray("results");
        operations.forEach(operation -> operation.run(transaction, results));
        return answer;
    }
}
