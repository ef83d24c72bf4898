package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.LinkFailure;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both providers' words for the same thing. */
@Tag("unit")
class TlsFailuresTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "The certificate chain length (301) exceeds the maximum allowed length (8)",
                "The size of the handshake message (98107) exceeds the maximum allowed size (32768)",
                "error:100000ba:SSL routines:OPENSSL_internal:EXCESSIVE_MESSAGE_SIZE"
            })
    void tooManyCertificatesAreNamed(String message) {
        LinkFailure failure =
                TlsFailures.of("ssl://10.0.0.1:4567", new SSLException(message)).orElseThrow();

        assertThat(failure).isInstanceOf(LinkFailure.UntrustedPeer.class);
        assertThat(failure.message()).contains("ssl://10.0.0.1:4567").contains("there are too many");
    }

    @Test
    void tellsPlainTextFromDamagedTls() {
        SSLException plain = new SSLException("Unsupported or unrecognized SSL message");

        assertThat(TlsFailures.isPlain(plain)).isTrue();
        assertThat(TlsFailures.isPlain(new IOException(plain))).isTrue();
        assertThat(TlsFailures.isPlain(new NotSslRecordException("not an SSL/TLS record: 0b0100")))
                .isTrue();
        assertThat(TlsFailures.isPlain(new SSLException("bad record MAC"))).isFalse();
    }
}
