package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.sst.channel.ControlChannel;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.JoinerDialler;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.rsync.RsyncMethod;
import io.dromon.sst.stream.StreamMethod;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever gives up says why, and the other end says it too, whatever both were at. */
@Tag("sockets")
@Timeout(120)
class LastWordTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);
    private static final X509Bundle CA = TestPki.ca("sst");
    private static TlsContexts joinerTls;
    private static TlsContexts donorTls;

    @TempDir
    Path folder;

    private Path source;
    private Path target;
    private final Token token = Token.create();
    private TransferSettings settings = TransferSettings.defaults()
            .withStreams(2)
            .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @BeforeAll
    static void makeCertificates() {
        joinerTls = tls("joiner");
        donorTls = tls("donor");
    }

    @AfterAll
    static void release() {
        joinerTls.close();
        donorTls.close();
    }

    private static TlsContexts tls(String name) {
        return TestPki.contexts(
                TlsSettings.Provider.AUTO, TestPki.issue(TestPki.builder(name), CA), CA.getCertificate());
    }

    @BeforeEach
    void makePlaces() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        Files.createDirectory(target);
    }

    private SnapshotMethod.Terms terms(TlsContexts tls) {
        return new SnapshotMethod.Terms(tls, token, settings, TransferListener.SILENT);
    }

    private SnapshotJoiner listen(SnapshotMethod method, SnapshotTarget receiver) throws IOException {
        return method.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), terms(joinerTls), receiver);
    }

    private static CompletableFuture<Manifest> await(SnapshotJoiner joiner) {
        return CompletableFuture.supplyAsync(() -> {
            try (joiner) {
                return joiner.await();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static void assertTold(CompletableFuture<Manifest> received, String text) {
        assertThatThrownBy(() -> received.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PEER_FAILED))
                .hasMessageContaining(text);
    }

    /** Takes nothing before it is let. */
    private static final class Busy implements SnapshotTarget.Consumer {
        private final CountDownLatch free = new CountDownLatch(1);

        @Override
        public void write(ByteBuffer data) throws IOException {
            try {
                if (!free.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("nobody let it go on");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            data.position(data.limit());
        }

        @Override
        public void commit() {
            throw new AssertionError("a stream that was not whole");
        }

        @Override
        public void abort() {
            free.countDown();
        }
    }

    private static void write(WritableByteChannel out, int bytes) throws IOException {
        int unused = out.write(ByteBuffer.allocate(bytes));
    }

    /** One unit is with the joiner, the others wait in the sockets or, with nine, at the donor. */
    @ParameterizedTest
    @ValueSource(ints = {2, 9})
    void reachesAJoinerThatWasBusyWhenTheDonorLeft(int units) throws Exception {
        Busy consumer = new Busy();
        SnapshotJoiner joiner = listen(new StreamMethod(), new SnapshotTarget.Live(consumer));
        SnapshotDonor donor = new StreamMethod()
                .donor(joiner.address(), terms(donorTls), new SnapshotSource.Live(out -> {
                    for (int i = 0; i < units; i++) {
                        write(out, Frame.MOST_DATA);
                    }
                    throw new IOException("its disk is broken");
                }));
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("its disk is broken");
        consumer.free.countDown();

        assertTold(received, "its disk is broken");
    }

    /** Who passes the bytes on ends both directions where one has ended. */
    @Test
    void reachesABusyJoinerThroughAWireThatKnowsNoHalfEnds() throws Exception {
        Busy consumer = new Busy();
        SnapshotJoiner joiner = listen(new StreamMethod(), new SnapshotTarget.Live(consumer));
        CompletableFuture<Manifest> received = await(joiner);
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            SnapshotDonor donor = new StreamMethod()
                    .donor(wire.address(), terms(donorTls), new SnapshotSource.Live(out -> {
                        write(out, 4 * Frame.MOST_DATA);
                        throw new IOException("its disk is broken");
                    }));

            assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("its disk is broken");
        }
        consumer.free.countDown();

        assertTold(received, "its disk is broken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "rsync"})
    void reachesAJoinerThatTheDonorHadNotComeTo(String method) throws Exception {
        Files.createDirectory(source);
        Files.createSymbolicLink(source.resolve("away"), Path.of("/etc/passwd"));
        SnapshotMethod chosen = method.equals("rsync") ? new RsyncMethod() : new StreamMethod();
        SnapshotJoiner joiner = listen(chosen, new SnapshotTarget.Directory(target, Limits.NONE));
        SnapshotDonor donor = chosen.donor(joiner.address(), terms(donorTls), new SnapshotSource.Files(source));
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("/etc/passwd");

        assertTold(received, "/etc/passwd");
    }

    @Test
    void reachesAJoinerWhenTheTimeIsOver() throws Exception {
        Trees.mixed(source, 1);
        SnapshotJoiner joiner = listen(new StreamMethod(), new SnapshotTarget.Directory(target, Limits.NONE));
        CompletableFuture<Manifest> received = await(joiner);
        settings = settings.withBytesPerSecond(100_000)
                .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(1));
        SnapshotDonor donor =
                new StreamMethod().donor(joiner.address(), terms(donorTls), new SnapshotSource.Files(source));

        assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("took longer than");

        assertTold(received, "took longer than");
    }

    @Test
    void reachesADonorThatSleptForItsRate() throws Exception {
        Trees.mixed(source, 2);
        SnapshotJoiner joiner = listen(new StreamMethod(), new SnapshotTarget.Directory(target, Limits.NONE));
        CompletableFuture<Manifest> received = await(joiner);
        settings = settings.withStreams(1).withBytesPerSecond(100_000);
        SnapshotDonor donor =
                new StreamMethod().donor(joiner.address(), terms(donorTls), new SnapshotSource.Files(source));
        CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> joiner.progress().snapshot().wireBytes() > 0);
            joiner.cancel();
        });

        assertThatThrownBy(() -> donor.send(POSITION))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PEER_FAILED))
                .hasMessageContaining("cancelled at the joiner");

        canceller.get(5, TimeUnit.SECONDS);
        assertThatThrownBy(() -> received.get(5, TimeUnit.SECONDS)).hasMessageContaining("cancelled at the joiner");
    }

    /** A right-to-left override, a control sequence of a terminal, a line that looks like one of this end's. */
    @ParameterizedTest
    @ValueSource(strings = {"stream", "rsync"})
    void bringsNoControlCharactersOfTheOtherEnd(String method) throws Exception {
        String evil = "no\u202eod \u001b[31mred\u2066\ndromon: done\u0085\u200b";
        SnapshotMethod chosen = method.equals("rsync") ? new RsyncMethod() : new StreamMethod();
        SnapshotJoiner joiner = listen(chosen, new SnapshotTarget.Directory(target, Limits.NONE));
        CompletableFuture<Manifest> received = await(joiner);
        JoinerDialler dial = new JoinerDialler(joiner.address(), donorTls, token);
        try (ControlChannel control = new ControlChannel(
                dial.proven(Proof.random(Proof.SESSION), found -> true, new ProgressCounters(), Duration.ofSeconds(10)),
                Duration.ofSeconds(10).toNanos())) {
            control.giveUp(Frame.Type.ABORT, evil);
        }

        assertTold(received, "the donor gave up: no?od ?[31mred??dromon: done??");
    }
}
