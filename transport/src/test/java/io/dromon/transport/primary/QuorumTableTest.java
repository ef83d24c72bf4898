package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of chapter 03 section 9, played through the layer. */
@Tag("unit")
class QuorumTableTest {
    /** Nodes are numbers from 1 on, in the order of their weights; a set is written {@code 1+2}. */
    @ParameterizedTest(name = "row {0}: weights {1}, survivors {2}, left {3}: primary {4}")
    @CsvSource({
        "1,  1 1,       1,     '',    false",
        "2,  1 1,       1,     2,     true",
        "3,  1 1,       2,     '',    false",
        "5,  3 2,       1,     '',    true",
        "6,  3 2,       2,     '',    false",
        "7a, 1 0,       1,     '',    true",
        "7b, 1 0,       2,     '',    false",
        "8,  1 1 1,     1+2,   '',    true",
        "9,  1 1 1,     1,     '',    false",
        "11, 1 1 1,     1,     2,     false",
        "13a,1 1 1,     1,     3,     false",
        "13b,1 1 1,     2,     3,     false",
        "14, 3 1 1,     2+3,   '',    false",
        "15, 3 1 1,     1,     '',    true",
        "16, 1 1 1 1 1, 1+2+3, '',    true",
        "17, 1 1 1 1 1, 1+2,   '',    false",
        "18a,1 1 1 1 1, 4+5,   '',    false",
        "18b,1 1 1 1 1, 1+2+3, '',    true",
        "19, 1 1 1 1 1, 1+2,   3+4+5, true",
        "20, 1 1 1 1 1, 1+2,   3+4,   true",
        "21, 1 1 1 1 1, 1,     2+3,   false",
        "22a,1 1 1 1,   1+2,   '',    false",
        "22b,1 1 1 1,   3+4,   '',    false",
        "23a,2 1 1 1,   1+2,   '',    true",
        "23b,2 1 1 1,   3+4,   '',    false",
        "25a,1 1 1 1 1, 1+2+5, '',    true",
        "25b,1 1 1 1 1, 3+4,   '',    false",
        "28a,3 1 1,     1,     '',    true",
        "28b,1 1 1,     1,     '',    false",
    })
    void decidesByWeight(String row, String weights, String survivors, String left, boolean primary) {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = evs.primaryOf(
                Arrays.stream(weights.split(" ")).mapToInt(Integer::parseInt).toArray());
        List<SimulatedEvs.Node> staying = pick(nodes, survivors);
        Set<SimulatedEvs.Node> leaving = new HashSet<>(pick(nodes, left));
        int viewsBefore = staying.get(0).views().size();

        leaving.forEach(evs::leave);
        evs.transition(staying, leaving, true);
        List<PrimaryView> inTransition = staying.get(0)
                .views()
                .subList(viewsBefore, staying.get(0).views().size());
        assertThat(inTransition).hasSize(primary ? 0 : 1).noneMatch(PrimaryView::isPrimary);
        evs.install(staying.toArray(SimulatedEvs.Node[]::new));
        evs.run();

        for (SimulatedEvs.Node node : staying) {
            assertThat(node.fatals).isEmpty();
            assertThat(node.primary.state()).isEqualTo(primary ? PrimaryState.PRIM : PrimaryState.NON_PRIM);
            assertThat(node.lastView().isPrimary()).isEqualTo(primary);
            assertThat(node.lastView().members()).hasSize(staying.size());
        }
    }

    @Test
    void segmentsHaveNoInfluence() {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            PrimarySettings settings = new PrimarySettings(1, i <= 3 ? 0 : 1, false, false, false, false);
            nodes.add(i == 1 ? evs.bootstrap(i, settings) : evs.add(i, settings));
        }
        evs.regroup(nodes.get(0));
        evs.regroup(nodes.toArray(SimulatedEvs.Node[]::new));

        evs.regroup(nodes.get(0), nodes.get(1), nodes.get(2));
        evs.regroup(nodes.get(3), nodes.get(4));

        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.PRIM);
        assertThat(nodes.get(3).primary.state()).isEqualTo(PrimaryState.NON_PRIM);
        assertThat(nodes.get(0).lastView().partitioned())
                .containsExactly(
                        new PrimaryView.Member(SimulatedEvs.uuid(4), 1),
                        new PrimaryView.Member(SimulatedEvs.uuid(5), 1));
    }

    @Test
    void row10CountsTheSecondCrashAgainstTheSmallerComponent() {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = evs.primaryOf(1, 1, 1);

        evs.crash(nodes.get(1));
        evs.regroup(nodes.get(0), nodes.get(2));
        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.PRIM);
        evs.crash(nodes.get(2));
        evs.regroup(nodes.get(0));

        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.NON_PRIM);
    }

    @Test
    void row12StaysPrimaryWhenAllOthersLeaveOneByOne() {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = evs.primaryOf(1, 1, 1);

        evs.leave(nodes.get(1));
        evs.transition(List.of(nodes.get(0), nodes.get(2)), Set.of(nodes.get(1)), true);
        evs.install(nodes.get(0), nodes.get(2));
        evs.run();
        evs.leave(nodes.get(2));
        evs.transition(List.of(nodes.get(0)), Set.of(nodes.get(2)), true);
        evs.install(nodes.get(0));
        evs.run();

        assertThat(nodes.get(0).primary.state()).isEqualTo(PrimaryState.PRIM);
        assertThat(nodes.get(0).views()).allMatch(PrimaryView::isPrimary);
    }

    @Test
    void row26NodesWhoseInstallWasNotDeliveredHaveNoVote() {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = evs.primaryOf(1, 1);
        SimulatedEvs.Node a = nodes.get(0);
        SimulatedEvs.Node b = nodes.get(1);
        SimulatedEvs.Node c = evs.add(3);
        SimulatedEvs.Node d = evs.add(4);
        evs.transition(a, b, c, d);
        evs.install(a, b, c, d);

        evs.regroup(a);
        evs.regroup(b, c, d);

        assertThat(List.of(a, b, c, d)).allMatch(node -> node.primary.state() == PrimaryState.NON_PRIM);
    }

    @Test
    void row29WeightZeroAloneLosesQuorumAndComesBack() {
        SimulatedEvs evs = new SimulatedEvs();
        SimulatedEvs.Node zero = evs.bootstrap(1, new PrimarySettings(0, 0, false, false, false, false));
        evs.regroup(zero);
        SimulatedEvs.Node other = evs.add(2);

        evs.transition(zero, other);
        assertThat(zero.lastView().isPrimary()).isFalse();
        evs.install(zero, other);
        evs.run();

        assertThat(zero.primary.state()).isEqualTo(PrimaryState.PRIM);
        assertThat(other.primary.state()).isEqualTo(PrimaryState.PRIM);
    }

    @Test
    void row4IgnoredSplitBrainMakesTwoPrimariesOfWhichOneSurvives() {
        SimulatedEvs evs = new SimulatedEvs();
        evs.forked = true;
        PrimarySettings settings = new PrimarySettings(1, 0, false, true, false, false);
        SimulatedEvs.Node older = evs.bootstrap(1, settings);
        SimulatedEvs.Node younger = evs.add(2, settings);
        evs.regroup(older);
        evs.regroup(older, younger);

        evs.regroup(older);
        evs.regroup(younger);
        assertThat(older.primary.state()).isEqualTo(PrimaryState.PRIM);
        assertThat(younger.primary.state()).isEqualTo(PrimaryState.PRIM);
        evs.regroup(older, younger);

        assertThat(younger.fatals).singleElement().asString().contains("conflicting primary components");
        evs.crash(younger);
        evs.regroup(older);
        assertThat(older.primary.state()).isEqualTo(PrimaryState.PRIM);
    }

    @Test
    void ignoredQuorumIsNotIgnoredWhileLeaving() {
        SimulatedEvs evs = new SimulatedEvs();
        List<SimulatedEvs.Node> nodes = evs.primaryOf(1, 1, 1);
        nodes.forEach(node -> node.primary.setIgnore(true, true));

        evs.leave(nodes.get(0));

        assertThat(nodes.get(0).lastView().isEmpty()).isTrue();
        assertThat(nodes.get(0).views())
                .noneMatch(view -> view.isPrimary()
                        && view.members().size() == 1
                        && view.id().seq() > 1);
        assertThat(nodes.get(0).views().get(nodes.get(0).views().size() - 2).isPrimary())
                .isFalse();
    }

    private static List<SimulatedEvs.Node> pick(List<SimulatedEvs.Node> nodes, String which) {
        if (which.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(which.split("\\+", -1))
                .map(number -> nodes.get(Integer.parseInt(number) - 1))
                .toList();
    }
}
