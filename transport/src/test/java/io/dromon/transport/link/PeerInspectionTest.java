package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.link.PeerInspection.Admission;
import io.dromon.transport.link.PeerInspection.Mode;
import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Encodable;
import io.netty.buffer.ByteBuf;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an inspection of a peer sees, on real sockets. The greeting of a node is the test's: links do not speak by themselves. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(60)
final class PeerInspectionTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");
    private static final X509Bundle OTHER = TestPki.selfSigned("other");

    private final ProtocolThread thread = ProtocolThread.start("inspection");
    private final LinkSettings settings =
            TestNode.defaults().withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(1500));

    @AfterEach
    void endThread() {
        thread.end();
    }

    private static TlsContexts contexts(X509Bundle own) {
        return TestPki.contexts(TlsSettings.Provider.AUTO, own);
    }

    private PeerInspection.Result inspect(String address, X509Bundle own) throws Exception {
        try (TlsContexts tls = contexts(own)) {
            return thread.inspect(address, settings, Optional.of(tls)).get(20, TimeUnit.SECONDS);
        }
    }

    private PeerInspection.Result inspectPlain(String address) throws Exception {
        return thread.inspect(address, settings, Optional.empty()).get(20, TimeUnit.SECONDS);
    }

    /** A node that greets whoever gets so far, as the mesh does. */
    private static TestNode greeting(Optional<TlsContexts> tls, LinkSettings settings) throws Exception {
        TestNode node = new TestNode(tls, settings);
        node.onAccepted = event -> node.links.send(event.link(), new Greeting(60));
        return node;
    }

    /** So many zeros. */
    private record Greeting(int length) implements Encodable {
        @Override
        public int encodedLength() {
            return length;
        }

        @Override
        public void encode(ByteBuf out) {
            out.writeZero(length);
        }
    }

    @Test
    void seesAPlainNode() throws Exception {
        try (TestNode node = greeting(Optional.empty(), TestNode.defaults())) {
            assertThat(inspect(node.address, SHARED).mode()).isEqualTo(Mode.PLAIN);
            assertThat(inspectPlain(node.address).mode()).isEqualTo(Mode.PLAIN);
        }
    }

    @Test
    void seesATlsNodeAndBothVerdicts() throws Exception {
        try (TestNode node = greeting(Optional.of(contexts(SHARED)), TestNode.defaults())) {
            PeerInspection.Result taken = inspect(node.address, SHARED);
            PeerInspection.Result refused = inspect(node.address, OTHER);
            PeerInspection.Result asked = inspectPlain(node.address);

            assertThat(taken.mode()).isEqualTo(Mode.TLS);
            assertThat(taken.admission()).isEqualTo(Admission.YES);
            assertThat(taken.protocol()).contains("TLSv1.3");
            assertThat(taken.presented()).containsExactly(SHARED.getCertificate());
            assertThat(refused.admission()).isEqualTo(Admission.NO);
            assertThat(refused.text()).contains("alert unknown_ca", "this node trusts set ");
            assertThat(refused.presented()).as("seen, and not judged").containsExactly(SHARED.getCertificate());
            assertThat(asked.mode()).isEqualTo(Mode.TLS);
            assertThat(asked.admission()).isEqualTo(Admission.UNKNOWN);
            assertThat(asked.presented()).containsExactly(SHARED.getCertificate());
        }
    }

    @Test
    void saysOfASlowTlsNodeThatItIsSlow() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> beginOfServerHello(slow), "slow");
            answering.start();
            PeerInspection.Result seen = inspect("ssl://127.0.0.1:" + slow.getLocalPort(), SHARED);

            assertThat(seen.mode()).isEqualTo(Mode.TLS);
            assertThat(seen.admission()).isEqualTo(Admission.UNKNOWN);
            assertThat(seen.text()).contains("speaks TLS, but the handshake was not done after 1500 ms");
            answering.join();
        }
    }

    /** Takes the ClientHello, answers with the head of a record, and no more. */
    private static void beginOfServerHello(ServerSocket server) {
        try (Socket peer = server.accept()) {
            peer.getInputStream().read(new byte[5]);
            peer.getOutputStream().write(new byte[] {0x16, 3, 3, 0, 0x7a, 2, 0, 0, 0x76, 3, 3});
            peer.getInputStream().readAllBytes();
        } catch (IOException e) {
            // it has seen enough
        }
    }

    @Test
    void comesBackAtOnceToATlsNodeWithoutPatience() throws Exception {
        LinkSettings hasty =
                TestNode.defaults().withTimeouts(Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(5));
        try (TestNode node = greeting(Optional.of(contexts(SHARED)), hasty)) {
            PeerInspection.Result seen = inspect(node.address, SHARED);

            assertThat(seen.mode()).isEqualTo(Mode.TLS);
            assertThat(seen.admission()).isEqualTo(Admission.YES);
        }
    }

    @Test
    void seesWhatIsNoNode() throws Exception {
        try (ServerSocket talker = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> banner(talker), "banner");
            answering.setDaemon(true);
            answering.start();

            PeerInspection.Result seen = inspect("tcp://127.0.0.1:" + talker.getLocalPort(), SHARED);

            assertThat(seen.mode()).isEqualTo(Mode.OTHER);
            assertThat(seen.text())
                    .contains("something answers that is no node")
                    .doesNotContain("SSH-2.0");
        }
    }

    private static void banner(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            Thread.currentThread().interrupt(); // the other end is gone: the test has its answer
        }
    }

    @Test
    void seesThatNobodySpeaksAndThatNobodyIsThere() throws Exception {
        int port;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = silent.getLocalPort();
            assertThat(inspect("tcp://127.0.0.1:" + port, SHARED).mode()).isEqualTo(Mode.SILENT);
        }

        PeerInspection.Result gone = inspect("tcp://127.0.0.1:" + port, SHARED);

        assertThat(gone.mode()).isEqualTo(Mode.UNREACHABLE);
        assertThat(gone.text()).contains("connection refused");
    }
}
