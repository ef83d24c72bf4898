package io.dromon.node.cli.rebootstrap;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code --json} prints of a run, an object a line; {@code event} is its kind. Times are from the begin of the run. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
sealed interface RunEvent {
    /** What is going to be done. */
    @JsonTypeName("plan")
    record Plan(String procedure, String cluster, Map<String, String> options, List<String> nodes)
            implements RunEvent {}

    /** A phase begins. */
    @JsonTypeName("phase")
    record PhaseBegins(double atSeconds, String phase) implements RunEvent {}

    /** Something was seen; phase and node are left out where it concerns none. */
    @JsonTypeName("told")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Told(
            double atSeconds,
            @Nullable String phase,
            @Nullable String node,
            String text) implements RunEvent {}

    /** The run is over. */
    @JsonTypeName("end")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record End(
            String outcome,
            double seconds,
            List<String> problems,
            List<PhaseTime> phases,
            @Nullable Double outageMs,
            Map<String, NodeOutage> nodes,
            String next)
            implements RunEvent {}

    /** One phase; a run that goes back has some of them twice. */
    record PhaseTime(String phase, double atSeconds, double tookMs) {}

    /** What the probe saw of a node; the outage is left out where nothing was measured, and {@code why} says so. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NodeOutage(
            @Nullable Double outageMs,
            long commits,
            long refused,
            @Nullable String why) {}
}
