package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.testpeer.ResumingClient;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in by certificate and token, and what the others are told. */
@Tag("sockets")
@Timeout(120)
class StreamTrustTest extends StreamFixture {
    private static final String UNKNOWN_CA =
            "its issuer is not trusted there (alert unknown_ca); give both ends the same CA in [sst] tca";

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

    /** Its last flight comes in several records, and nothing behind it until the joiner has spoken. */
    @ParameterizedTest
    @EnumSource(TlsSettings.Provider.class)
    void speaksFirstToADonorWithOpenSsl(TlsSettings.Provider provider) throws Exception {
        X509Bundle donor = TestPki.issue(TestPki.builder("donor"), CA);
        Files.writeString(folder.resolve("donor.pem"), donor.getCertificatePEM());
        Files.writeString(folder.resolve("donor-key.pem"), donor.getPrivateKeyPEM());
        Path program = Path.of("/usr/bin/openssl");
        assumeTrue(
                Files.isExecutable(program) || "required".equals(System.getProperty("peers")),
                "openssl is not installed");
        try (TlsContexts own = tls(provider, "joiner");
                StreamJoiner joiner = listen(own, new SnapshotTarget.Directory(target, Limits.NONE))) {
            String address = "127.0.0.1:" + joiner.address().getPort();
            String[] command = {program.toString(), "s_client", "-quiet", "-connect", address};
            String[] identity = {"-cert", "donor.pem", "-key", "donor-key.pem"};
            Process client = new ProcessBuilder(
                            Stream.of(command, identity).flatMap(Stream::of).toList())
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                assertThat(client.getInputStream().readNBytes(Proof.MAGIC.length))
                        .isEqualTo(Proof.MAGIC);
            } finally {
                client.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void refusesAWrongTokenAndWaitsForTheRightOne() throws Exception {
        Trees.mixed(source, 10);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> donor(address, donorTls, Token.create()).send(POSITION))
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
                FaultyWire wire = new FaultyWire(first.address())) {
            CompletableFuture<Manifest> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    return send(wire.address());
                } catch (IOException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> first.progress().snapshot().bytes() > 0);

            wire.leadTo(second.address());
            wire.cutAll();

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
                FaultyWire wire = new FaultyWire(joiner.address()).keepAll()) {
            CompletableFuture<Manifest> received = await(joiner);
            Manifest sent = send(wire.address());
            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            recorded = wire.keptOfFirst();
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

    @Test
    void refusesADonorOfTheRightAuthorityWithoutTheToken() throws Exception {
        Trees.mixed(source, 23);
        try (TlsContexts other = tls(TlsSettings.Provider.AUTO, "another service");
                StreamJoiner joiner = listen()) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> donor(address, other, Token.create()).send(POSITION))
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
        try (StreamJoiner joiner = StreamJoiner.listen(
                anyPort(), terms(joinerTls, guessed), new SnapshotTarget.Directory(target, Limits.NONE))) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> send(address))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_REFUSED));
            assertThat(joiner.progress().snapshot().wireBytes()).isZero();
        }
        assertOldTarget();
    }

    @Test
    void servesTheDonorWhileManyHalfOpenConnectionsStaySilent() throws Exception {
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
    void refusesUntrustedPeersAndGoesOn() throws Exception {
        Trees.mixed(source, 12);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        X509Bundle otherCa = TestPki.ca("other");
        try (TlsContexts untrusted = TestPki.contexts(
                        TlsSettings.Provider.AUTO,
                        TestPki.issue(TestPki.builder("donor"), otherCa),
                        CA.getCertificate());
                Socket plain = new Socket(address.getAddress(), address.getPort())) {
            plain.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> donor(address, untrusted, token).send(POSITION))
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
                TestPki.issue(TestPki.builder("untrusted"), otherCa),
                CA.getCertificate(),
                otherCa.getCertificate());
        try (strange;
                TlsContexts own = tls(provider, "joiner")) {
            try (StreamJoiner joiner = listen(own, new SnapshotTarget.Directory(target, Limits.NONE))) {
                InetSocketAddress address = joiner.address();
                assertThatThrownBy(() -> donor(address, strange, token).send(POSITION))
                        .hasMessageContaining("the joiner at " + TunnelAddress.of(address)
                                + " refused this end's certificate: " + alert);
                assertThat(notes)
                        .anyMatch(note -> note.matches("refused 127.0.0.1:\\d+: certificate .*CN=untrusted.*other.*"));
            }
            notes.clear();
            try (StreamJoiner joiner = listen(strange, new SnapshotTarget.Directory(target, Limits.NONE))) {
                InetSocketAddress address = joiner.address();
                assertThatThrownBy(() -> send(address))
                        .hasMessageContaining("refused the joiner at " + TunnelAddress.of(address) + ": certificate ")
                        .hasMessageContaining("CN=untrusted");
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
    void givesNothingToAJoinerThatIsNotTrusted() throws Exception {
        Trees.mixed(source, 13);
        X509Bundle otherCa = TestPki.ca("other");
        try (TlsContexts untrusted = TestPki.contexts(
                        TlsSettings.Provider.AUTO,
                        TestPki.issue(TestPki.builder("joiner"), otherCa),
                        CA.getCertificate());
                StreamJoiner joiner = listen(untrusted, new SnapshotTarget.Directory(target, Limits.NONE))) {
            InetSocketAddress address = joiner.address();

            assertThatThrownBy(() -> send(address))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TLS_REFUSED));
            assertThat(joiner.progress().snapshot().wireBytes()).isZero();
        }
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
}
