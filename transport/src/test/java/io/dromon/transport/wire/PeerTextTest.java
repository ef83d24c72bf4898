package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class PeerTextTest {
    /** A line feed, an escape of a terminal, its C1 form, an override of the direction, an isolate, half a character. */
    private static final String HOSTILE = "a\nb\u001b[2Jc\u009b2Jd\u202ee\u2066f\ud800g";

    @Test
    void leavesWhatPeopleRead() {
        assertThat(PeerText.printable("größe, 中文, 😀 \"x\"")).isEqualTo("größe, 中文, 😀 \"x\"");
    }

    @Test
    void makesOneHarmlessLine() {
        assertThat(PeerText.printable(HOSTILE)).isEqualTo("a?b?[2Jc?2Jd?e?f?g");
        assertThat(PeerText.printable("abcdef\n", 3)).isEqualTo("abc...");
    }

    @Test
    void indentsFurtherLines() {
        assertThat(PeerText.lines("2 problems:\n2026-11-29T10:00:00.000Z ERROR faked"))
                .isEqualTo("2 problems:\n    2026-11-29T10:00:00.000Z ERROR faked");
        assertThat(PeerText.lines(HOSTILE)).isEqualTo("a\n    b?[2Jc?2Jd?e?f?g");
    }

    @Test
    void keepsTheValueOfAJsonText() {
        assertThat(PeerText.json("{\n  \"a\" : \"x\u202ey\u009bz😀\"\n}"))
                .isEqualTo("{\n  \"a\" : \"x\\u202ey\\u009bz😀\"\n}");
    }

    @Test
    void isPartOfEachFailureOfALink() {
        assertThat(new LinkFailure.WrongIdentity("10.0.0.1: " + HOSTILE).message())
                .doesNotMatch("(?s).*[\\p{Cntrl}\u202e].*");
        assertThat(new LinkFailure.Disconnected("x\u202e").message()).isEqualTo("x?");
    }
}
