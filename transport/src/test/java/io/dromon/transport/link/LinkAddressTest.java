package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class LinkAddressTest {
    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1:4567, ssl://127.0.0.1:4567",
        "ssl://0.0.0.0:0, ssl://0.0.0.0:0",
        "tcp://[::1]:4567, ssl://[::1]:4567",
        "tcp://[2001:db8:0:0:0:0:0:1]:1, ssl://[2001:db8::1]:1"
    })
    void numericAddressesKeepTheirShortestForm(String address, String formatted) {
        InetSocketAddress parsed = LinkAddress.parse(address).orElseThrow();

        assertThat(LinkAddress.format("ssl", parsed)).isEqualTo(formatted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tcp://",
                "tcp://:1",
                "127.0.0.1:1",
                "udp://127.0.0.1:1",
                "tcp://localhost:1",
                "tcp://127.0.0.1",
                "tcp://127.0.0.1:65536",
                "tcp://127.0.0.1:-1",
                "tcp://127.0.0.1:x",
                "tcp://[::1:1"
            })
    void anythingElseIsNone(String address) {
        assertThat(LinkAddress.parse(address)).isEmpty();
    }
}
