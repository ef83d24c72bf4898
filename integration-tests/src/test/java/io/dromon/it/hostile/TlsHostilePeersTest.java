package io.dromon.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.HostilePeer;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.TlsFiles;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same attacks through TLS, by peers that have a certificate of the right authority where they need one, and attacks
 * on TLS itself. Node a uses BoringSSL, node b the JDK.
 */
@Tag("peers")
@Timeout(240)
final class TlsHostilePeersTest extends Attacks {
    private static final X509Bundle AUTHORITY = TestPki.ca("hostile CA");
    private static final X509Bundle MEMBER = TestPki.issue(TestPki.builder("member"), AUTHORITY);
    private static final long ALLOWED_BYTES = 160L << 20;
    /** The deadline of the handshake is 5 s. */
    private static final long DEADLINE_MS = 12_000;

    @Override
    TlsFiles files() {
        Path key = directory.resolve("node.key");
        Path certificate = directory.resolve("node.crt");
        Path authorities = directory.resolve("ca.crt");
        if (!Files.exists(key)) {
            write(key, MEMBER.getPrivateKeyPEM());
            write(certificate, MEMBER.getCertificatePEM());
            write(authorities, AUTHORITY.getCertificatePEM());
        }
        return new TlsFiles(key, certificate, Optional.of(authorities));
    }

    private static void write(Path file, String text) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    String options(String node) {
        return node.equals("b") ? "tls.provider=jdk" : "tls.provider=boringssl";
    }

    @Override
    HostilePeer member(DromonNode node) throws IOException {
        return HostilePeer.connect(node.port(), tls(MEMBER, List.of(MEMBER.getCertificatePath())));
    }

    private DromonNode named(String name) {
        return name.equals("a") ? a : b;
    }

    /** A client that presents the chain and trusts everybody. */
    private static SSLContext tls(X509Bundle own, List<X509Certificate> chain) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Presents(own, chain)}, new TrustManager[] {new TrustsEverybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Presents(X509Bundle own, List<X509Certificate> chain) implements X509KeyManager {
        @Override
        public String[] getClientAliases(String keyType, java.security.Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] keyType, java.security.Principal[] issuers, java.net.Socket socket) {
            return "own";
        }

        @Override
        public String[] getServerAliases(String keyType, java.security.Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseServerAlias(String keyType, java.security.Principal[] issuers, java.net.Socket socket) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(new X509Certificate[0]);
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String alias) {
            return own.getKeyPair().getPrivate();
        }
    }

    private static final class TrustsEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    // ---- TLS itself

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void aRenegotiationIsRefused(String name) throws Exception {
        DromonNode node = named(name);
        SSLContext context = tls(MEMBER, List.of(MEMBER.getCertificatePath()));
        try (SSLSocket client = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", node.port())) {
            client.setSoTimeout(20_000);
            client.setEnabledProtocols(new String[] {"TLSv1.2"});
            client.startHandshake();
            assertThat(client.getInputStream().read())
                    .as("the node speaks first")
                    .isNotNegative();

            client.startHandshake();

            assertThat(endsWithin(client)).isTrue();
        } catch (javax.net.ssl.SSLException | java.net.SocketException refused) {
            assertThat(refused).isNotNull();
        }
        awaitRefused(node, "second TLS handshake within the connection");
    }

    private static boolean endsWithin(SSLSocket client) {
        try {
            int next = client.getInputStream().read();
            while (next >= 0) {
                next = client.getInputStream().read();
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "a, -tls1, ALL:@SECLEVEL=0, protocol version, no version of TLS",
        "a, -tls1_1, ALL:@SECLEVEL=0, protocol version, no version of TLS",
        "a, -tls1_2, eNULL:@SECLEVEL=0, handshake failure, no cipher suite in common",
        "a, -tls1_2, aNULL:@SECLEVEL=0, handshake failure, no cipher suite in common",
        "b, -tls1, ALL:@SECLEVEL=0, protocol version, no version of TLS",
        "b, -tls1_1, ALL:@SECLEVEL=0, protocol version, no version of TLS",
        "b, -tls1_2, eNULL:@SECLEVEL=0, handshake failure, no cipher suite in common",
        "b, -tls1_2, aNULL:@SECLEVEL=0, handshake failure, no cipher suite in common"
    })
    void whatIsOldOrProtectsNothingIsRefused(String name, String version, String ciphers, String alert, String reason) {
        DromonNode node = named(name);
        Path openssl = Peers.require("openssl");
        try (PeerProcess client = PeerProcess.start(
                "s_client",
                directory,
                List.of(openssl.toString(), "s_client", "-connect", node.hostPort(), version, "-cipher", ciphers))) {
            client.awaitLog("alert " + alert, LIMIT);
            client.closeInput();
            client.awaitExit(LIMIT);
        }
        awaitRefused(node, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void aRecordOfTheLargestSizeByteByByteMeetsTheDeadline(String name) throws IOException {
        DromonNode node = named(name);
        // A ClientHello of 16380 bytes that is in order as far as it comes: version, random, no session, many suites.
        ByteBuffer record = ByteBuffer.allocate(5 + 16384);
        record.put((byte) 22).putShort((short) 0x0301).putShort((short) 16384);
        record.put((byte) 1).put((byte) 0).putShort((short) 16380).putShort((short) 0x0303);
        record.position(record.position() + 32);
        record.put((byte) 0).putShort((short) 16000);
        try (HostilePeer peer = HostilePeer.connect(node.port())) {
            var closedAfter = peer.drip(record.array());

            assertThat(closedAfter).isPresent();
            assertThat(closedAfter.orElseThrow().toMillis()).isLessThan(DEADLINE_MS);
        }
        awaitRefused(node, "the TLS handshake was not done after 5000 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void aGiantChainIsRefused(String name) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(MEMBER.getCertificate());
        for (int i = 0; i < 300; i++) {
            chain.add(AUTHORITY.getCertificate());
        }
        refused(named(name), tls(MEMBER, chain));
        awaitRefused(named(name), "there are too many|at most \\d+ are accepted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void aLeafForAnotherUseIsRefused(String name) throws IOException {
        X509Bundle own = TestPki.issue(TestPki.builder("web").addExtendedKeyUsageServerAuth(), AUTHORITY);
        refused(named(name), tls(own, List.of(own.getCertificatePath())));
        awaitRefused(named(name), "CN=web.*(?i:clientAuth|purpose|extendedKeyUsage)");
    }

    @Test
    void aClientWithoutCertificateIsRefused() throws IOException {
        refused(a, tls(MEMBER, List.of()));
        awaitRefused(a, "presented no certificate");
    }

    /** The connection ends within its deadline, with an alert or without. */
    private static void refused(DromonNode node, SSLContext context) throws IOException {
        try (HostilePeer peer = HostilePeer.connect(node.port(), context)) {
            assertThat(peer.closedWithin(20_000)).isTrue();
        } catch (javax.net.ssl.SSLException | java.net.SocketException alert) {
            assertThat(alert).isNotNull();
        }
    }

    // ---- members that mean harm

    @Test
    void anotherCertificateDoesNotTakeTheLinkOfAMember() throws IOException {
        X509Bundle own = TestPki.issue(TestPki.builder("impostor"), AUTHORITY);
        UUID uuidOfB;
        try (HostilePeer asker = member(b)) {
            uuidOfB = asker.receiveHandshake().acceptor();
        }
        try (HostilePeer impostor = HostilePeer.connect(a.port(), tls(own, List.of(own.getCertificatePath())))) {
            assertThat(impostor.shakeHands(uuidOfB, GROUP, "ssl://" + b.hostPort()))
                    .isEqualTo(HostilePeer.FAIL);
            assertThat(impostor.closedWithin(10_000)).isTrue();
        }
        awaitRefused(a, "a second link to .* shows the certificate of CN=impostor.*that of CN=member");
    }

    @Test
    void garbageOfAMemberCostsItsLink() throws IOException {
        Random random = new Random(17);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[100 + random.nextInt(40_000)];
            random.nextBytes(garbage);
            byte[] secret = PAYLOAD.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(secret, 0, garbage, 50, secret.length);
            garbage[3] |= (byte) 0xf0; // a version that does not exist
            try (HostilePeer peer = member(a)) {
                peer.send(garbage);

                assertThat(peer.closedWithin(20_000)).isTrue();
            }
        }
        awaitRefused(a, "127.0.0.1.*(version|header|checksum|length)");
    }

    @Test
    void theLargestHeaderOfAMemberAndNothingBehindItIsEndedByADeadline() throws IOException {
        List<HostilePeer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                HostilePeer peer = member(a);
                peers.add(peer);
                peer.sendHeader(32_768).send(new byte[1000]);
            }
            for (HostilePeer peer : peers) {
                assertThat(peer.closedWithin(30_000)).isTrue();
            }
        } finally {
            for (HostilePeer peer : peers) {
                peer.close();
            }
        }
        awaitRefused(a, "said nothing for");
    }

    @Test
    void crowdsOfHalfOpenConnectionsAndMembersTakeABoundedAmountOfMemory() throws IOException {
        theClusterReplicates();
        long before = residentBytes(a);
        long most = before;
        List<HostilePeer> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                HostilePeer halfOpen = HostilePeer.connect(a.port());
                crowd.add(halfOpen);
                halfOpen.send(new byte[] {22, 3, 1, 64, 0, 1, 0, 63, (byte) 252, 3, 3});
            }
            theClusterReplicates();
            most = Math.max(most, residentBytes(a));
            for (int i = 0; i < 300; i++) {
                HostilePeer member = member(a);
                crowd.add(member);
                if (i % 3 == 0) {
                    member.sendHeader(32_768);
                } else if (i % 3 == 1) {
                    member.sendFrame(HostilePeer.message(HostilePeer.USER, 0, UUID.randomUUID(), new byte[30_000]));
                }
            }
            theClusterReplicates();
            most = Math.max(most, residentBytes(a));
        } finally {
            for (HostilePeer peer : crowd) {
                peer.close();
            }
        }
        System.out.printf(
                "1000 half-open connections and 300 members that mean harm: %d MiB resident before, %d MiB at most%n",
                before >> 20, most >> 20);
        assertThat(most - before).isLessThan(ALLOWED_BYTES);
    }
}
