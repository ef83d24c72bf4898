package io.dromon.node.kv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.admin.api.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Values in JSON: {@code value} if the bytes are a text in UTF-8, else {@code base64}. */
final class JsonValues {
    private JsonValues() {}

    static void put(ObjectNode where, byte[] value) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            where.put("value", text);
        } catch (CharacterCodingException e) {
            where.put("base64", value);
        }
    }

    /** The value of an operation; the caller has checked that it has one. */
    static byte[] of(JsonNode operation, String where) {
        JsonNode text = operation.get("value");
        JsonNode coded = operation.get("base64");
        if ((text == null) == (coded == null)) {
            throw Problem.of(400, where + " has no value, or two", "give value, or base64")
                    .refusal();
        }
        if (text != null && text.isTextual()) {
            return utf8(text.textValue());
        }
        try {
            if (coded != null && coded.isTextual()) {
                return coded.binaryValue();
            }
        } catch (IOException e) {
            // answered below
        }
        throw Problem.of(400, where + ": its value is no text, or no base64", "a JSON string")
                .refusal();
    }

    /** A text as bytes; one that has no bytes (half a surrogate pair) would become another one, and is refused. */
    static byte[] utf8(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw Problem.of(
                            400,
                            "a key or value is no text: it has half a surrogate pair",
                            "send values that are no text as base64")
                    .refusal();
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
