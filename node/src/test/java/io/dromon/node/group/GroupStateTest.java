package io.dromon.node.group;

import static io.dromon.node.group.GroupState.CLOSED;
import static io.dromon.node.group.GroupState.INCONSISTENT;
import static io.dromon.node.group.GroupState.NON_PRIMARY;
import static io.dromon.node.group.GroupState.PRIMARY;
import static io.dromon.node.group.GroupState.WAIT_STATE_MSG;
import static io.dromon.node.group.GroupState.WAIT_STATE_UUID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dromon.transport.wire.Position;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The states of the group (chapter 04, section 5.2). */
@Tag("unit")
final class GroupStateTest {
    private static final Map<GroupState, Set<GroupState>> LEGAL = Map.of(
            NON_PRIMARY, Set.of(NON_PRIMARY, WAIT_STATE_UUID, CLOSED),
            WAIT_STATE_UUID, Set.of(NON_PRIMARY, WAIT_STATE_UUID, WAIT_STATE_MSG, CLOSED),
            WAIT_STATE_MSG, Set.of(NON_PRIMARY, WAIT_STATE_UUID, PRIMARY, INCONSISTENT, CLOSED),
            PRIMARY, Set.of(NON_PRIMARY, WAIT_STATE_UUID, INCONSISTENT, CLOSED),
            INCONSISTENT, Set.of(CLOSED),
            CLOSED, Set.of());

    @ParameterizedTest
    @EnumSource
    void goesOnlyWhereItMay(GroupState from) {
        for (GroupState to : GroupState.values()) {
            assertThat(from.mayBecome(to))
                    .as("%s to %s", from, to)
                    .isEqualTo(LEGAL.getOrDefault(from, Set.of()).contains(to));
        }
    }

    @Test
    void anIllegalChangeIsABug() {
        Configuration configuration = new Configuration(GroupSettings.member("n", ""), new UUID(1, 2), Position.NONE);

        assertThatIllegalStateException().isThrownBy(() -> configuration.enter(PRIMARY));
    }
}
