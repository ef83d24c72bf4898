package io.dromon.node.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.group.CChange;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class HistoryTailTest {
    private static HistoryTail tail(long first, long... hashes) {
        return new HistoryTail(first, LongStream.of(hashes).boxed().toList());
    }

    private static IstEvent change(long seqno, UUID... members) {
        CChange content = new CChange(
                11,
                6,
                new UUID(1, 1),
                seqno,
                3,
                0,
                0,
                List.of(members).stream()
                        .map(uuid -> new CChange.Member(uuid, "n", "", -1, MemberStatus.SYNCED))
                        .toList());
        return new IstEvent.Change(seqno, false, content, content.encode());
    }

    @Test
    void findsTheFirstNumberWithAnotherContent() {
        assertThat(tail(5, 1, 2, 3).firstDifference(tail(6, 2, 3, 4))).isEmpty();
        assertThat(tail(5, 1, 2, 3).firstDifference(tail(6, 2, 9, 9))).hasValue(7);
        assertThat(tail(5, 1, 2).firstDifference(tail(7, 8, 9))).isEmpty();
        assertThat(tail(5, 1, 2).firstDifference(HistoryTail.NONE)).isEmpty();
        assertThat(HistoryTail.NONE.firstDifference(tail(0, 1))).isEmpty();
    }

    @Test
    void tellsConfigurationsAndNumbersWithoutContentApart() {
        UUID one = new UUID(2, 1);
        UUID other = new UUID(2, 2);
        HistoryTail first = HistoryTail.of(List.of(change(7, one, other), new IstEvent.Skipped(8, false)));

        assertThat(first.firstDifference(
                        HistoryTail.of(List.of(change(7, one, other), new IstEvent.Skipped(8, false)))))
                .isEmpty();
        assertThat(first.firstDifference(HistoryTail.of(List.of(change(7, one), new IstEvent.Skipped(8, false)))))
                .hasValue(7);
        assertThat(first.firstDifference(HistoryTail.of(List.of(change(7, one, other), change(8, one)))))
                .hasValue(8);
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        assertThat(HistoryTail.decode(tail(5, 1, -2, 3).encode())).isEqualTo(tail(5, 1, -2, 3));
        assertThat(HistoryTail.NONE.encode()).isEqualTo(Bytes.EMPTY);
        assertThat(HistoryTail.decode(Bytes.EMPTY)).isEqualTo(HistoryTail.NONE);
    }

    @Test
    void refusesLengthsAndNumbersThatDoNotFit() {
        byte[] bytes = tail(5, 1, 2).encode().toArray();
        bytes[0] = 3;
        assertThatThrownBy(() -> HistoryTail.decode(new Bytes(bytes)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("3 hashes");
        Fuzz.run(HistoryTailTest.class, List.of(tail(5, 1, 2, 3).encode()), input -> {
            HistoryTail read = HistoryTail.decode(input);
            assertThat(read.encode()).isEqualTo(input);
            assertThat(read.firstDifference(read)).isEmpty();
        });
    }
}
