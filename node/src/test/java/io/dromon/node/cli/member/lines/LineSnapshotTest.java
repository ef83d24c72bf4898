package io.dromon.node.cli.member.lines;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.state.snapshot.SnapshotException;
import io.dromon.node.state.snapshot.SnapshotGiver;
import io.dromon.node.state.snapshot.SnapshotListener;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.node.state.snapshot.SnapshotTaker;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of one node become those of another one over a real snapshot, while the first goes on. */
@Tag("sockets")
@Timeout(60)
final class LineSnapshotTest {
    private static final UUID HISTORY = new UUID(7, 8);

    @TempDir
    Path folder;

    private static final class End extends CompletableFuture<Position> implements SnapshotListener {
        @Override
        public void onTransferred(Position position) {
            complete(position);
        }

        @Override
        public void onFailure(SnapshotException why) {
            completeExceptionally(why);
        }
    }

    private SnapshotSettings settings(String node, String method) throws IOException {
        Path data = Files.createDirectories(folder.resolve(node));
        NodeConfig config = NodeConfig.builder()
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(data)
                .option("wsrep_sst_method", method)
                .build();
        return SnapshotSettings.of(config, Optional.of(TlsSettings.of(file("cert.pem"), file("key.pem"))));
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void makePair() throws IOException {
        X509Bundle pair = TestPki.selfSigned("cluster");
        Files.writeString(file("cert.pem"), pair.getCertificatePEM());
        Files.writeString(file("key.pem"), pair.getPrivateKeyPEM());
    }

    private static void deliver(LineState state, long first, long last) {
        for (long seqno = first; seqno <= last; seqno++) {
            byte[] line = ("line " + seqno + "\n").getBytes(StandardCharsets.UTF_8);
            state.deliver(new Delivery(HISTORY, seqno, HISTORY, "a", false, ByteBuffer.wrap(line)));
        }
        state.onDrained();
    }

    private LineState begun(ByteArrayOutputStream out) throws IOException {
        LineState state = LineState.of(Files.createDirectories(folder.resolve("donor")), out, Optional.empty());
        state.onView(new ClusterView(HISTORY, 1, 1, true, List.of(), 0));
        return state;
    }

    private void transfer(LineState donor, LineState joiner, String method) throws Exception {
        SnapshotSettings giving = settings("donor", method);
        giving.prepare();
        End taken = new End();
        End given = new End();
        try (SnapshotTaker taker = SnapshotTaker.listen(settings("joiner", method))) {
            taker.take(taken);
            Position position = donor.position();
            donor.snapshot(giving.outgoing());
            SnapshotGiver unused = SnapshotGiver.give(
                    giving,
                    taker.request(),
                    new SnapshotGiver.Source(giving.outgoing(), position, wanted -> {}),
                    given);
            deliver(donor, position.seqno() + 1, position.seqno() + 1000); // meanwhile

            assertThat(given.get(30, TimeUnit.SECONDS)).isEqualTo(position);
            assertThat(taken.get(30, TimeUnit.SECONDS)).isEqualTo(position);
            joiner.restore(taker.directory());
            assertThat(joiner.position()).isEqualTo(position);
        }
        assertThat(giving.outgoing()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "rsync"})
    void arriveWholeAndArePrinted(String method) throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                method.equals("stream") || Files.isExecutable(Path.of("/usr/bin/rsync")), "no rsync");
        makePair();
        ByteArrayOutputStream donorOut = new ByteArrayOutputStream();
        ByteArrayOutputStream joinerOut = new ByteArrayOutputStream();
        LineState donor = begun(donorOut);
        deliver(donor, 2, 20_000);
        LineState joiner = LineState.of(folder.resolve("joiner"), joinerOut, Optional.empty());

        transfer(donor, joiner, method);
        deliver(joiner, 20_001, 21_000);

        assertThat(joinerOut.toByteArray()).isEqualTo(donorOut.toByteArray());
        LineState again = LineState.of(folder.resolve("joiner"), joinerOut, Optional.empty());
        assertThat(again.position()).isEqualTo(new Position(HISTORY, 21_000));
        try (var left = Files.list(folder.resolve("joiner"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("lines", "state-transfer");
        }
    }

    @Test
    void arriveWhereThereAreNone() throws Exception {
        makePair();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineState joiner = LineState.of(folder.resolve("joiner"), out, Optional.empty());

        transfer(begun(new ByteArrayOutputStream()), joiner, "stream");

        assertThat(joiner.position()).isEqualTo(new Position(HISTORY, 1));
        assertThat(out.size()).isZero();
    }
}
