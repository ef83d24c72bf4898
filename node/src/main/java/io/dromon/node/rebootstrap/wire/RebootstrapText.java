package io.dromon.node.rebootstrap.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeRequest;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The JSON of requests and answers, both ways. A step and an answer are told by their {@code is}; a position is {@code
 * {"history": UUID, "seqno": N}}. The files of a {@code stage} are {@code option -> {"name": ..., "base64": ...}} there: the
 * node keeps the file under that name in a directory of its own, and sets the option to its path.
 */
public final class RebootstrapText {
    /** Where requests are posted. */
    public static final String PATH = "/api/v1/rebootstrap";

    /** The longest body, as the admin interface takes it: 1 MiB. */
    public static final int MOST_BYTES = 1 << 20;

    private static final int LONGEST_TEXT = 4096;
    private static final int MOST_ENTRIES = 512;
    /** What may be null, each by its path. */
    private static final Set<String> NULLABLE =
            Set.of("/step/round", "/facts/position", "/facts/component", "/facts/hold/procedure", "/facts/hold/round");

    private static final String FILES = "files";
    private static final String CONTENT = "base64";

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = NodeRequest.Inspect.class, name = "inspect"),
        @JsonSubTypes.Type(value = NodeRequest.Prove.class, name = "prove"),
        @JsonSubTypes.Type(value = NodeRequest.Stage.class, name = "stage"),
        @JsonSubTypes.Type(value = NodeRequest.OpenRehearsal.class, name = "open-rehearsal"),
        @JsonSubTypes.Type(value = NodeRequest.Rehearse.class, name = "rehearse"),
        @JsonSubTypes.Type(value = NodeRequest.Drain.class, name = "drain"),
        @JsonSubTypes.Type(value = NodeRequest.Stop.class, name = "stop"),
        @JsonSubTypes.Type(value = NodeRequest.Bootstrap.class, name = "bootstrap"),
        @JsonSubTypes.Type(value = NodeRequest.Join.class, name = "join"),
        @JsonSubTypes.Type(value = NodeRequest.Verify.class, name = "verify"),
        @JsonSubTypes.Type(value = NodeRequest.Seal.class, name = "seal")
    })
    private interface Steps {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Answer.Done.class, name = "done"),
        @JsonSubTypes.Type(value = Answer.Listening.class, name = "listening"),
        @JsonSubTypes.Type(value = Answer.Pending.class, name = "pending"),
        @JsonSubTypes.Type(value = Answer.Refused.class, name = "refused")
    })
    private interface Answers {}

    private static final ObjectMapper MAPPER = StrictJson.mapper(MOST_BYTES)
            .addMixIn(NodeRequest.Step.class, Steps.class)
            .addMixIn(Answer.class, Answers.class)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private RebootstrapText() {}

    /**
     * A request as it was received.
     *
     * @param request the files of its {@link NodeRequest.Stage} are the names that the node keeps them by
     * @param files of that, with their content, by the name of the option; else empty
     */
    public record Received(NodeRequest request, Map<String, StagedFile> files) {
        public Received {
            files = Map.copyOf(files);
        }
    }

    /**
     * A request as a body.
     *
     * @param files the content for every file of a {@link NodeRequest.Stage}, by the same names; empty for all other steps
     * @throws IllegalArgumentException if the files are not those of the request, or the body is larger than {@link #MOST_BYTES}
     */
    public static String write(NodeRequest request, Map<String, StagedFile> files) {
        ObjectNode json = MAPPER.valueToTree(request);
        Set<String> named = request.step() instanceof NodeRequest.Stage stage
                ? stage.files().keySet()
                : Set.of();
        if (!named.equals(files.keySet())) {
            throw new IllegalArgumentException("the request names the files " + named + ", and has " + files.keySet());
        }
        if (request.step() instanceof NodeRequest.Stage) {
            ((ObjectNode) json.get("step")).set(FILES, MAPPER.valueToTree(new TreeMap<>(files)));
        }
        String body = json.toString();
        if (body.length() > MOST_BYTES) {
            throw new IllegalArgumentException("the files of " + request.node() + " make a request of " + body.length()
                    + " bytes, " + MOST_BYTES + " are taken; leave out of them what the node does not need");
        }
        return body;
    }

    /**
     * Reads a request.
     *
     * @throws IllegalArgumentException with what is wrong with it
     */
    public static Received readRequest(String body) {
        JsonNode json = tree(body);
        Map<String, StagedFile> files = Map.of();
        if (json.path("step").path("is").asText().equals("stage")
                && json.path("step").get(FILES) instanceof ObjectNode contents) {
            files = read(contents, new TypeReference<TreeMap<String, StagedFile>>() {});
            ObjectNode names = ((ObjectNode) json.get("step")).putObject(FILES);
            files.forEach((option, file) -> names.put(option, file.name()));
        }
        return new Received(read(json, new TypeReference<NodeRequest>() {}), files);
    }

    /** An answer as a body. */
    public static String write(Answer answer) {
        JsonNode json = MAPPER.valueToTree(answer);
        return json.toString();
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException with what is wrong with it
     */
    public static Answer readAnswer(String body) {
        return read(tree(body), new TypeReference<Answer>() {});
    }

    private static JsonNode tree(String body) {
        if (body.length() > MOST_BYTES) {
            throw new IllegalArgumentException("it has more than " + MOST_BYTES + " characters");
        }
        try {
            JsonNode json = MAPPER.readTree(body);
            if (!json.isObject()) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            check(json, "");
            return json;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        }
    }

    private static void check(JsonNode json, String path) {
        if (json.isNull() && !NULLABLE.contains(path)) {
            throw new IllegalArgumentException(path + " is null");
        }
        boolean content = path.startsWith("/step/" + FILES + "/") && path.endsWith("/" + CONTENT);
        if (json.isTextual() && json.textValue().length() > LONGEST_TEXT && !content) {
            throw new IllegalArgumentException(path + " has more than " + LONGEST_TEXT + " characters");
        }
        if (json.size() > MOST_ENTRIES) {
            throw new IllegalArgumentException(path + " has more than " + MOST_ENTRIES + " entries");
        }
        if (json.isObject()) {
            json.properties().forEach(each -> check(each.getValue(), path + "/" + each.getKey()));
        } else {
            json.forEach(each -> check(each, path + "/-"));
        }
    }

    private static <T> T read(JsonNode json, TypeReference<T> type) {
        try {
            return MAPPER.readValue(MAPPER.treeAsTokens(json), type);
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), null);
        }
    }

    /** Without the text that it is about, which may be secret. */
    private static IllegalArgumentException malformed(JsonProcessingException e) {
        e.clearLocation();
        String where = e instanceof JsonMappingException mapping
                ? mapping.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining("/", "/", ": "))
                : "";
        return new IllegalArgumentException("it is not as it must be: " + where + e.getOriginalMessage(), null);
    }
}
