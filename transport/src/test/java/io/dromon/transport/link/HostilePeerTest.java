package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Checksum;
import io.dromon.transport.wire.FrameEncoder;
import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that misbehave; a link between two good nodes goes on. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HostilePeerTest {
    private static Socket connect(TestNode node) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static byte[] frame(byte[] body) {
        ByteBuf out = Unpooled.buffer();
        new FrameEncoder(Checksum.CRC32C).encode(new Bytes(body), out);
        byte[] frame = new byte[out.readableBytes()];
        out.readBytes(frame);
        return frame;
    }

    @Test
    void framesThatComeByteByByteAreMessages() throws Exception {
        try (TestNode node = TestNode.plain();
                Socket peer = connect(node)) {
            node.await("accepted");
            for (int i = 0; i < 3; i++) {
                for (byte next : frame(new byte[] {(byte) i, 2, 3})) {
                    peer.getOutputStream().write(next);
                }
            }

            node.await("message", 2, Duration.ofSeconds(10));

            assertThat(node.all("message").get(2).detail()).isEqualTo(new Bytes(new byte[] {2, 2, 3}));
        }
    }

    @Test
    void whoIsNotOnTheAllowlistIsClosedBeforeAWord() throws Exception {
        Set<InetAddress> elsewhere = Set.of(InetAddress.getByName("10.99.0.1"));
        try (TestNode node = new TestNode(Optional.empty(), TestNode.defaults().withAllowedPeers(elsewhere));
                Socket peer = connect(node)) {
            assertThat(peer.getInputStream().read()).isEqualTo(-1);

            assertThat(node.refused(LinkFailure.UntrustedPeer.class)).isEqualTo(1);
            assertThat(node.all("accepted")).isEmpty();
        }
        Set<InetAddress> here = Set.of(InetAddress.getLoopbackAddress());
        try (TestNode node = new TestNode(Optional.empty(), TestNode.defaults().withAllowedPeers(here));
                Socket peer = connect(node)) {
            assertThat(peer.isConnected()).isTrue();
            node.await("accepted");
        }
    }

    @Test
    void manyFramesInOneSegmentAreMessages() throws Exception {
        try (TestNode node = TestNode.plain();
                Socket peer = connect(node)) {
            byte[] frame = frame(new byte[20]);
            byte[] all = new byte[frame.length * 100];
            for (int i = 0; i < 100; i++) {
                System.arraycopy(frame, 0, all, i * frame.length, frame.length);
            }
            peer.getOutputStream().write(all);

            node.await("message", 99, Duration.ofSeconds(10));
        }
    }

    @Test
    void garbageIsCorrupt() throws Exception {
        Random random = new Random(11);
        try (TestNode node = TestNode.plain()) {
            for (int i = 0; i < 50; i++) {
                byte[] garbage = new byte[1 + random.nextInt(100_000)];
                random.nextBytes(garbage);
                garbage[Math.min(3, garbage.length - 1)] = (byte) 0xff;
                try (Socket peer = connect(node)) {
                    peer.getOutputStream().write(garbage);
                } catch (java.net.SocketException closedMeanwhile) {
                    assertThat(node.all("closed")).isNotEmpty();
                }
            }

            node.await("closed", 49, Duration.ofSeconds(20));

            assertThat(node.all("closed"))
                    .hasSize(50)
                    .allSatisfy(event -> assertThat(event.detail())
                            .isInstanceOfAny(
                                    LinkFailure.Corrupt.class,
                                    LinkFailure.Disconnected.class,
                                    LinkFailure.TlsPeer.class));
            assertThat(node.refused(LinkFailure.Corrupt.class)).isGreaterThan(30);
        }
    }

    @Test
    void wrongChecksumIsCorrupt() throws Exception {
        try (TestNode node = TestNode.plain();
                Socket peer = connect(node)) {
            byte[] frame = frame(new byte[100]);
            frame[50] ^= 1;
            peer.getOutputStream().write(frame);

            assertThat(node.failure()).isInstanceOf(LinkFailure.Corrupt.class);
            assertThat(node.failure().message()).contains("checksum").contains("127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x8001, 0xffff, 0xffffff})
    void headerOfTooLargeALengthIsCorruptAtOnce(int length) throws Exception {
        try (TestNode node = TestNode.plain();
                Socket peer = connect(node)) {
            peer.getOutputStream()
                    .write(new byte[] {(byte) length, (byte) (length >> 8), (byte) (length >> 16), 2, 0, 0, 0, 0});

            assertThat(node.failure()).isInstanceOf(LinkFailure.Corrupt.class);
        }
    }

    @Test
    void largestHeaderThenNothingHoldsOneFrameOfMemoryAndDisturbsNobody() throws Exception {
        try (TestNode node = TestNode.plain();
                TestNode good = TestNode.plain();
                Socket peer = connect(node)) {
            peer.getOutputStream().write(new byte[] {0, (byte) 0x80, 0, 2, 0, 0, 0, 0, 1});
            node.await("accepted");

            long link = good.dial(node);
            good.await("connected");
            good.send(link, new Bytes(new byte[] {5}));

            assertThat(node.await("message").detail()).isEqualTo(new Bytes(new byte[] {5}));
            assertThat(node.all("closed")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aThousandConnectionsStayWithinTheCapAndDisturbNobody(boolean tls) throws Exception {
        io.netty.pkitesting.X509Bundle shared = TestPki.selfSigned("shared");
        List<Socket> flood = new ArrayList<>();
        try (TestNode node = new TestNode(
                        tls ? Optional.of(TestPki.contexts(TlsSettings.Provider.AUTO, shared)) : Optional.empty(),
                        TestNode.defaults());
                TestNode good =
                        tls ? TestNode.tls(TestPki.contexts(TlsSettings.Provider.AUTO, shared)) : TestNode.plain()) {
            long link = good.dial(node);
            good.await("connected");
            good.send(link, new Bytes(new byte[] {1}));
            node.await("message");
            int highest = 0;

            for (int i = 0; i < 1000; i++) {
                flood.add(connect(node));
                if (i % 100 == 99) {
                    good.send(link, new Bytes(new byte[] {2}));
                    node.await("message", 1 + i / 100, Duration.ofSeconds(10));
                    highest = Math.max(highest, node.links.status().join().size());
                }
            }

            assertThat(highest).isLessThanOrEqualTo(65);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> node.refused(LinkFailure.SilentPeer.class) >= 1000 - 64);
            assertThat(good.all("closed")).isEmpty();
            if (tls) {
                Awaitility.await("room again")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> node.links.status().join().size() == 1);
            }
            good.dial(node);
            good.await("connected", 1, Duration.ofSeconds(5));
        } finally {
            for (Socket socket : flood) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatDoesNotReadIsDroppedAtTheBound(boolean tls) throws Exception {
        io.netty.pkitesting.X509Bundle shared = TestPki.selfSigned("shared");
        LinkSettings bounded = TestNode.settings().withBounds(64, 4 << 20);
        try (TestNode node = new TestNode(
                        tls ? Optional.of(TestPki.contexts(TlsSettings.Provider.AUTO, shared)) : Optional.empty(),
                        bounded);
                TestNode stuck =
                        tls ? TestNode.tls(TestPki.contexts(TlsSettings.Provider.AUTO, shared)) : TestNode.plain()) {
            long link = node.dial(stuck);
            node.await("connected");
            stuck.await("accepted");
            java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
            stuck.loop.execute(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int i = 0; i < 600; i++) {
                node.send(link, new Bytes(new byte[32000]));
            }

            LinkFailure failure = node.failure();
            release.countDown();

            assertThat(failure).isInstanceOf(LinkFailure.Disconnected.class);
            assertThat(failure.message()).contains("does not read");
        }
    }

    @Test
    void resetIsDisconnected() throws Exception {
        try (TestNode node = TestNode.plain();
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            node.dial("tcp://127.0.0.1:" + server.getLocalPort());
            try (Socket accepted = server.accept()) {
                node.await("connected");
                accepted.setSoLinger(true, 0);
            }

            assertThat(node.failure()).isInstanceOf(LinkFailure.Disconnected.class);
        }
    }

    @Test
    void emptyFrameEndsTheStream() throws Exception {
        try (TestNode node = TestNode.plain();
                Socket peer = connect(node)) {
            OutputStream out = peer.getOutputStream();
            out.write(frame(new byte[20]));
            out.write(new byte[] {0, 0, 0, 2, (byte) 0xc7, 0x4b, 0x67, 0x48});

            assertThat(node.failure()).isInstanceOf(LinkFailure.Disconnected.class);
            assertThat(node.all("message")).hasSize(1);
        }
    }
}
