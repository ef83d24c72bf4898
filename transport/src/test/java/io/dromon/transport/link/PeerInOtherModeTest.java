package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.X509Bundle;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer in the other mode: a named failure on both sides, in bounded time. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class PeerInOtherModeTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");

    private static TlsContexts tls(TlsSettings.Provider provider) {
        return TestPki.contexts(provider, SHARED);
    }

    private static TlsContexts tls() {
        return tls(TlsSettings.Provider.AUTO);
    }

    private static long millis(long start, TestNode.Event event) {
        return (event.nanos() - start) / 1_000_000;
    }

    private static LinkSettings withPeek(Duration peek) {
        return TestNode.defaults().withPeek(peek);
    }

    @Test
    void plainDiallerAndTlsListenerBothNameItWithinTheProbeTime() throws Exception {
        try (TestNode plain = TestNode.plain();
                TestNode secure = new TestNode(Optional.of(tls()), TestNode.defaults())) {
            long start = System.nanoTime();
            plain.dial("tcp://127.0.0.1:" + secure.port());

            TestNode.Event closed = plain.await("closed");

            assertThat(closed.detail()).isInstanceOf(LinkFailure.TlsPeer.class);
            assertThat(plain.failure().message()).contains("speaks TLS").contains("socket.ssl=YES");
            assertThat(millis(start, closed)).isBetween(900L, 3000L);
            secure.awaitRefused(LinkFailure.SilentPeer.class);
            assertThat(secure.events).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void tlsDiallerAndPlainListenerBothNameItAtOnce(TlsSettings.Provider provider) throws Exception {
        // A long peek: a loaded machine shall not turn this into the next case.
        try (TestNode plain = new TestNode(Optional.empty(), withPeek(Duration.ofSeconds(2)));
                TestNode secure = new TestNode(Optional.of(tls(provider)), TestNode.defaults())) {
            long start = System.nanoTime();
            secure.dial(plain);

            TestNode.Event closed = secure.await("closed");

            assertThat(closed.detail()).isInstanceOf(LinkFailure.PlainPeer.class);
            assertThat(secure.failure().message()).contains("plain text").contains("socket.ssl=YES");
            assertThat(millis(start, closed)).isLessThan(2500);
            plain.awaitRefused(LinkFailure.TlsPeer.class);
            assertThat(plain.events).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void tlsDiallerNamesPlainListenerThatSpokeFirst(TlsSettings.Provider provider) throws Exception {
        try (TestNode plain = new TestNode(Optional.empty(), withPeek(Duration.ZERO));
                TestNode secure = new TestNode(Optional.of(tls(provider)), TestNode.defaults())) {
            // What the mesh does: the acceptor sends HANDSHAKE, 36 bytes.
            plain.onAccepted = event -> plain.links.send(event.link(), new Bytes(new byte[36]));
            long start = System.nanoTime();
            secure.dial(plain);

            TestNode.Event closed = secure.await("closed");

            assertThat(closed.detail()).isInstanceOf(LinkFailure.PlainPeer.class);
            assertThat(secure.failure().message()).contains("Galera's protocol in plain text");
            assertThat(millis(start, closed)).isLessThan(2500);
            assertThat(plain.failure()).isInstanceOfAny(LinkFailure.TlsPeer.class, LinkFailure.Disconnected.class);
        }
    }

    @Test
    void plainNodeDoesNotDialAnAddressThatSaysTls() throws Exception {
        try (TestNode plain = TestNode.plain()) {
            plain.dial("ssl://127.0.0.1:4567");

            assertThat(plain.failure()).isInstanceOf(LinkFailure.TlsPeer.class);
        }
    }

    @Test
    void tlsNodeNeverDialsInPlainText() throws Exception {
        try (TestNode a = new TestNode(Optional.of(tls()), TestNode.defaults());
                TestNode b = new TestNode(Optional.of(tls()), TestNode.defaults())) {
            a.dial("tcp://127.0.0.1:" + b.port());

            a.await("connected");

            assertThat(b.await("accepted").detail()).isEqualTo("ssl 127.0.0.1");
        }
    }

    @Test
    void tlsListenerNamesWhoeverSpeaksSomethingElse() throws Exception {
        try (TestNode secure = new TestNode(Optional.of(tls()), TestNode.defaults());
                Socket http = new Socket(InetAddress.getLoopbackAddress(), secure.port())) {
            http.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            String answer = new String(readAll(http), StandardCharsets.US_ASCII);

            assertThat(answer).isEqualTo("TLS required on this port: set socket.ssl=YES\n");
            secure.awaitRefused(LinkFailure.PlainPeer.class);
        }
    }

    @Test
    void silentPeerOfTlsListenerIsToldAndDroppedAtTheProbeTime() throws Exception {
        try (TestNode secure = new TestNode(Optional.of(tls()), TestNode.defaults());
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), secure.port())) {
            long start = System.nanoTime();

            byte[] answer = readAll(silent);

            assertThat((System.nanoTime() - start) / 1_000_000).isBetween(900L, 3000L);
            // The fourth byte is a frame version that no node knows: a real one gives up at once and logs it.
            assertThat(answer[3] >>> 4).isEqualTo(2);
            assertThat(secure.refused(LinkFailure.SilentPeer.class)).isEqualTo(1);
        }
    }

    @Test
    void clientHelloThatDripsHitsTheHandshakeDeadline() throws Exception {
        LinkSettings settings =
                TestNode.settings().withTimeouts(Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(1));
        try (TestNode secure = new TestNode(Optional.of(tls()), settings);
                Socket dripping = new Socket(InetAddress.getLoopbackAddress(), secure.port())) {
            dripping.setTcpNoDelay(true);
            long start = System.nanoTime();
            byte[] hello = {0x16, 3, 1, 1, 0x22, 1, 0, 1, 0x1e, 3, 3};
            for (byte next : hello) {
                dripping.getOutputStream().write(next);
                Thread.onSpinWait();
            }

            assertThat(readAll(dripping)).isEmpty();

            assertThat((System.nanoTime() - start) / 1_000_000).isBetween(500L, 3000L);
            assertThat(secure.refused(LinkFailure.SilentPeer.class)).isEqualTo(1);
        }
    }

    @Test
    void tlsDiallerGivesUpOnSilentListener() throws Exception {
        LinkSettings settings = TestNode.settings()
                .withTimeouts(Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofMillis(400));
        try (TestNode secure = new TestNode(Optional.of(tls()), settings);
                ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            secure.dial("ssl://127.0.0.1:" + silent.getLocalPort());

            TestNode.Event closed = secure.await("closed");

            assertThat(closed.detail()).isInstanceOf(LinkFailure.SilentPeer.class);
            assertThat(millis(start, closed)).isBetween(350L, 2500L);
        }
    }

    @Test
    void bytesThatAreNoHandshakeInTlsAreRefusedWithoutShowingThem() throws Exception {
        try (TestNode secure = new TestNode(Optional.of(tls()), TestNode.defaults());
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), secure.port())) {
            byte[] record = new byte[5 + 64];
            record[0] = 0x16;
            record[1] = 3;
            record[2] = 1;
            record[4] = 64;
            record[5] = 77;
            peer.getOutputStream().write(record);

            readAll(peer);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> !secure.links.refusedByKind().join().isEmpty());
            assertThat(secure.events).isEmpty();
        }
    }

    static byte[] readAll(Socket socket) throws Exception {
        socket.setSoTimeout(10_000);
        try {
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        } catch (java.net.SocketException reset) {
            return new byte[0];
        }
    }
}
