package io.dromon.node.admin.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Optional;

/**
 * A request whose form was checked and whose caller may make it.
 *
 * @param method in capitals
 * @param path decoded, without empty or dotted segments
 * @param variables the parts of the path that the route leaves open, by name
 * @param query decoded; a name has one value
 * @param headers by name in lower case; a header that came more than once has its values joined by commas
 * @param body at most 1 MiB
 * @param rules of the door that it came by
 */
public record AdminRequest(
        String method,
        String path,
        Map<String, String> variables,
        Map<String, String> query,
        Map<String, String> headers,
        Content body,
        Caller caller,
        AccessRules rules) {
    /** What JSON may be: flat and short, and nothing twice. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(64 << 10)
                            .maxNumberLength(32)
                            .maxNameLength(256)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public AdminRequest {
        variables = Map.copyOf(variables);
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /** A part of the path that the route leaves open. */
    public String variable(String name) {
        return Optional.ofNullable(variables.get(name))
                .orElseThrow(() -> new IllegalArgumentException("the route has no part " + name));
    }

    /**
     * The JSON object of the body, an empty one if there is no body.
     *
     * @throws Problem.Refusal if it is no JSON object, or larger or deeper than JSON may be
     */
    public JsonNode json() {
        if (body.length() == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            JsonNode read = JSON.readTree(body.text());
            if (read.isObject()) {
                return read;
            }
            throw Problem.of(400, "the body is no JSON object", "send an object, for instance {}")
                    .refusal();
        } catch (JsonProcessingException e) {
            throw Problem.of(
                            400,
                            "the body is not the JSON that is taken here: " + e.getOriginalMessage(),
                            "send one object, no name twice, not deeper than 16")
                    .refusal();
        }
    }
}
