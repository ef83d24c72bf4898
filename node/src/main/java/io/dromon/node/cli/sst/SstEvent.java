package io.dromon.node.cli.sst;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event of a transfer as {@code --json} prints it, an object a line; {@code event} is its kind. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
sealed interface SstEvent {
    /** The joiner listens. */
    @JsonTypeName("ready")
    record Ready(String address, String token) implements SstEvent {}

    /** Something for people. */
    @JsonTypeName("note")
    record Note(String text) implements SstEvent {}

    /** How far it is; secondsLeft is left out where it cannot be told. */
    @JsonTypeName("progress")
    record Moved(
            long bytes,
            long total,
            long wire,
            long bytesPerSecond,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long secondsLeft,

            Map<String, Double> stageSeconds)
            implements SstEvent {}

    /** The snapshot is whole; seconds are left out if nothing was transferred. */
    @JsonTypeName("done")
    record Done(
            String position,
            long entries,
            long bytes,
            String checksum,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Double seconds)
            implements SstEvent {}

    /** There is no snapshot. */
    @JsonTypeName("failed")
    record Failed(String reason, @Nullable String text) implements SstEvent {}
}
