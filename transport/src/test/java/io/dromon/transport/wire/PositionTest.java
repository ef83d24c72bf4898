package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a position (chapter 06, section 1). */
@Tag("unit")
final class PositionTest {
    private static final String HISTORY = "6c85ca8e-e52e-11f1-8519-369fc54b9e1c";

    @ParameterizedTest
    @ValueSource(strings = {HISTORY + ":0", HISTORY + ":3125", HISTORY + ":-1"})
    void isReadAsItIsWritten(String text) {
        assertThat(Position.parse(text)).hasToString(text);
    }

    @Test
    void nothingIsAPositionToo() {
        assertThat(Position.parse("00000000-0000-0000-0000-000000000000:-1")).isEqualTo(Position.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":5",
                HISTORY,
                HISTORY + ":",
                HISTORY + ":-2",
                HISTORY + ":x",
                "1-2-3-4-5:7",
                "00000000-0000-0000-0000-000000000000:5"
            })
    void whatIsNoneIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.parse(text))
                .withMessage("'" + text + "' is no position, UUID:SEQNO is");
    }

    @Test
    void noHistoryHasNoSeqno() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(new UUID(0, 0), 7));
    }
}
