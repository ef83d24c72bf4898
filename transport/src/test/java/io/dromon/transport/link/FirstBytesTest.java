package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class FirstBytesTest {
    private static FirstBytes.Kind kind(String hex) {
        return FirstBytes.kind(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @CsvSource({
        "'', UNKNOWN",
        // ClientHello of a real node
        "1603010122010001, TLS_HANDSHAKE",
        "16, UNKNOWN",
        "1603, UNKNOWN",
        "160301, TLS_HANDSHAKE",
        // alert of a real node after a dialler gave up
        "15030300020232, TLS_ALERT",
        // HANDSHAKE of a real node
        "2400000218e8f0a6, PLAIN_FRAME",
        "24000000, PLAIN_FRAME",
        "240000, UNKNOWN",
        // GET
        "47455420, OTHER",
        // SSH-
        "5353482d, OTHER",
        "ffffffff, OTHER",
        "160400f0, OTHER"
    })
    void tellsTheKind(String hex, FirstBytes.Kind kind) {
        assertThat(kind(hex)).isEqualTo(kind);
    }

    @Test
    void noticesAreKnownHoweverManyBytesCome() {
        for (ByteBuf notice : new ByteBuf[] {FirstBytes.tlsRequired(), FirstBytes.plainHere()}) {
            FirstBytes.Kind expected =
                    notice.readableBytes() == 7 ? FirstBytes.Kind.PLAIN_NOTICE : FirstBytes.Kind.TLS_NOTICE;
            for (int length = 1; length <= notice.readableBytes(); length++) {
                assertThat(FirstBytes.kind(notice.slice(0, length))).isIn(FirstBytes.Kind.UNKNOWN, expected);
            }
            assertThat(FirstBytes.kind(notice)).isEqualTo(expected);
        }
    }
}
