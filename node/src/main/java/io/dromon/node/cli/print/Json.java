package io.dromon.node.cli.print;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.dromon.transport.wire.PeerText;

/**
 * JSON of records. Their components are the fields, in their order; a component that may be missing says so by {@code
 * JsonInclude}. Text of peers in it does not steer the terminal.
 */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** A document of several lines, without a line feed at its end. */
    public static String pretty(Object document) {
        return written(MAPPER.writerWithDefaultPrettyPrinter(), document);
    }

    /** An event in one line, without a line feed at its end. */
    public static String line(Object event) {
        return written(MAPPER.writer(), event);
    }

    private static String written(ObjectWriter writer, Object value) {
        try {
            return PeerText.json(writer.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of texts and numbers cannot be written as JSON", e);
        }
    }
}
