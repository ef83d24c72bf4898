package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.transport.wire.Position;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which node may make the component anew, and when none may. */
@Tag("unit")
class PositionProofTest {
    private static final UUID HISTORY = new UUID(1, 1);
    private static final UUID PROCEDURE = new UUID(2, 2);
    private static final Map<String, Integer> ALL = Map.of("n1", 1, "n2", 1, "n3", 1);

    private final Map<String, NodeFacts> facts = new TreeMap<>();
    private final JournalState journal = new JournalState();

    PositionProofTest() {
        List<PlannedNode> nodes = List.of(
                new PlannedNode("n1", "https://n1", Map.of()),
                new PlannedNode("n2", "https://n2", Map.of()),
                new PlannedNode("n3", "https://n3", Map.of()));
        journal.add(new JournalRecord.Planned(new RebootstrapPlan(PROCEDURE, "c", Map.of(), nodes), 0));
    }

    private void run(Map<String, String> without) {
        journal.add(new JournalRecord.RunBegan(journal.runs() + 1, new UUID(3, 3), Target.CHANGED, without, 0));
    }

    private void stopped(String name, @Nullable Position position, @Nullable Component component) {
        stopped(name, position, component, null);
    }

    private void stopped(
            String name, @Nullable Position position, @Nullable Component component, @Nullable UUID round) {
        Hold hold = new Hold(PROCEDURE, Target.ORIGINAL, round);
        facts.put(name, new NodeFacts(name, "c", 0, RunState.STOPPED, position, component, hold));
    }

    private static Position at(long seqno) {
        return new Position(HISTORY, seqno);
    }

    private static Component ofAll(Standing standing) {
        return new Component(10, ALL, standing);
    }

    private PositionProof.Result judge() {
        return PositionProof.judge(facts, journal);
    }

    private String problem() {
        assertThat(judge()).isInstanceOf(PositionProof.Result.Unproven.class);
        return String.join("; ", ((PositionProof.Result.Unproven) judge()).problems());
    }

    @Test
    void takesTheHighestSeqno() {
        run(Map.of());
        stopped("n1", at(11), ofAll(Standing.LEFT));
        stopped("n2", at(13), ofAll(Standing.LOST));
        stopped("n3", at(12), ofAll(Standing.LEFT));

        assertThat(judge()).isEqualTo(new PositionProof.Result.Newest("n2", at(13)));
    }

    @Test
    void takesTheFirstNameOfThoseThatAreEqual() {
        run(Map.of());
        stopped("n3", at(12), ofAll(Standing.LOST));
        stopped("n2", at(12), ofAll(Standing.LOST));
        stopped("n1", at(11), ofAll(Standing.LOST));

        assertThat(judge()).isEqualTo(new PositionProof.Result.Newest("n2", at(12)));
    }

    @Test
    void refusesWhereAPositionIsUnknown() {
        run(Map.of());
        stopped("n1", at(11), ofAll(Standing.LOST));
        stopped("n2", null, ofAll(Standing.LOST));
        stopped("n3", Position.NONE, ofAll(Standing.LOST));

        assertThat(problem())
                .contains("position of n2 is unknown: unknown is not old")
                .contains("position of n3 is unknown")
                .contains("--without n2 --because TEXT");
    }

    @Test
    void refusesNodesOfTwoHistories() {
        run(Map.of());
        stopped("n1", at(11), ofAll(Standing.LOST));
        stopped("n2", new Position(new UUID(9, 9), 11), ofAll(Standing.LOST));
        stopped("n3", at(11), ofAll(Standing.LOST));

        assertThat(problem()).contains("more than one history");
    }

    @Test
    void refusesWhereAMemberIsNotInThePlan() {
        run(Map.of());
        Component four = new Component(10, Map.of("n1", 1, "n2", 1, "n3", 1, "garb", 1), Standing.LOST);
        stopped("n1", at(11), four);
        stopped("n2", at(11), four);
        stopped("n3", at(11), four);

        assertThat(problem()).contains("not in the plan: [garb]").contains("arbitrators leave before");
    }

    @Test
    void goesOnWithoutAMinorityThatWasGivenUp() {
        run(Map.of("n3", "its disk is gone"));
        stopped("n1", at(11), ofAll(Standing.LOST));
        stopped("n2", at(12), ofAll(Standing.LOST));

        assertThat(judge()).isEqualTo(new PositionProof.Result.Newest("n2", at(12)));
    }

    @Test
    void refusesToGiveUpHalfOfTheWeight() {
        run(Map.of("n3", "its disk is gone"));
        Component heavy = new Component(10, Map.of("n1", 1, "n2", 1, "n3", 2), Standing.LOST);
        stopped("n1", at(11), heavy);
        stopped("n2", at(12), heavy);

        assertThat(problem()).contains("carry 2 of its weight 4").contains("not more than half");
    }

    @Test
    void countsNobodyWhoLeftInOrderWhereAMemberIsGivenUp() {
        run(Map.of("n3", "it does not answer"));
        stopped("n1", at(11), ofAll(Standing.LEFT));
        stopped("n2", at(12), ofAll(Standing.LEFT));

        assertThat(problem()).contains("carry 0 of its weight 3").contains("may have gone on");
    }

    @Test
    void countsNobodyOfAnOlderComponentWhereAMemberIsGivenUp() {
        run(Map.of("n3", "it does not answer"));
        stopped("n1", at(9), new Component(8, ALL, Standing.LOST));
        stopped("n2", at(12), new Component(10, Map.of("n2", 1, "n3", 1), Standing.LOST));

        assertThat(problem()).contains("carry 1 of its weight 2");
    }

    @Test
    void refusesWhereANodeThatWasPermittedIsGivenUp() {
        run(Map.of());
        journal.add(new JournalRecord.Granted(new Token(new UUID(5, 5), PROCEDURE, 1, HISTORY, 12, "n3", 0), 0));
        run(Map.of("n3", "it does not answer"));
        stopped("n1", at(12), ofAll(Standing.LOST));
        stopped("n2", at(12), ofAll(Standing.LOST));

        assertThat(problem()).contains("n3 was permitted to make the component anew at " + HISTORY + ":12");
    }

    @Test
    void takesThoseOfTheLastRoundBeforeHigherNumbersOfOthers() {
        run(Map.of());
        UUID round = new UUID(5, 5);
        journal.add(new JournalRecord.Granted(new Token(round, PROCEDURE, 1, HISTORY, 12, "n1", 0), 0));
        stopped("n1", at(14), new Component(13, Map.of("n1", 1), Standing.LOST), round);
        stopped("n2", at(15), ofAll(Standing.LOST));
        stopped("n3", at(12), ofAll(Standing.LOST));

        assertThat(judge()).isEqualTo(new PositionProof.Result.Newest("n1", at(14)));
    }

    @Test
    void countsAMemberThatFoundTheLastRoundByItself() {
        run(Map.of());
        UUID round = new UUID(5, 5);
        journal.add(new JournalRecord.Granted(new Token(round, PROCEDURE, 1, HISTORY, 12, "n1", 0), 0));
        stopped("n1", at(14), new Component(14, Map.of("n1", 1, "n3", 2), Standing.LOST), round);
        stopped("n2", at(12), ofAll(Standing.LOST));
        stopped("n3", at(20), new Component(15, Map.of("n3", 2), Standing.LOST));

        assertThat(judge()).isEqualTo(new PositionProof.Result.Newest("n3", at(20)));
    }
}
