package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.Address;
import io.dromon.sst.Token;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SST part of a node (chapter 06 section 9.2). */
@Tag("unit")
final class SnapshotRequestTest {
    private static final String TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    static SnapshotRequest request(String joiner) {
        return new SnapshotRequest("stream", Address.parse(joiner), Token.parse(TOKEN));
    }

    private static Bytes latin(String text) {
        return new Bytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void hasTheFormOfADatabasesRequest() {
        assertThat(request("10.0.0.3:4444").encode()).isEqualTo(latin("stream\0" + TOKEN + "@10.0.0.3:4444\0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.3:4444", "db-3.example.org:1", "[2001:db8::3]:65535"})
    void readsWhatItWrote(String joiner) throws Exception {
        SnapshotRequest read = SnapshotRequest.decode(request(joiner).encode());

        assertThat(read.method()).isEqualTo("stream");
        assertThat(read.joiner()).isEqualTo(Address.parse(joiner));
        assertThat(read.token().text()).isEqualTo(TOKEN);
    }

    @Test
    void neverShowsItsToken() {
        assertThat(request("10.0.0.3:4444").toString())
                .contains("10.0.0.3:4444")
                .doesNotContain(TOKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0",
                "stream\0",
                "stream\0T@10.0.0.3:4444",
                "\0T@10.0.0.3:4444\0",
                "../x\0T@10.0.0.3:4444\0",
                "stream\0T@10.0.0.3\0",
                "stream\0T@10.0.0.3:0\0",
                "stream\0T@tcp://10.0.0.3:4444\0",
                "stream\0T@10.0.0.3:4444/x\0",
                "stream\0T@x@10.0.0.3:4444\0",
                "stream\0T@10.0.0.3:4444\0\0",
                "stream\0short@10.0.0.3:4444\0",
                "stream\0\u00e4T@10.0.0.3:4444\0"
            })
    void refusesWhatIsNoRequestWithoutShowingIt(String text) {
        Bytes part = latin(text.replace("T", TOKEN));

        assertThatThrownBy(() -> SnapshotRequest.decode(part))
                .isInstanceOf(MalformedMessageException.class)
                .message()
                .doesNotContain(TOKEN)
                .doesNotContain("short@")
                .isNotEmpty();
    }

    @Test
    void saysThatADatabaseAsks() throws Exception {
        Bytes rsync = StateRequest.decode(StateRequestTest.recorded("str-01-rsync-sst.bin"))
                .snapshot();

        assertThatThrownBy(() -> SnapshotRequest.decode(rsync))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("method rsync")
                .hasMessageContaining("no Dromon node");
    }

    @Test
    void refusesMoreThanARequestNeeds() {
        assertThatThrownBy(() -> SnapshotRequest.decode(new Bytes(new byte[1025])))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("1025");
    }
}
