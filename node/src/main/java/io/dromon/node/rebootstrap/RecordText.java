package io.dromon.node.rebootstrap;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.wire.StrictJson;

/** Records as one line of JSON each. What is read must be whole: no field too many, none missing, none twice. */
final class RecordText {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = JournalRecord.Planned.class, name = "plan"),
        @JsonSubTypes.Type(value = JournalRecord.RunBegan.class, name = "run"),
        @JsonSubTypes.Type(value = JournalRecord.TurnedBack.class, name = "back"),
        @JsonSubTypes.Type(value = JournalRecord.PhaseBegan.class, name = "phase"),
        @JsonSubTypes.Type(value = JournalRecord.Confirmed.class, name = "confirmed"),
        @JsonSubTypes.Type(value = JournalRecord.Granted.class, name = "granted"),
        @JsonSubTypes.Type(value = JournalRecord.RunFailed.class, name = "failed"),
        @JsonSubTypes.Type(value = JournalRecord.Ended.class, name = "ended")
    })
    private interface Kinds {}

    private static final int LONGEST_TEXT = 1 << 20;
    private static final ObjectMapper MAPPER = mapper();

    private RecordText() {}

    private static ObjectMapper mapper() {
        return StrictJson.mapper(LONGEST_TEXT)
                .addMixIn(JournalRecord.class, Kinds.class)
                .build();
    }

    /** A record in one line, without a line feed. */
    static String write(Object record) {
        try {
            return MAPPER.writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of texts and numbers cannot be written as JSON", e);
        }
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is no such record
     */
    static <T> T read(String line, Class<T> type) {
        try {
            T value = MAPPER.readValue(line, type);
            if (value == null) {
                throw new IllegalArgumentException("null is no record");
            }
            return value;
        } catch (JsonProcessingException e) {
            e.clearLocation();
            throw new IllegalArgumentException("it is no record: " + e.getOriginalMessage(), e);
        }
    }
}
