package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ist.protocol.IstRequest;
import io.dromon.node.ist.protocol.IstVectors;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** State requests (chapter 06 sections 4.2 and 15.1). */
@Tag("unit")
final class StateRequestTest {
    /** A recorded action without the envelope: donors NUL, and of version 2 and more {@code V}, the version and the GTID. */
    static Bytes recorded(String vector) {
        Bytes action = IstVectors.resource(vector);
        int donors = 0;
        while (action.array()[donors] != 0) {
            donors++;
        }
        Bytes behind = action.skip(donors + 1);
        return behind.array()[behind.offset()] == 'V' ? behind.skip(2 + 24) : behind;
    }

    private static Bytes ascii(String text) {
        return new Bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({
        "str-01-rsync-sst.bin, 32, 64, true",
        "str-02-rsync-ist.bin, 32, 64, true",
        "str-03-ist-only.bin, 0, 65, false",
        "str-04-donor-list.bin, 32, 69, true",
        "str-05-rsync-verify-ca.bin, 72, 67, true",
        "str-06-mariabackup.bin, 46, 67, true",
        "str-10-method-skip.bin, 8, 69, false"
    })
    void readsAndWritesRecordedRequests(String vector, int snapshot, int incremental, boolean wanted) throws Exception {
        Bytes recorded = recorded(vector);

        StateRequest request = StateRequest.decode(recorded);

        assertThat(StateRequest.isVersion1(recorded)).isTrue();
        assertThat(request.snapshot().length()).isEqualTo(snapshot);
        assertThat(request.incremental().length()).isEqualTo(incremental);
        assertThat(request.wantsSnapshot()).isEqualTo(wanted);
        assertThat(request.wantsEvents()).isTrue();
        assertThat(IstRequest.decode(request.incremental()).lastNeeded()).isPositive();
        assertThat(request.encode()).isEqualTo(recorded);
    }

    @Test
    void tellsTheReservedWordsFromMethods() {
        assertThat(new StateRequest(ascii("trivial\0"), Bytes.EMPTY).wantsNothing())
                .isTrue();
        assertThat(new StateRequest(ascii("none\0behind\0"), Bytes.EMPTY).wantsNothing())
                .isTrue();
        assertThat(new StateRequest(ascii("nonesuch\0"), Bytes.EMPTY).wantsNothing())
                .isFalse();
        assertThat(new StateRequest(ascii("trivial"), Bytes.EMPTY).wantsNothing())
                .isFalse();
        assertThat(new StateRequest(Bytes.EMPTY, Bytes.EMPTY).wantsSnapshot()).isFalse();
        assertThat(new StateRequest(Bytes.EMPTY, Bytes.EMPTY).wantsEvents()).isFalse();
    }

    @Test
    void carriesNoPartAtAll() throws Exception {
        StateRequest empty = new StateRequest(Bytes.EMPTY, Bytes.EMPTY);

        assertThat(empty.encode().length()).isEqualTo(14);
        assertThat(StateRequest.decode(empty.encode())).isEqualTo(empty);
    }

    @ParameterizedTest
    @ValueSource(strings = {"str-07-garbd-trivial.bin", "str-08-garbd-custom-sst.bin"})
    void tellsRequestsOfVersion0(String vector) {
        Bytes recorded = recorded(vector);

        assertThat(StateRequest.isVersion1(recorded)).isFalse();
        assertThatThrownBy(() -> StateRequest.decode(recorded))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 1");
    }

    @Test
    void refusesARequestAtEachByteThatIsMissingOrTooMuch() {
        byte[] whole = recorded("str-01-rsync-sst.bin").toArray();

        for (int length = 0; length < whole.length; length++) {
            Bytes cut = new Bytes(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> StateRequest.decode(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> StateRequest.decode(new Bytes(Arrays.copyOf(whole, whole.length + 1))))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("1 bytes follow");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 33})
    void refusesALengthThatIsNotExact(int length) {
        byte[] bytes =
                new StateRequest(new Bytes(new byte[32]), Bytes.EMPTY).encode().toArray();
        for (int i = 0; i < 4; i++) {
            bytes[6 + i] = (byte) (length >> (8 * i));
        }

        assertThatThrownBy(() -> StateRequest.decode(new Bytes(bytes)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("SST part");
    }
}
