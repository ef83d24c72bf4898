package io.dromon.it.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dromon.it.sim.OrderChecker.Life;
import io.dromon.node.group.GroupEvent.ConfigurationChange;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import io.dromon.transport.sim.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the checker of the order finds, and what it lets pass because nobody is left who could know better. */
@Tag("unit")
class OrderCheckerTest {
    private static final UUID HISTORY = new UUID(7, 7);
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 1);
    private static final UUID B_AGAIN = new UUID(2, 2);

    private final OrderChecker order = new OrderChecker(2);
    private final Life a = start("a", A, 0);
    private final Life b = start("b", B, 1);

    OrderCheckerTest() {
        configure(a, 1, 1, A, B);
        configure(b, 1, 1, A, B);
        order.onWriteSet(a, 2, 20);
        order.onWriteSet(b, 2, 20);
        order.onWriteSet(b, 3, 30); // a has it too, and has not learnt that it is safe
    }

    @Test
    void letsAComponentBeFormedAgainWithoutWhatOnlyTheKilledHadDelivered() {
        order.onKilled(b);
        loseQuorum(a);
        start("b", B_AGAIN, 1);

        assertThatCode(() -> {
                    configure(a, 3, 2, A, B_AGAIN);
                    order.onWriteSet(a, 4, 40);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void findsTheSameWhereOneWhoHadDeliveredItLives() {
        loseQuorum(a);

        assertViolation("one-order", () -> configure(a, 3, 2, A, B));
    }

    @Test
    void findsTheSameWhereTheComponentWentOnWithoutABreak() {
        order.onKilled(b);

        assertViolation("one-order", () -> configure(a, 3, 2, A));
    }

    @Test
    void findsTheSameWhereANewcomerTellsFirstOfTheComponentThatWentOnWithoutABreak() {
        order.onKilled(b);
        Life again = start("b", B_AGAIN, 1);
        configure(again, 3, 2, A, B_AGAIN);

        assertViolation("one-order", () -> configure(a, 3, 2, A, B_AGAIN));
    }

    @Test
    void findsASecondChangeOfWhatWasFormedAgain() {
        order.onKilled(b);
        loseQuorum(a);
        Life again = start("b", B_AGAIN, 1);
        configure(a, 3, 2, A, B_AGAIN);
        configure(again, 3, 2, A, B_AGAIN);
        order.onWriteSet(a, 4, 40);

        assertViolation("one-order", () -> order.onWriteSet(again, 4, 41));
    }

    @Test
    void findsAHostThatIsTakenForCompleteAtANumberThatItHasOtherwise() {
        order.onApplied(b, 3);
        order.onKilled(b);
        loseQuorum(a);
        configure(a, 3, 2, A);
        Life again = start("b", B_AGAIN, 1);

        assertViolation("position-in-history", () -> configure(again, 4, 3, A, B_AGAIN));
    }

    private Life start(String name, UUID uuid, int host) {
        order.onStart(uuid, host);
        return order.begin(name, host);
    }

    private void configure(Life life, long seqno, long confId, UUID... members) {
        order.onConfiguration(life, change(seqno, confId, MemberStatus.SYNCED, members));
    }

    private void loseQuorum(Life life) {
        order.onConfiguration(life, change(life.last(), -1, MemberStatus.NON_PRIM, A));
    }

    private static ConfigurationChange change(long seqno, long confId, MemberStatus status, UUID... members) {
        List<GroupMember> list = new ArrayList<>();
        for (UUID member : members) {
            list.add(new GroupMember(member, "", "", 0, status, false, -1));
        }
        return new ConfigurationChange(seqno, confId, HISTORY, true, list, 0, GroupVersions.NONE, -1, 0);
    }

    private static void assertViolation(String rule, ThrowingCallable action) {
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(action)
                .satisfies(violation -> assertThat(violation.rule()).isEqualTo(rule));
    }
}
