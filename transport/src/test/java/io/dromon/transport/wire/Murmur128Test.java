package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of chapter 05 section 5, and the state that goes on. */
@Tag("unit")
final class Murmur128Test {
    @ParameterizedTest
    @CsvSource({
        "'',a9ce5a560c0bf7d6634f6f810e0bf20a",
        "a,ac2c7cb2310ccd5df0d36bdad60cc722",
        "abc,8518f935730b5459b03592e83262f0b5",
        "0123456789abcdef,437c50aceb65ac3b6aae49596abf92f4",
        "The quick brown fox jumps over the lazy dog,7ffd60250cfc2cda6ea66eae7eeaae1a",
    })
    void hashesTheTextsOfTheTable(String text, String digest) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);

        assertThat(hex(new Murmur128().add(bytes, 0, bytes.length))).isEqualTo(digest);
        assertThat(Murmur128.first(new Bytes(bytes)))
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex(digest))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong());
    }

    @Test
    void givesTheSameDigestHoweverTheBytesAreCut() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            String whole = hex(new Murmur128().add(bytes, 0, bytes.length));

            Murmur128 pieces = new Murmur128().add(bytes, 0, bytes.length).reset();
            for (int at = 0; at < bytes.length; ) {
                int count = 1 + random.nextInt(bytes.length - at);
                if (bytes.length - at >= 4 && random.nextBoolean()) {
                    count = 4;
                    pieces.addInt(ByteBuffer.wrap(bytes, at, 4)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getInt());
                } else {
                    pieces.add(bytes, at, count);
                }
                pieces.digest();
                at += count;
            }

            assertThat(hex(pieces)).isEqualTo(whole);
        }
    }

    private static String hex(Murmur128 hash) {
        hash.digest();
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(hash.first())
                        .putLong(hash.second())
                        .array());
    }
}
