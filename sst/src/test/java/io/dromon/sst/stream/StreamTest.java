package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferSettings.Compression;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transfer by {@code stream} carries, how fast, and what it says of itself. */
@Tag("sockets")
@Timeout(120)
class StreamTest extends StreamFixture {
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
    void findsTheJoinerAtAnyAddressOfItsName() throws Exception {
        InetAddress[] addresses = InetAddress.getAllByName("localhost");
        Assumptions.assumeTrue(addresses.length > 1, "localhost has one address here");
        Trees.mixed(source, 16);
        StreamJoiner joiner = StreamJoiner.listen(
                new InetSocketAddress(addresses[addresses.length - 1], 0),
                terms(joinerTls, token),
                new SnapshotTarget.Directory(target, Limits.NONE));
        int port = joiner.address().getPort();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = send(InetSocketAddress.createUnresolved("localhost", port));

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
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
