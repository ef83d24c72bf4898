package io.dromon.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The judge of {@link ChaosRun} sees what it is there for. */
@Tag("unit")
final class OrderCheckTest {
    private final OrderCheck check = new OrderCheck(what -> {});
    private final OrderCheck.Life a = check.begin("a.1");
    private final OrderCheck.Life b = check.begin("b.1");

    @Test
    void takesOutputsThatAgree() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        both("3\tb\tb.1 1 x");
        b.view(false, 3, "view -1 of b");
        a.view(true, 4, "view 2 of a");
        a.output("5\ta\ta.1 2 x");
        a.view(true, 6, "view 3 of a,b");
        b.view(true, 6, "view 3 of a,b");
        both("7\ta\ta.1 3 x");

        assertThat(violated()).isFalse();
    }

    @Test
    void seesTwoContentsOfOneNumber() {
        bothIn(1);
        a.output("2\ta\ta.1 1 x");
        b.output("2\tb\tb.1 1 x");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesAViewWhereAnotherHasAWriteSet() {
        bothIn(1);
        a.output("2\ta\ta.1 1 x");
        b.view(true, 2, "view 2 of b");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesAnOutputThatGoesBackwards() {
        bothIn(1);
        both("3\ta\ta.1 1 x");
        a.output("2\tb\tb.1 1 x");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesALineOfAWriterThatComesTwice() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        both("3\ta\ta.1 1 x");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesWhatAMemberHasMissed() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        a.output("3\ta\ta.1 2 x");
        both("4\ta\ta.1 3 x");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesThatAMemberHasStoppedEarly() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        a.output("3\ta\ta.1 2 x");

        assertThat(violated()).isTrue();
    }

    @Test
    void seesANumberThatNobodyHas() {
        bothIn(1);
        both("3\ta\ta.1 1 x");

        assertThat(violated()).isTrue();
    }

    private void bothIn(int seqno) {
        a.view(true, seqno, "view 1 of a,b");
        b.view(true, seqno, "view 1 of a,b");
    }

    private void both(String line) {
        a.output(line);
        b.output(line);
    }

    private boolean violated() {
        check.check(Set.of(a, b));
        return check.violated();
    }
}
