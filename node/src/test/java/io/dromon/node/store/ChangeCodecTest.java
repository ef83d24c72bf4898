package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
final class ChangeCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Change> changes() {
        return List.of(
                new Change(bytes("a"), bytes("xy")),
                new Change(bytes("ab"), null),
                new Change(bytes("b"), new byte[0]));
    }

    private static List<Change> decode(String hex) throws MalformedMessageException {
        return ChangeCodec.decode(ByteBuffer.wrap(HEX.parseHex(hex.replace(" ", ""))));
    }

    @Test
    void hasTheFormatThatItsDescriptionDraws() throws Exception {
        String expected = "01 00000003" + " 01 0001 61 00000002 7879" + " 02 0002 6162" + " 01 0001 62 00000000";

        assertThat(HEX.formatHex(ChangeCodec.encode(changes()))).isEqualTo(expected.replace(" ", ""));
        List<Change> read = decode(expected);
        assertThat(read).hasSize(3);
        assertThat(read.get(0).key()).isEqualTo(bytes("a"));
        assertThat(read.get(0).value()).isEqualTo(bytes("xy"));
        assertThat(read.get(1).key()).isEqualTo(bytes("ab"));
        assertThat(read.get(1).value()).isNull();
        assertThat(read.get(2).value()).isEmpty();
    }

    @Test
    void takesTheLongestKey() throws Exception {
        byte[] key = new byte[Transaction.MAX_KEY_BYTES];

        List<Change> read =
                ChangeCodec.decode(ByteBuffer.wrap(ChangeCodec.encode(List.of(new Change(key, bytes("v"))))));

        assertThat(read.get(0).key()).hasSize(Transaction.MAX_KEY_BYTES);
    }

    @ParameterizedTest
    @CsvSource({
        "'', a change of 0 bytes",
        "02 00000001 02 0001 61, a change of version 2",
        "01 00000000, 0 changes",
        "01 ffffffff 02 0001 61, -1 changes",
        "01 00000002 02 0001 61, 2 changes in 4 bytes",
        "01 00000001 02 0000 61, an empty key",
        "01 00000001 02 0002 61, a key of 2 bytes where 1 are",
        "01 00000001 03 0001 61, a change of kind 3",
        "01 00000001 01 0001 61 0000, 2 bytes where a value begins",
        "01 00000001 01 0001 61 00000001, a value of 1 bytes where 0 are",
        "01 00000001 01 0001 61 ffffffff 61, a value of 4294967295 bytes where 1 are",
        "01 00000001 02 0001 61 00, 1 bytes behind the last change",
        "01 00000002 02 0001 61 02 0001 61, key 1 does not come behind the one before",
        "01 00000002 02 0001 62 02 0001 61, key 1 does not come behind the one before",
    })
    void refusesWhatIsMalformed(String hex, String why) {
        assertThatThrownBy(() -> decode(hex))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesWhatIsCutOffAnywhere() {
        byte[] whole = ChangeCodec.encode(changes());
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            assertThatThrownBy(() -> ChangeCodec.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void decoderThrowsOnlyItsDeclaredException() {
        List<Change> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add(new Change(bytes(String.format("key/%02d", i)), i % 3 == 0 ? null : new byte[i]));
        }
        List<Bytes> samples = List.of(new Bytes(ChangeCodec.encode(changes())), new Bytes(ChangeCodec.encode(many)));

        Fuzz.run(ChangeCodecTest.class, samples, input -> {
            List<Change> read = ChangeCodec.decode(input.toByteBuffer());
            assertThat(ChangeCodec.encode(read)).isEqualTo(input.toArray()); // one encoding of each change
        });
    }
}
