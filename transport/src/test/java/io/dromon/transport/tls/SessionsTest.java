package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.lang.reflect.Proxy;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The verdict on an established session, whatever its handshake asked. */
@Tag("unit")
class SessionsTest {
    private static final X509Bundle CA = TestPki.ca("CA");

    private static SSLSession session(X509Bundle peer) {
        return (SSLSession) Proxy.newProxyInstance(
                SessionsTest.class.getClassLoader(),
                new Class<?>[] {SSLSession.class},
                (proxy, method, arguments) -> method.getName().equals("getPeerCertificates")
                        ? new Certificate[] {peer.getCertificate()}
                        : null);
    }

    @Test
    void isGivenByTheClockOfNow() throws Exception {
        X509Bundle own = TestPki.issue(TestPki.builder("own"), CA);
        SSLSession session = session(TestPki.issue(TestPki.builder("peer"), CA));
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        TlsGeneration generation = TestPki.generation(own, CA.getCertificate());
        TlsSettings settings = TlsSettings.of(java.nio.file.Path.of("-"), java.nio.file.Path.of("-"));
        TlsEndpoint.Spec spec = new TlsEndpoint.Spec(
                true,
                Optional.of(generation),
                Trust.in(List.of(CA.getCertificate())),
                TlsEndpoint.Verification.CHAIN,
                PeerSubjects.ANY,
                List.of("TLSv1.3"),
                "",
                List.of(),
                TlsSettings.Provider.AUTO);

        try (TlsContexts links = TlsContexts.of(generation, settings, now::get);
                TlsEndpoint tunnel = TlsEndpoint.of(spec, now::get)) {
            assertThatCode(() -> links.verify(session, true)).doesNotThrowAnyException();
            assertThatCode(() -> tunnel.verify(session)).doesNotThrowAnyException();

            now.set(Instant.now().plus(Duration.ofDays(1000)));

            assertThatThrownBy(() -> links.verify(session, true))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("has expired");
            assertThatThrownBy(() -> tunnel.verify(session))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("has expired");
        }
    }
}
