package io.dromon.node.ist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.Address;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The IST part of a state request (chapter 06 sections 4.2 and 15.1). */
@Tag("unit")
final class IstRequestTest {
    private static final Address JOINER = Address.parse("tcp://127.0.0.1:23511");

    /** The last part of a recorded request. */
    private static Bytes part(String vector, int length) {
        Bytes whole = IstVectors.resource(vector);
        return whole.skip(whole.length() - length);
    }

    @Test
    void readsAndWritesRecordedRequests() throws Exception {
        Bytes none = part("str-01-rsync-sst.bin", 64);
        Bytes five = part("str-02-rsync-ist.bin", 64);
        Bytes alone = part("str-03-ist-only.bin", 65);

        assertThat(IstRequest.decode(none)).isEqualTo(new IstRequest(Uuids.NIL, -1, 5, JOINER));
        assertThat(IstRequest.decode(five)).isEqualTo(new IstRequest(IstVectors.HISTORY, 5, 10, JOINER));
        assertThat(IstRequest.decode(alone)).isEqualTo(new IstRequest(IstVectors.HISTORY, 13, 16, JOINER));
        for (Bytes part : new Bytes[] {none, five, alone}) {
            assertThat(IstRequest.decode(part).encode()).isEqualTo(part);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0",
                "no request\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5-10|tcp://127.0.0.1:1",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5-10|tcp://127.0.0.1\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5-10|127.0.0.1:1\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5-10|tcp://127.0.0.1:70000\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5-10|tcp://127.0.0.1:1 x\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:-2-10|tcp://127.0.0.1:1\0",
                "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:9999999999999999999-10|tcp://127.0.0.1:1\0"
            })
    void refusesWhatIsNoRequest(String text) {
        Bytes part = new Bytes(text.getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> IstRequest.decode(part)).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void keepsAnIpv6AddressInItsBrackets() throws Exception {
        IstRequest request = new IstRequest(IstVectors.HISTORY, 5, 10, Address.parse("ssl://[::1]:4568"));

        assertThat(IstRequest.decode(request.encode())).isEqualTo(request);
    }
}
