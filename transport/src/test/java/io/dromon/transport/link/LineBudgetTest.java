package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LineBudgetTest {
    private final LineBudget budget = new LineBudget(3, Duration.ofSeconds(1));
    private final List<Long> leftOut = new ArrayList<>();

    private int lines(int wanted, long nowMs) {
        int lines = 0;
        for (int i = 0; i < wanted; i++) {
            if (budget.room(Duration.ofMillis(nowMs).toNanos(), leftOut::add)) {
                lines++;
            }
        }
        return lines;
    }

    @Test
    void countsWhatFindsNoRoomAndTellsItWithTheNextWindow() {
        assertThat(lines(1000, 0)).isEqualTo(3);
        assertThat(lines(5, 999)).isZero();
        assertThat(leftOut).isEmpty();

        assertThat(lines(1, 1000)).isEqualTo(1);

        assertThat(leftOut).containsExactly(1002L);
    }

    @Test
    void saysNothingWhereNothingWasLeftOut() {
        assertThat(lines(3, 0)).isEqualTo(3);
        assertThat(lines(3, 1500)).isEqualTo(3);
        assertThat(leftOut).isEmpty();
    }
}
