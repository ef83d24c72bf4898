package io.dromon.sst.stream;

import io.dromon.transport.wire.Position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.TransferSettings.Compression;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.sst.channel.CuttingProxy;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.testpeer.ResumingClient;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class StreamTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);
    private static final X509Bundle CA = TestPki.ca("sst");
    private static final String UNKNOWN_CA =
            "its issuer is not trusted there (alert unknown_ca); give both ends the same CA in [sst] tca";
    private static TlsContexts joinerTls;
    private static TlsContexts donorTls;

    @TempDir
    Path folder;

    private Path source;
    private Path target;
    private final Token token = Token.create();
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    private final TransferListener listener = new TransferListener() {
        @Override
        public void note(String line) {
            notes.add(line);
        }
    };
    private TransferSettings settings = TransferSettings.defaults()
            .withStreams(3)
            .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @BeforeAll
    static void makeCertificates() {
        joinerTls = tls(TlsSettings.Provider.AUTO, "joiner");
        donorTls = tls(TlsSettings.Provider.AUTO, "donor");
    }

    @AfterAll
    static void release() {
        joinerTls.close();
        donorTls.close();
    }

    private static TlsContexts tls(TlsSettings.Provider provider, String name) {
        return TestPki.contexts(provider, TestPki.issue(TestPki.builder(name), CA), CA.getCertificate());
    }

    @BeforeEach
    void makePlaces() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old state");
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private StreamJoiner listen() throws IOException {
        return listen(joinerTls, new SnapshotTarget.Directory(target, Limits.NONE));
    }

    private StreamJoiner listen(TlsContexts contexts, SnapshotTarget receiver) throws IOException {
        return StreamJoiner.listen(anyPort(), terms(contexts, token), receiver);
    }

    private static CompletableFuture<Manifest> await(StreamJoiner joiner) {
        return CompletableFuture.supplyAsync(() -> {
            try (joiner) {
                return joiner.await();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private SnapshotMethod.Terms terms(TlsContexts contexts, Token which) {
        return new SnapshotMethod.Terms(contexts, which, settings, listener);
    }

    private StreamDonor donor(InetSocketAddress to) {
        return donor(to, donorTls, token);
    }

    private StreamDonor donor(InetSocketAddress to, TlsContexts contexts, Token which) {
        return new StreamDonor(to, terms(contexts, which), new SnapshotSource.Files(source));
    }

    private StreamDonor liveDonor(InetSocketAddress to, SnapshotSource.Producer producer) {
        return new StreamDonor(to, terms(donorTls, token), new SnapshotSource.Live(producer));
    }

    private Manifest send(InetSocketAddress to) throws IOException, InterruptedException {
        return donor(to).send(POSITION);
    }

    private static Throwable failureOf(CompletableFuture<Manifest> future) throws Exception {
        try {
            Manifest unexpected = future.get(60, TimeUnit.SECONDS);
            throw new AssertionError("succeeded with " + unexpected);
        } catch (java.util.concurrent.ExecutionException e) {
            return java.util.Objects.requireNonNull(e.getCause());
        }
    }

    private void assertOldTarget() {
        assertThat(target.resolve("old")).hasContent("old state");
        assertThat(folder.toFile().list()).doesNotContain(".target.sst-staging", ".target.sst-complete");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1})
    void carriesEverythingThatDiffCanSee(int level) throws Exception {
        Trees.mixed(source, level);
        settings = settings.withCompression(
                level < 0 ? Compression.ADAPTIVE : level == 0 ? Compression.NONE : Compression.level(level));
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(address);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(sent.position()).isEqualTo(POSITION);
        assertThat(Trees.difference(source, target)).isEmpty();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("source", "target", ".target.sst-lock");
    }

    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void worksWithEitherProvider(TlsSettings.Provider provider) throws Exception {
        Trees.mixed(source, 9);
        try (TlsContexts own = tls(provider, "joiner")) {
            StreamJoiner joiner = listen(own, new SnapshotTarget.Directory(target, Limits.NONE));
            InetSocketAddress address = joiner.address();
            CompletableFuture<Manifest> received = await(joiner);

            Manifest sent = send(address);

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(Trees.difference(source, target)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void resumesNoSession(TlsSettings.Provider provider) throws Exception {
        X509Bundle donor = TestPki.issue(TestPki.builder("donor"), CA);
        Files.writeString(folder.resolve("donor.pem"), donor.getCertificatePEM());
        Files.writeString(folder.resolve("donor-key.pem"), donor.getPrivateKeyPEM());
        ResumingClient client = new ResumingClient(folder, "donor.pem", "donor-key.pem");
        try (TlsContexts own = tls(provider, "joiner");
                StreamJoiner joiner = listen(own, new SnapshotTarget.Directory(target, Limits.NONE))) {
            int port = joiner.address().getPort();

            assertThat(client.connectTwice(port, "-tls1_2")).isNotEqualTo("Reused");
            assertThat(client.connectTwice(port, "-tls1_3")).isEqualTo("nothing kept");
        }
    }

    @Test
    void carriesAnEmptyTree() throws Exception {
        Files.createDirectory(source);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThat(send(address).entries()).isZero();
        assertThat(received.get(20, TimeUnit.SECONDS).entries()).isZero();
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void refusesAWrongTokenAndWaitsForTheRightOne() throws Exception {
        Trees.mixed(source, 10);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> donor(address, donorTls, Token.create())
                        .send(POSITION))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED));
        assertThat(target.resolve("old")).hasContent("old state");

        Manifest sent = send(address);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(notes).anyMatch(note -> note.contains("the token was not proven"));
        assertThat(notes.toString()).doesNotContain(token.text());
    }

    @Test
    void refusesASecondDonorWithTheSameToken() throws Exception {
        Trees.mixed(source, 11);
        settings = settings.withBytesPerSecond(3_000_000);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        CompletableFuture<Manifest> first = CompletableFuture.supplyAsync(() -> {
            try {
                return send(address);
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> joiner.progress().snapshot().bytes() > 0);

        assertThatThrownBy(() -> send(address))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED));

        assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(first.get(5, TimeUnit.SECONDS));
        assertThat(Trees.difference(source, target)).isEmpty();
    }

    @Test
    void refusesASecondJoinerWithTheSameToken() throws Exception {
        Trees.mixed(source, 21);
        settings = settings.withBytesPerSecond(3_000_000).withStreams(1);
        StreamJoiner first = listen();
        CompletableFuture<Manifest> received = await(first);
        Path elsewhere = folder.resolve("elsewhere");
        try (StreamJoiner second = listen(joinerTls, new SnapshotTarget.Directory(elsewhere, Limits.NONE));
                CuttingProxy proxy = new CuttingProxy(first.address())) {
            CompletableFuture<Manifest> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    return send(proxy.address());
                } catch (IOException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> first.progress().snapshot().bytes() > 0);

            proxy.leadTo(second.address());
            proxy.cutAll();

            assertThat(failureOf(sent))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED))
                    .hasMessageContaining("another joiner with the same token");
            assertThat(second.progress().snapshot().bytes()).isZero();
            first.cancel();
        }
        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        assertThat(elsewhere).doesNotExist();
        assertOldTarget();
    }

    @Test
    void refusesAReplayedConnection() throws Exception {
        Trees.mixed(source, 22);
        settings = settings.withStreams(1);
        byte[] recorded;
        try (StreamJoiner joiner = listen();
                CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            Manifest sent = send(proxy.address());
            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            recorded = proxy.firstBytes();
        }
        target = folder.resolve("second target");
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(recorded);
            socket.setSoTimeout(10_000);
            socket.getInputStream().readAllBytes(); // until it is shown the door
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset"); // the same, said more harshly
        }

        assertThat(recorded).hasSizeGreaterThan(10_000);
        assertThat(joiner.progress().snapshot().bytes()).isZero();
        assertThat(target).doesNotExist();
        Manifest sent = send(address);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(notes).anyMatch(note -> note.startsWith("refused "));
    }

    @Test
    void refusesAProofThatWasMadeForAnotherConnection() throws Exception {
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        byte[] proof = null;
        for (int i = 0; i < 2; i++) {
            java.nio.channels.SocketChannel socket = java.nio.channels.SocketChannel.open(address);
            try (socket;
                    TlsChannel channel =
                            TlsChannel.over(socket, donorTls, false, new ProgressCounters(), 10_000_000_000L)) {
                channel.handshake(10_000_000_000L);
                if (proof == null) { // a right one, for this connection
                    proof = proofFor(channel);
                } else {
                    channel.await(Proof.MAGIC.length + Proof.NONCE + Proof.SESSION);
                    channel.received().position(channel.received().limit());
                    channel.write(
                            ByteBuffer.allocateDirect(proof.length).put(proof).flip());
                    channel.await(1);
                    assertThat(channel.received().get()).isZero();
                }
            }
        }

        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(notes).anyMatch(note -> note.contains("the token was not proven")));
        joiner.cancel();
        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        assertOldTarget();
    }

    /** What a donor would answer on this connection, without sending it. */
    private byte[] proofFor(TlsChannel channel) throws IOException {
        channel.await(Proof.MAGIC.length + Proof.NONCE + Proof.SESSION);
        ByteBuffer in = channel.received();
        in.position(in.position() + Proof.MAGIC.length);
        byte[] nonce = new byte[Proof.NONCE];
        in.get(nonce);
        byte[] session = new byte[Proof.SESSION];
        in.get(session);
        byte[] ownNonce = Proof.random(Proof.NONCE);
        byte[] ownSession = Proof.random(Proof.SESSION);
        byte[] joiner = Proof.fingerprint(channel.session().getPeerCertificates()[0]);
        byte[] donor = Proof.fingerprint(channel.session().getLocalCertificates()[0]);
        byte[] mac = Proof.mac(token, "donor", nonce, ownNonce, session, ownSession, joiner, donor);
        return ByteBuffer.allocate(Proof.MAGIC.length + Proof.NONCE + Proof.SESSION + Proof.MAC)
                .put(Proof.MAGIC)
                .put(ownNonce)
                .put(ownSession)
                .put(mac)
                .array();
    }

    @Test
    void refusesADonorOfTheRightAuthorityWithoutTheToken() throws Exception {
        Trees.mixed(source, 23);
        try (TlsContexts other = tls(TlsSettings.Provider.AUTO, "another service");
                StreamJoiner joiner = listen()) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> donor(address, other, Token.create())
                            .send(POSITION))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED))
                    .hasMessageContaining("the joiner refuses the token");
            assertThat(joiner.progress().snapshot().wireBytes()).isZero();
        }
        assertOldTarget();
        assertThat(notes).anyMatch(note -> note.contains("the token was not proven"));
    }

    @Test
    void givesNothingToAJoinerOfTheRightAuthorityWithoutTheToken() throws Exception {
        Trees.mixed(source, 24);
        Token guessed = Token.create();
        try (StreamJoiner joiner = StreamJoiner.listen(anyPort(), terms(joinerTls, guessed), new SnapshotTarget.Directory(target, Limits.NONE))) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> send(address))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED));
            assertThat(joiner.progress().snapshot().wireBytes()).isZero();
        }
        assertOldTarget();
    }

    @Test
    void waitsForASwitchOverThatTakesLongerThanTheIdleTime() throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30));
        java.util.concurrent.atomic.AtomicBoolean committed = new java.util.concurrent.atomic.AtomicBoolean();
        SnapshotTarget.Consumer slow = new SnapshotTarget.Consumer() {
            @Override
            public void write(ByteBuffer data) {
                data.position(data.limit());
            }

            @Override
            public void commit() {
                java.util.concurrent.locks.LockSupport.parkNanos(2_500_000_000L);
                committed.set(true);
            }

            @Override
            public void abort() {
                committed.set(false);
            }
        };
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Live(slow));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = liveDonor(address, out -> {
                            int unused = out.write(ByteBuffer.allocate(100_000));
                        }).send(POSITION);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(committed).isTrue();
    }

    @Test
    void makesASilentConnectionAnew() throws Exception {
        Trees.mixed(source, 26);
        settings = settings.withStreams(1)
                .withBytesPerSecond(4_000_000)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4), Duration.ofSeconds(60));
        StreamJoiner joiner = listen();
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            CompletableFuture<Void> staller = CompletableFuture.runAsync(() -> {
                org.awaitility.Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> joiner.progress().snapshot().bytes() > 0);
                proxy.swallow();
            });

            Manifest sent = send(proxy.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            staller.get(5, TimeUnit.SECONDS);
            assertThat(Trees.difference(source, target)).isEmpty();
            assertThat(proxy.accepted()).isGreaterThan(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"AUTO", "JDK"})
    void goesOnAfterAFlippedBit(TlsSettings.Provider provider) throws Exception {
        Trees.mixed(source, 27);
        settings = settings.withStreams(1)
                .withBytesPerSecond(4_000_000)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(8), Duration.ofSeconds(60));
        try (TlsContexts contexts = tls(provider, "joiner")) {
            StreamJoiner joiner = listen(contexts, new SnapshotTarget.Directory(target, Limits.NONE));
            try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
                CompletableFuture<Manifest> received = await(joiner);
                CompletableFuture<Void> flipper = CompletableFuture.runAsync(() -> {
                    org.awaitility.Awaitility.await()
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> joiner.progress().snapshot().bytes() > 0);
                    proxy.flip();
                });

                Manifest sent = send(proxy.address());

                assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
                flipper.get(5, TimeUnit.SECONDS);
                assertThat(Trees.difference(source, target)).isEmpty();
                assertThat(proxy.accepted()).isGreaterThan(1);
            }
        }
    }

    @Test
    void goesOnAfterABitThatWasFlippedInTheHandshake() throws Exception {
        Trees.mixed(source, 32);
        settings = settings.withStreams(1);
        StreamJoiner joiner = listen();
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            proxy.flip(); // the joiner's certificate

            Manifest sent = send(proxy.address());

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(proxy.accepted()).isGreaterThan(1);
        }
    }

    @Test
    void saysWhereTheTimeGoes() throws Exception {
        Trees.mixed(source, 25);
        settings = settings.withCompression(Compression.level(1));
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        StreamDonor donor = donor(address);

        Manifest sent = donor.send(POSITION);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        Progress.Snapshot given = donor.progress().snapshot();
        Progress.Snapshot taken = joiner.progress().snapshot();
        assertThat(given.bytes()).isEqualTo(sent.bytes()).isEqualTo(given.totalBytes());
        assertThat(taken.bytes()).isEqualTo(sent.bytes()).isEqualTo(taken.totalBytes());
        assertThat(given.rate()).isPositive();
        assertThat(given.remainingSeconds())
                .hasValueSatisfying(left -> assertThat(left).isZero());
        for (Progress.Stage stage : new Progress.Stage[] {
            Progress.Stage.READ, Progress.Stage.COMPRESS, Progress.Stage.TLS, Progress.Stage.NETWORK
        }) {
            assertThat(given.stageSeconds().get(stage)).as("%s", stage).isPositive();
        }
        for (Progress.Stage stage :
                new Progress.Stage[] {Progress.Stage.TLS, Progress.Stage.DECOMPRESS, Progress.Stage.WRITE}) {
            assertThat(taken.stageSeconds().get(stage)).as("%s", stage).isPositive();
        }
    }

    @Test
    void servesTheDonorWhileManyStrangersStaySilent() throws Exception {
        Trees.mixed(source, 31);
        settings = settings.withTimes(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(60));
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                silent.add(new Socket(address.getAddress(), address.getPort()));
            }

            Manifest sent = send(address);

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void refusesStrangersAndGoesOn() throws Exception {
        Trees.mixed(source, 12);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        X509Bundle otherCa = TestPki.ca("other");
        try (TlsContexts stranger = TestPki.contexts(
                        TlsSettings.Provider.AUTO,
                        TestPki.issue(TestPki.builder("donor"), otherCa),
                        CA.getCertificate());
                Socket plain = new Socket(address.getAddress(), address.getPort())) {
            plain.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> donor(address, stranger, token)
                            .send(POSITION))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TLS_REFUSED));
        }

        Manifest sent = send(address);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    /** Who refuses names certificate and rule; who is refused says what the alert tells. */
    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void saysOnBothSidesWhyThereIsNoTls(TlsSettings.Provider provider) throws Exception {
        Trees.mixed(source, 15);
        X509Bundle otherCa = TestPki.ca("other");
        // The JDK says in its alert no more than that the certificate is not accepted.
        String alert = provider == TlsSettings.Provider.JDK
                ? "alert certificate_unknown; see the peer's log for why"
                : UNKNOWN_CA;
        TlsContexts strange = TestPki.contexts(
                provider,
                TestPki.issue(TestPki.builder("stranger"), otherCa),
                CA.getCertificate(),
                otherCa.getCertificate());
        try (strange;
                TlsContexts own = tls(provider, "joiner")) {
            try (StreamJoiner joiner = listen(own, new SnapshotTarget.Directory(target, Limits.NONE))) {
                InetSocketAddress address = joiner.address();
                assertThatThrownBy(() -> donor(address, strange, token)
                                .send(POSITION))
                        .hasMessageContaining("the joiner at " + TunnelAddress.of(address)
                                + " refused this end's certificate: " + alert);
                assertThat(notes)
                        .anyMatch(note -> note.matches("refused 127.0.0.1:\\d+: certificate .*CN=stranger.*other.*"));
            }
            notes.clear();
            try (StreamJoiner joiner = listen(strange, new SnapshotTarget.Directory(target, Limits.NONE))) {
                InetSocketAddress address = joiner.address();
                assertThatThrownBy(() -> send(address))
                        .hasMessageContaining("refused the joiner at " + TunnelAddress.of(address) + ": certificate ")
                        .hasMessageContaining("CN=stranger");
                assertThat(notes)
                        .anyMatch(note -> note.matches("127.0.0.1:\\d+ refused this end's certificate: .*")
                                && note.contains(UNKNOWN_CA));
            }
            assertThat(notes.toString()).doesNotContain("socket.ssl").doesNotContain("engine");
        }
    }

    /** One line for an address and a reason, however many come. */
    @Test
    void countsRefusalsThatAreLikeOneBefore() throws Exception {
        try (StreamJoiner joiner = listen()) {
            for (int i = 0; i < 50; i++) {
                try (Socket plain = new Socket(
                        joiner.address().getAddress(), joiner.address().getPort())) {
                    plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(plain.getInputStream().readNBytes(1)).isIn(new byte[0], new byte[] {0x15});
                } catch (java.net.SocketException reset) {
                    assertThat(reset).hasMessageContaining("reset");
                }
            }
        }

        assertThat(notes).singleElement().asString().contains("speaks no TLS; this port takes TLS only");
    }

    @Test
    void findsTheJoinerAtAnyAddressOfItsName() throws Exception {
        InetAddress[] addresses = InetAddress.getAllByName("localhost");
        Assumptions.assumeTrue(addresses.length > 1, "localhost has one address here");
        Trees.mixed(source, 16);
        StreamJoiner joiner = StreamJoiner.listen(
                new InetSocketAddress(addresses[addresses.length - 1], 0), terms(joinerTls, token), new SnapshotTarget.Directory(target, Limits.NONE));
        int port = joiner.address().getPort();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(InetSocketAddress.createUnresolved("localhost", port));

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    @Test
    void givesNothingToAJoinerThatIsNotTrusted() throws Exception {
        Trees.mixed(source, 13);
        X509Bundle otherCa = TestPki.ca("other");
        try (TlsContexts stranger = TestPki.contexts(
                        TlsSettings.Provider.AUTO,
                        TestPki.issue(TestPki.builder("joiner"), otherCa),
                        CA.getCertificate());
                StreamJoiner joiner = listen(stranger, new SnapshotTarget.Directory(target, Limits.NONE))) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> send(address))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TLS_REFUSED));
            assertThat(joiner.progress().snapshot().wireBytes()).isZero();
        }
        assertOldTarget();
    }

    @Test
    void goesOnAfterEveryConnectionBroke() throws Exception {
        Trees.mixed(source, 14);
        settings = settings.withBytesPerSecond(6_000_000);
        StreamJoiner joiner = listen();
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            Random random = new Random(14);
            CompletableFuture<Void> cutter = CompletableFuture.runAsync(() -> {
                while (!received.isDone()) {
                    proxy.cutAfter(random.nextInt(1_500_000));
                    java.util.concurrent.locks.LockSupport.parkNanos(150_000_000);
                }
            });

            Manifest sent = send(proxy.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            cutter.get(5, TimeUnit.SECONDS);
            assertThat(Trees.difference(source, target)).isEmpty();
            assertThat(proxy.accepted()).isGreaterThan(5);
        }
    }

    @Test
    void givesUpWhenNothingMoves() throws Exception {
        Trees.mixed(source, 15);
        settings = settings.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30))
                .withBytesPerSecond(2_000_000);
        StreamJoiner joiner = listen();
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            CompletableFuture<Void> stall = CompletableFuture.runAsync(() -> {
                org.awaitility.Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> joiner.progress().snapshot().bytes() > 100_000);
                proxy.stall(true);
            });

            assertThatThrownBy(() -> send(proxy.address())).isInstanceOf(TransferException.class);
            stall.get(5, TimeUnit.SECONDS);
            assertThat(failureOf(received))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IDLE));
        }
        assertOldTarget();
    }

    @Test
    void worksOneByteAtATime() throws Exception {
        Files.createDirectory(source);
        Files.writeString(source.resolve("small"), "content");
        StreamJoiner joiner = listen();
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            proxy.trickle(1);
            CompletableFuture<Manifest> received = await(joiner);

            Manifest sent = send(proxy.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(target.resolve("small")).hasContent("content");
        }
    }

    @Test
    void saysOnBothSidesThatAFileChanged() throws Exception {
        Trees.mixed(source, 16);
        settings = settings.withBytesPerSecond(3_000_000);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        CompletableFuture<Void> meddler = CompletableFuture.runAsync(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> joiner.progress().snapshot().bytes() > 100_000);
            for (String name : new String[] {"ibdata1", "holes", "all zero"}) {
                try {
                    Files.write(source.resolve(name), new byte[] {1}, StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });

        assertThatThrownBy(() -> send(address))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SOURCE))
                .hasMessageContaining("changed while it was read");
        meddler.get(5, TimeUnit.SECONDS);
        assertThat(failureOf(received))
                .hasMessageContaining("the donor gave up")
                .hasMessageContaining("changed while it was read");
        assertOldTarget();
    }

    @Test
    void tellsTheDonorThatTheLimitIsPassed() throws Exception {
        Trees.mixed(source, 17);
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Directory(target, new Limits(1000, 1_000_000)));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(address)).hasMessageContaining("more than the 1000000 bytes");
        assertThat(failureOf(received)).hasMessageContaining("more than the 1000000 bytes");
        assertOldTarget();
    }

    @Test
    void carriesALiveStreamInOrderThroughCuts() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(18).nextBytes(content);
        java.io.ByteArrayOutputStream taken = new java.io.ByteArrayOutputStream();
        boolean[] whole = new boolean[1];
        SnapshotTarget.Consumer consumer = new SnapshotTarget.Consumer() {
            @Override
            public void write(ByteBuffer data) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                taken.writeBytes(bytes);
            }

            @Override
            public void commit() {
                whole[0] = true;
            }

            @Override
            public void abort() {
                taken.reset();
            }
        };
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Live(consumer));
        try (CuttingProxy proxy = new CuttingProxy(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            proxy.cutAfter(2_000_000);

            Manifest sent = liveDonor(proxy.address(), out -> {
                                for (int at = 0; at < content.length; at += 100_000) {
                                    int unused = out.write(ByteBuffer.wrap(content, at, 100_000));
                                }
                            }).send(POSITION);

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(whole[0]).isTrue();
            assertThat(taken.toByteArray()).isEqualTo(content);
            assertThat(proxy.accepted()).isGreaterThan(1);
        }
    }

    @Test
    void endsWhenEitherSideCancels() throws Exception {
        Trees.mixed(source, 19);
        settings = settings.withBytesPerSecond(1_000_000);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        StreamDonor donor = donor(address);
        CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> joiner.progress().snapshot().bytes() > 0);
            donor.cancel();
        });

        assertThatThrownBy(() -> donor.send(POSITION))
                .hasMessageContaining("cancelled");
        canceller.get(5, TimeUnit.SECONDS);
        joiner.cancel();
        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        assertOldTarget();
    }

    @Test
    void keepsToTheRate() throws Exception {
        Files.createDirectory(source);
        Files.write(source.resolve("file"), new byte[100_000]);
        byte[] noise = new byte[2_000_000];
        new Random(20).nextBytes(noise);
        Files.write(source.resolve("noise"), noise);
        settings = settings.withBytesPerSecond(2_000_000).withCompression(Compression.NONE);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        long start = System.nanoTime();

        Manifest sent = send(address);

        assertThat(System.nanoTime() - start).isGreaterThan(700_000_000L);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
    }
}
