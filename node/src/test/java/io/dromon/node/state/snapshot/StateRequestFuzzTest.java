package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Garbage of every kind: only the declared exception, and what is read is written again as it was. */
@Tag("unit")
final class StateRequestFuzzTest {
    private static final Bytes PART =
            SnapshotRequestTest.request("10.0.0.3:4444").encode();

    @Test
    void stateRequestsThrowTheirDeclaredExceptionOnly() {
        List<Bytes> samples = List.of(
                StateRequestTest.recorded("str-01-rsync-sst.bin"),
                StateRequestTest.recorded("str-03-ist-only.bin"),
                StateRequestTest.recorded("str-07-garbd-trivial.bin"),
                new StateRequest(PART, Bytes.EMPTY).encode(),
                new StateRequest(Bytes.EMPTY, PART, PART).encode());

        Fuzz.run(StateRequestFuzzTest.class, samples, input -> {
            StateRequest request = StateRequest.decode(input);
            assertThat(request.encode()).isEqualTo(input);
            assertThat(request.wantsSnapshot() && request.wantsNothing()).isFalse();
        });
    }

    @Test
    void snapshotRequestsThrowTheirDeclaredExceptionOnly() {
        Fuzz.run(StateRequestFuzzTest.class, List.of(PART), input -> {
            SnapshotRequest request = SnapshotRequest.decode(input);
            SnapshotRequest again = SnapshotRequest.decode(request.encode());
            assertThat(again.joiner()).isEqualTo(request.joiner());
            assertThat(again.method()).isEqualTo(request.method());
            assertThat(again.token().text()).isEqualTo(request.token().text());
        });
    }
}
