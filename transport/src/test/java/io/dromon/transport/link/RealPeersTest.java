package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpeer.ResumingClient;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the real openssl and the real garbd say, and what is said about them. */
@Tag("peers")
@ExtendWith(NoLeaks.class)
@Timeout(90)
class RealPeersTest {
    private static final X509Bundle SHARED = TestPki.selfSigned("shared");

    @TempDir
    Path dir;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void writePair() throws Exception {
        Files.writeString(dir.resolve("cert.pem"), SHARED.getCertificatePEM());
        Files.writeString(dir.resolve("key.pem"), SHARED.getPrivateKeyPEM());
    }

    @AfterEach
    void endProcesses() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private static TlsContexts tls(TlsSettings.Provider provider, String cipher) {
        return TestPki.contexts(provider, cipher, TestPki.generation(SHARED));
    }

    private static TestNode tlsNode() throws Exception {
        return new TestNode(Optional.of(tls(TlsSettings.Provider.AUTO, "")), TestNode.defaults());
    }

    private Process start(String name, String... command) throws Exception {
        boolean installed = false;
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            installed |= Files.isExecutable(Path.of(folder, command[0]));
        }
        assumeTrue(installed || "required".equals(System.getProperty("peers")), command[0] + " is not installed");
        Process process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start();
        started.add(process);
        return process;
    }

    private Path log(String name) {
        return dir.resolve(name + ".log");
    }

    private void awaitLog(String name, String text) {
        Awaitility.await(name + " says " + text)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        Files.exists(log(name)) && Files.readString(log(name)).contains(text));
    }

    private Process client(TestNode node, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("openssl", "s_client", "-connect", "127.0.0.1:" + node.port(), "-cert", "cert.pem", "-key"));
        command.add("key.pem");
        command.addAll(List.of(more));
        return start("openssl", command.toArray(new String[0]));
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void resumesNoSession(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = TestNode.tls(tls(provider, ""))) {
            ResumingClient client = new ResumingClient(dir, "cert.pem", "key.pem");

            assertThat(client.connectTwice(node.port(), "-tls1_2")).isNotEqualTo("Reused");
            assertThat(client.connectTwice(node.port(), "-tls1_3")).isEqualTo("nothing kept");
        }
    }

    @Test
    void opensslReportsThatThePortIsPlain() throws Exception {
        LinkSettings patient = TestNode.settings().withPeek(Duration.ofSeconds(5));
        try (TestNode plain = new TestNode(Optional.empty(), patient)) {
            client(plain);

            awaitLog("openssl", "tlsv1 alert protocol version");
            plain.awaitRefused(LinkFailure.TlsPeer.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void tls11IsRefusedOnBothSides(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = TestNode.tls(tls(provider, ""))) {
            client(node, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");

            awaitLog("openssl", "alert protocol version");
            node.awaitRefused(LinkFailure.VersionMismatch.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void nullAndAnonymousCiphersAreRefused(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = TestNode.tls(tls(provider, ""))) {
            client(node, "-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0");

            awaitLog("openssl", "alert handshake failure");
            node.awaitRefused(LinkFailure.VersionMismatch.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void aRenegotiationIsRefused(TlsSettings.Provider provider) throws Exception {
        try (TestNode node = TestNode.tls(tls(provider, ""))) {
            Process openssl = client(node, "-tls1_2");
            node.await("accepted", 0, Duration.ofSeconds(20));

            openssl.outputWriter().append("R\n").flush();

            LinkFailure failure = (LinkFailure)
                    node.await("closed", 0, Duration.ofSeconds(20)).detail();
            assertThat(failure.message()).contains("second TLS handshake within the connection (renegotiation)");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"BORINGSSL", "JDK"})
    void cipherListGovernsTls12(TlsSettings.Provider provider) throws Exception {
        String only = "ECDHE-ECDSA-AES256-GCM-SHA384";
        try (TestNode node = TestNode.tls(tls(provider, only))) {
            client(node, "-tls1_2");
            node.await("accepted", 0, Duration.ofSeconds(20));
            awaitLog("openssl", "Cipher is " + only);

            client(node, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");
            node.awaitRefused(LinkFailure.VersionMismatch.class);
        }
    }

    @Test
    void sessionsOfferedAgainAreNoReasonToRefuse() throws Exception {
        try (TestNode node = TestNode.tls(tls(TlsSettings.Provider.AUTO, ""))) {
            client(node, "-tls1_2", "-reconnect");

            node.await("accepted", 5, Duration.ofSeconds(20));

            assertThat(node.refused(LinkFailure.Corrupt.class)).isZero();
        }
    }

    private Process garbd(int peerPort, int ownPort, boolean tls) throws Exception {
        String options = "gmcast.listen_addr=tcp://127.0.0.1:" + ownPort
                + (tls
                        ? ";socket.ssl_cert=" + dir.resolve("cert.pem") + ";socket.ssl_key=" + dir.resolve("key.pem")
                        : "");
        return start(
                "stdout",
                "garbd",
                "--address",
                "gcomm://127.0.0.1:" + peerPort,
                "--group",
                "g",
                "--options",
                options,
                "--log",
                log("garbd").toString());
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void plainGarbdThatDialsATlsNodeLogsItAndIsNamed() throws Exception {
        try (TestNode node = tlsNode()) {
            garbd(node.port(), freePort(), false);

            awaitLog("garbd", "Failed to unserialize message");
            node.awaitRefused(LinkFailure.SilentPeer.class);
        }
    }

    @Test
    void tlsGarbdThatDialsAPlainNodeLogsItAndIsNamed() throws Exception {
        LinkSettings patient = TestNode.settings().withPeek(Duration.ofSeconds(2));
        try (TestNode node = new TestNode(Optional.empty(), patient)) {
            garbd(node.port(), freePort(), true);

            awaitLog("garbd", "Failed to establish connection: tlsv1 alert protocol version");
            node.awaitRefused(LinkFailure.TlsPeer.class);
        }
    }

    @Test
    void tlsNodeNamesAPlainGarbdThatItDials() throws Exception {
        try (TestNode node = tlsNode()) {
            int port = freePort();
            garbd(freePort(), port, false);
            awaitLog("garbd", "listening at");
            long start = System.nanoTime();
            node.dial("ssl://127.0.0.1:" + port);

            TestNode.Event closed = node.await("closed");

            assertThat(closed.detail()).isInstanceOf(LinkFailure.PlainPeer.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(closed.nanos() - start)).isLessThan(2500);
        }
    }

    @Test
    void garbdsHandshakeArrivesOverTls() throws Exception {
        try (TestNode node = tlsNode()) {
            int port = freePort();
            garbd(freePort(), port, true);
            awaitLog("garbd", "listening at");
            node.dial("ssl://127.0.0.1:" + port);

            node.await("connected");

            Bytes handshake = (Bytes) node.await("message").detail();
            assertThat(handshake.length()).isEqualTo(36);
        }
    }
}
