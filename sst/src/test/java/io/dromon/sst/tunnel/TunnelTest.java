package io.dromon.sst.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.transport.testpeer.ResumingClient;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsEndpoint.Verification;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels of both roles against each other, between real sockets. */
@Tag("sockets")
@Timeout(60)
class TunnelTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path pki;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init") // made before each
    private ServerSocket service;

    @BeforeAll
    static void makeCertificates() throws IOException {
        X509Bundle ca = TestPki.ca("ca");
        write("a", TestPki.issue(TestPki.builder("a").addSanDnsName("node-a"), ca));
        write("b", TestPki.issue(TestPki.builder("b").addSanDnsName("node-b"), ca));
        Files.writeString(pki.resolve("ca.pem"), ca.getCertificatePEM());
        X509Bundle other = TestPki.ca("other");
        write("untrusted", TestPki.issue(TestPki.builder("untrusted"), other));
    }

    private static void write(String name, X509Bundle bundle) throws IOException {
        Files.writeString(pki.resolve(name + ".pem"), bundle.getCertificatePEM());
        Files.writeString(pki.resolve(name + "-key.pem"), bundle.getPrivateKeyPEM());
    }

    private static TunnelService.Tls tls(String name) {
        return TunnelService.Tls.mutual(
                pki.resolve(name + ".pem"), pki.resolve(name + "-key.pem"), pki.resolve("ca.pem"));
    }

    /** As {@link #tls} but TLS by the JDK, which is chosen where a suite is left out. */
    private static TunnelService.Tls tlsOfTheJdk(String name) {
        TunnelService.Tls all = tls(name);
        return new TunnelService.Tls(
                all.certificate(),
                all.key(),
                all.authorities(),
                all.verification(),
                all.subjects(),
                List.of("TLSv1.3"),
                "",
                List.of("TLS_AES_128_GCM_SHA256"));
    }

    @BeforeEach
    void openService() throws IOException {
        service = keep(new ServerSocket(0, 500, LOOPBACK));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(0, closeable);
        return closeable;
    }

    private static TunnelAddress any() {
        return new TunnelAddress("127.0.0.1", 0);
    }

    private static TunnelAddress at(int port) {
        return new TunnelAddress("127.0.0.1", port);
    }

    private Tunnel start(TunnelService... services) throws TunnelException {
        return keep(Tunnel.start(TunnelConfig.of(services)));
    }

    private static int port(Tunnel tunnel) {
        return tunnel.addresses().get(0).getPort();
    }

    /** Tunnels to the service; returns the port for plain text. */
    private int through(TunnelService.Tls client, TunnelService.Tls server, TunnelService.Timeouts timeouts)
            throws TunnelException {
        Tunnel far = start(TunnelService.server("far", any(), at(service.getLocalPort()), server)
                .with(timeouts));
        return port(
                start(TunnelService.client("near", any(), at(port(far)), client).with(timeouts)));
    }

    private int through() throws TunnelException {
        return through(tls("b"), tls("a"), TunnelService.Timeouts.DEFAULT);
    }

    private Socket connect(int port) throws IOException {
        Socket socket = keep(new Socket(LOOPBACK, port));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private Socket accept() throws IOException {
        service.setSoTimeout(10_000);
        Socket socket = keep(service.accept());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static byte[] random(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void carriesBothDirectionsAndEndsEachOnItsOwn(boolean jdk) throws Exception {
        int port = through(
                jdk ? tlsOfTheJdk("b") : tls("b"), jdk ? tlsOfTheJdk("a") : tls("a"), TunnelService.Timeouts.DEFAULT);
        byte[] question = random(3_000_001, 1);
        byte[] answer = random(5_000_003, 2);
        Socket near = connect(port);
        Future<?> asked = threads.submit(() -> {
            near.getOutputStream().write(question);
            near.shutdownOutput();
            return null;
        });

        Socket far = accept();
        byte[] received = far.getInputStream().readAllBytes(); // ends although nothing was answered yet
        asked.get();
        Future<?> answered = threads.submit(() -> {
            far.getOutputStream().write(answer);
            far.close();
            return null;
        });
        byte[] came = near.getInputStream().readAllBytes();

        assertThat(Arrays.equals(received, question)).isTrue();
        assertThat(Arrays.equals(came, answer)).isTrue();
        answered.get();
    }

    @Test
    void keepsAnEndThatComesWithTheHandshake() throws Exception {
        int port = through();
        for (int i = 0; i < 20; i++) {
            Socket near = connect(port);
            near.getOutputStream().write('x');
            near.shutdownOutput();

            Socket far = accept();
            assertThat(far.getInputStream().readAllBytes()).containsExactly('x');
            far.getOutputStream().write("later".getBytes(StandardCharsets.US_ASCII));
            far.close();

            assertThat(near.getInputStream().readAllBytes()).asString().isEqualTo("later");
        }
    }

    @Test
    void slowsASenderDownThatNobodyReadsFrom() throws Exception {
        Socket near = connect(through());
        Socket far = accept();
        AtomicLong sent = new AtomicLong();
        Future<?> sender = threads.submit(() -> {
            byte[] portion = new byte[65536];
            for (int i = 0; i < 4096; i++) {
                near.getOutputStream().write(portion);
                sent.addAndGet(portion.length);
            }
            near.shutdownOutput();
            return null;
        });

        long[] last = {-1};
        await().pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    boolean stalled = sent.get() == last[0];
                    last[0] = sent.get();
                    return stalled;
                });
        assertThat(sent.get()).isLessThan(100L << 20);

        long count = 0;
        byte[] portion = new byte[65536];
        for (int n = far.getInputStream().read(portion);
                n >= 0;
                n = far.getInputStream().read(portion)) {
            count += n;
        }
        assertThat(count).isEqualTo(256L << 20);
        sender.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsTheOtherSideOfAReset(boolean fromService) throws Exception {
        Socket near = connect(through());
        Socket far = accept();
        near.getOutputStream().write(1);
        assertThat(far.getInputStream().read()).isEqualTo(1);

        Socket breaks = fromService ? far : near;
        Socket learns = fromService ? near : far;
        breaks.setSoLinger(true, 0);
        breaks.close();

        assertThatThrownBy(() -> learns.getInputStream().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void deliversTheLastWordsOfAServiceThatStopsListening() throws Exception {
        Socket near = connect(through());
        Socket far = accept();
        far.getOutputStream().write("no".getBytes(StandardCharsets.US_ASCII));
        far.shutdownOutput();

        assertThat(near.getInputStream().readAllBytes()).asString().isEqualTo("no");
    }

    @Test
    void endsAConnectionThatIsIdle() throws Exception {
        TunnelService.Timeouts timeouts = new TunnelService.Timeouts(
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5));
        Socket near = connect(through(tls("b"), tls("a"), timeouts));
        Socket far = accept();

        assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(IOException.class);
    }

    @Test
    void endsAHalfClosedConnectionThatIsSilent() throws Exception {
        TunnelService.Timeouts timeouts = new TunnelService.Timeouts(
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofMillis(300));
        Socket near = connect(through(tls("b"), tls("a"), timeouts));
        Socket far = accept();
        near.shutdownOutput();
        assertThat(far.getInputStream().read()).isEqualTo(-1);

        try {
            assertThat(near.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException reset) { // if the timer of the tunnel at this end was the first
            assertThat(reset).hasMessageContaining("reset");
        }
        assertThatThrownBy(() -> {
                    while (true) {
                        far.getOutputStream().write(1);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void dropsWhoDoesNotShakeHands() throws Exception {
        TunnelService.Timeouts timeouts = new TunnelService.Timeouts(
                Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofHours(1), Duration.ofSeconds(5));
        Tunnel far = start(TunnelService.server("far", any(), at(service.getLocalPort()), tls("a"))
                .with(timeouts));
        Socket silent = connect(port(far));
        Socket plain = connect(port(far));
        plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThat(silent.getInputStream().readAllBytes()).isEmpty();
        assertThat(plain.getInputStream().readNBytes(1)).isIn(new byte[0], new byte[] {0x15}); // an alert at most
        await().atMost(Duration.ofSeconds(5)).until(() -> far.connections() == 0);
    }

    /** Of both roles, and of a second service, which has its own places. */
    @Test
    void servesWhileMoreConnectionsThanAreLetInStaySilent() throws Exception {
        Tunnel far = start(
                TunnelService.server("far", any(), at(service.getLocalPort()), tls("a")),
                TunnelService.server("other", any(), at(service.getLocalPort()), tls("a")));
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < ActiveService.MOST_HALF_OPEN + 100; i++) {
                silent.add(new Socket(LOOPBACK, port(far)));
            }
            int otherPort = far.addresses().get(1).getPort();
            for (int port : List.of(port(far), otherPort, port(far))) {
                Socket near = connect(port(start(TunnelService.client("near", any(), at(port), tls("b")))));
                near.getOutputStream().write('x');
                Socket behind = accept();

                assertThat(behind.getInputStream().read()).isEqualTo('x');
            }
            assertThat(far.connections()).isLessThanOrEqualTo(ActiveService.MOST_HALF_OPEN + 3);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void refusesAClientOfAnotherAuthority() throws Exception {
        Socket near = connect(through(tls("untrusted"), tls("a"), TunnelService.Timeouts.DEFAULT));

        assertThatThrownBy(() -> {
                    if (near.getInputStream().read() < 0) {
                        throw new IOException("ended");
                    }
                })
                .isInstanceOf(IOException.class);
        service.setSoTimeout(100);
        assertThatThrownBy(() -> service.accept()).isInstanceOf(java.net.SocketTimeoutException.class);
    }

    @Test
    void refusesAServerOfAnotherAuthorityOrName() throws Exception {
        Tunnel untrusted = start(TunnelService.server("far", any(), at(service.getLocalPort()), tls("untrusted")));
        Tunnel known = start(TunnelService.server("far", any(), at(service.getLocalPort()), tls("a")));
        for (TunnelService client : List.of(
                TunnelService.client("near", any(), at(port(untrusted)), tls("b")),
                TunnelService.client("near", any(), at(port(known)), named("b", "node-b")))) {
            Socket near = connect(port(start(client)));

            assertThatThrownBy(() -> {
                        if (near.getInputStream().read() < 0) {
                            throw new IOException("ended");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        service.setSoTimeout(100);
        assertThatThrownBy(() -> service.accept()).isInstanceOf(java.net.SocketTimeoutException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void resumesNoSession(String version) throws Exception {
        Tunnel tunnel = start(TunnelService.server("s", any(), at(service.getLocalPort()), tls("a")));

        assertThat(new ResumingClient(pki, "b.pem", "b-key.pem").connectTwice(port(tunnel), version))
                .isNotEqualTo("Reused");
    }

    @Test
    void resumesNoSessionWithTheJdk() throws Exception {
        Tunnel tunnel = start(TunnelService.server("s", any(), at(service.getLocalPort()), tlsOfTheJdk("a")));

        assertThat(new ResumingClient(pki, "b.pem", "b-key.pem").connectTwice(port(tunnel), "-tls1_3"))
                .isEqualTo("nothing kept");
    }

    @Test
    void acceptsTheNamedServer() throws Exception {
        connect(through(named("b", "node-a"), tls("a"), TunnelService.Timeouts.DEFAULT));

        assertThat(accept().isConnected()).isTrue();
    }

    private static TunnelService.Tls named(String own, String host) {
        TunnelService.Tls all = tls(own);
        return new TunnelService.Tls(
                all.certificate(),
                all.key(),
                all.authorities(),
                Verification.CHAIN,
                new PeerSubjects(List.of(host), List.of(), List.of()),
                all.protocols(),
                "",
                List.of());
    }

    @Test
    void takesOnlyCertificatesThatAreInTheFileThemselvesWherePinned() throws Exception {
        TunnelService.Tls pinsB = pinned("a", "b");

        connect(through(tls("b"), pinsB, TunnelService.Timeouts.DEFAULT))
                .getOutputStream()
                .write(1);
        assertThat(accept().getInputStream().read()).isEqualTo(1);

        Socket other = connect(through(tls("a"), pinsB, TunnelService.Timeouts.DEFAULT));
        assertThatThrownBy(() -> {
                    if (other.getInputStream().read() < 0) {
                        throw new IOException("ended");
                    }
                })
                .isInstanceOf(IOException.class);
    }

    private static TunnelService.Tls pinned(String own, String peer) {
        TunnelService.Tls all = tls(own);
        return new TunnelService.Tls(
                all.certificate(),
                all.key(),
                List.of(pki.resolve(peer + ".pem")),
                Verification.PINNED,
                PeerSubjects.ANY,
                all.protocols(),
                "",
                List.of());
    }

    @Test
    void carriesTwoHundredConnectionsAtOnce() throws Exception {
        int port = through();
        Future<?> unused = threads.submit(() -> {
            while (true) {
                Socket socket = service.accept();
                Future<?> unusedToo = threads.submit(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                    return null;
                });
            }
        });
        List<Future<Boolean>> echoes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] text = random(100_000, i);
            Socket socket = connect(port);
            echoes.add(threads.submit(() -> {
                Future<?> sent = threads.submit(() -> {
                    socket.getOutputStream().write(text);
                    socket.shutdownOutput();
                    return null;
                });
                boolean same = Arrays.equals(socket.getInputStream().readAllBytes(), text);
                sent.get();
                return same;
            }));
        }

        for (Future<Boolean> echo : echoes) {
            assertThat(echo.get(40, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void runsAProgramPerConnection() throws Exception {
        Tunnel far = start(
                TunnelService.program("far", any(), List.of("sh", "-c", "cat; echo \"$SSL_CLIENT_DN\""), tls("a")));
        int port = port(start(TunnelService.client("near", any(), at(port(far)), tls("b"))));
        byte[] text = random(2_000_000, 3);
        Socket near = connect(port);
        Future<?> sent = threads.submit(() -> {
            near.getOutputStream().write(text);
            near.shutdownOutput();
            return null;
        });

        byte[] came = near.getInputStream().readAllBytes();

        sent.get();
        assertThat(Arrays.equals(Arrays.copyOf(came, text.length), text)).isTrue();
        assertThat(new String(came, text.length, came.length - text.length, StandardCharsets.UTF_8))
                .isEqualTo("CN=b\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> far.connections() == 0);
    }

    private TunnelService onStreams(int port, TunnelService.Timeouts timeouts) {
        TunnelService client = TunnelService.client("near", any(), at(port), tls("b"));
        return new TunnelService(
                client.name(),
                true,
                Optional.empty(),
                client.connect(),
                List.of(),
                client.tls(),
                Optional.empty(),
                false,
                Optional.empty(),
                timeouts,
                true);
    }

    @Test
    void servesAPairOfStreams() throws Exception {
        Tunnel far = start(TunnelService.program("far", any(), List.of("tr", "a-z", "A-Z"), tls("a")));
        TunnelService streams = onStreams(port(far), TunnelService.Timeouts.DEFAULT);
        ByteArrayOutputStream output = new ByteArrayOutputStream();

        boolean inOrder = start(streams)
                .serveStreams(new ByteArrayInputStream("hello".getBytes(StandardCharsets.US_ASCII)), output);

        assertThat(inOrder).isTrue();
        assertThat(output.toString(StandardCharsets.US_ASCII)).isEqualTo("HELLO");
    }

    /** As rsync does, which waits for its remote shell before it closes the pipes. */
    @Test
    void endsInOrderWhereTheParentWaitsForTheEndOfThis() throws Exception {
        Tunnel far = start(TunnelService.program("far", any(), List.of("echo", "all"), tls("a")));
        TunnelService streams = onStreams(
                port(far),
                new TunnelService.Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100)));
        PipedOutputStream parent = new PipedOutputStream();
        ByteArrayOutputStream output = new ByteArrayOutputStream();

        boolean inOrder = start(streams).serveStreams(new PipedInputStream(parent), output);

        assertThat(inOrder).isTrue();
        assertThat(output.toString(StandardCharsets.US_ASCII)).isEqualTo("all\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> far.connections() == 0);
    }

    @Test
    void triesTheNextTargetAndTellsIfThereIsNone() throws Exception {
        int closedPort;
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            closedPort = taken.getLocalPort();
        }
        TunnelService first = TunnelService.server("far", any(), at(closedPort), tls("a"));
        TunnelService both = new TunnelService(
                "far",
                false,
                first.accept(),
                List.of(at(closedPort), at(service.getLocalPort())),
                List.of(),
                first.tls(),
                Optional.empty(),
                false,
                Optional.empty(),
                first.timeouts(),
                true);

        connect(port(start(TunnelService.client("near", any(), at(port(start(both))), tls("b")))));
        assertThat(accept().isConnected()).isTrue();

        Socket nowhere = connect(port(start(TunnelService.client("near", any(), at(port(start(first))), tls("b")))));
        assertThatThrownBy(() -> nowhere.getInputStream().read()).isInstanceOf(IOException.class);
    }

    @Test
    void triesAllAddressesOfAName() throws Exception {
        InetAddress[] addresses = InetAddress.getAllByName("localhost");
        assumeTrue(addresses.length > 1, "localhost has one address here");
        ServerSocket last = keep(new ServerSocket(0, 1, addresses[addresses.length - 1]));
        last.setSoTimeout(10_000);
        TunnelAddress named = new TunnelAddress("localhost", last.getLocalPort());
        Tunnel far = start(TunnelService.server("far", any(), named, tls("a")));

        connect(port(start(TunnelService.client("near", any(), at(port(far)), tls("b")))));

        assertThat(keep(last.accept()).isConnected()).isTrue();
    }

    @Test
    void startsNothingThatCannotWork() throws Exception {
        int taken = service.getLocalPort();

        assertThatThrownBy(() -> start(TunnelService.server("far", at(taken), at(1), tls("a"))))
                .isInstanceOf(TunnelException.class)
                .hasMessageContaining("[far] cannot listen on 127.0.0.1:" + taken);
        assertThatThrownBy(() -> start(TunnelService.server(
                        "far",
                        any(),
                        at(1),
                        TunnelService.Tls.mutual(
                                pki.resolve("a.pem"), pki.resolve("b-key.pem"), pki.resolve("ca.pem")))))
                .isInstanceOf(TunnelException.class)
                .hasMessageContaining("[far] key: the key in");
    }

    @Test
    void resetsWhatIsOpenWhenItIsClosed() throws Exception {
        Tunnel far = start(TunnelService.server("far", any(), at(service.getLocalPort()), tls("a")));
        Socket near = connect(port(start(TunnelService.client("near", any(), at(port(far)), tls("b")))));
        Socket behind = accept();
        near.getOutputStream().write(1);
        assertThat(behind.getInputStream().read()).isEqualTo(1);
        int port = port(far);

        far.close();

        assertThatThrownBy(() -> behind.getInputStream().read()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new Socket().connect(new InetSocketAddress(LOOPBACK, port), 1000))
                .isInstanceOf(IOException.class);
    }
}
