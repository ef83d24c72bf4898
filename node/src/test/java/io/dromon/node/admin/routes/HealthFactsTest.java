package io.dromon.node.admin.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.ClusterView;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Facts of health, problems and events: pure functions of the status. */
@Tag("unit")
class HealthFactsTest {
    private static final UUID OWN = new UUID(1, 1);

    private static NodeStatus status(NodeState state, boolean primary, int weight, int own, UUID... others) {
        List<ClusterView.Member> members = new ArrayList<>();
        members.add(new ClusterView.Member(OWN, "n1", "", 0, state, false));
        for (UUID other : others) {
            members.add(new ClusterView.Member(other, "n" + other.getMostSignificantBits(), "", 0, state, false));
        }
        return new NodeStatus(
                "n1",
                OWN,
                "tcp://127.0.0.1:1",
                state,
                new Health(state == NodeState.SYNCED && primary, Health.Word.OK, List.of()),
                new NodeStatus.Group(
                        "g",
                        primary ? "PRIMARY" : "NON_PRIMARY",
                        primary,
                        7,
                        new UUID(9, 9),
                        10,
                        10,
                        weight,
                        members,
                        0,
                        new NodeStatus.FlowControl(false, 0, 0, 0, 0, List.of()),
                        0,
                        0),
                NodeStatus.Certification.NONE,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                new TreeMap<>(Map.of("pc.weight", Integer.toString(own))),
                Instant.EPOCH,
                Optional.empty(),
                NodeStatus.Latency.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 1, true", // two of three stay
        "2, 1, false", // half is no majority
        "1, 1, false",
        "4, 2, false",
        "5, 2, true",
        "3, 0, true",
        "0, 0, false"
    })
    void mayBeLostWhereTheOthersWeighMoreThanHalf(int weight, int own, boolean holds) {
        assertThat(HealthRoutes.mayLoseMe(status(NodeState.SYNCED, true, weight, own))
                        .holds())
                .isEqualTo(holds);
    }

    @Test
    void knowsNothingOfAComponentThatItIsNotIn() {
        NodeStatus outside = status(NodeState.OPEN, false, 0, 1);

        assertThat(HealthRoutes.mayLoseMe(outside).holds()).isFalse();
        assertThat(HealthRoutes.primary(outside).holds()).isFalse();
        assertThat(HealthRoutes.ready(outside).reason()).isEqualTo("the node is OPEN, the group NON_PRIMARY");
    }

    @Test
    void aDonorIsPrimaryAndNotReady() {
        NodeStatus donor = status(NodeState.DONOR, true, 1, 1);

        assertThat(HealthRoutes.primary(donor).holds()).isTrue();
        assertThat(HealthRoutes.ready(donor).holds()).isFalse();
    }

    @Test
    void tellsEachProblemWithItsRemedy() {
        JsonNode problems = Problems.of(status(NodeState.OPEN, false, 0, 1, new UUID(2, 2)));

        assertThat(problems.findValuesAsText("kind")).containsExactly("no-primary-component", "no-link");
        assertThat(problems)
                .allSatisfy(
                        problem -> assertThat(problem.path("remedy").asText()).isNotEmpty());
        assertThat(Problems.of(status(NodeState.SYNCED, true, 1, 1))).isEmpty();
    }

    @Test
    void tellsStatesAndViewsThatChanged() {
        NodeStatus before = status(NodeState.JOINED, true, 1, 1);
        NodeStatus after = status(NodeState.SYNCED, true, 2, 1, new UUID(2, 2));

        List<StatusChanges.Event> events = StatusChanges.between(before, after);

        assertThat(events).extracting(StatusChanges.Event::kind).containsExactly("state", "view", "health");
        assertThat(events.get(0).data().path("to").asText()).isEqualTo("SYNCED");
        assertThat(events.get(1).data().path("members").toString()).isEqualTo("[\"n1\",\"n2\"]");
        assertThat(StatusChanges.between(after, after)).isEmpty();
    }
}
