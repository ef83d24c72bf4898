package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.ServerOptions;
import io.dromon.it.peers.PacketCapture;
import io.dromon.it.peers.Ports;
import io.dromon.node.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tshark sees of state transfers. */
@Tag("peers")
@Timeout(180)
final class TransfersOnTheWireTest {
    private static final String CANARY = " nobody-must-see-the-albatross";
    /** More than a node without state is given as events. */
    private static final int MANY = 1_500;

    @TempDir
    Path directory;

    private final int istPort = Ports.free();
    private final int sstPort = Ports.free();

    @SuppressWarnings("NullAway.Init") // set by begin()
    private StateCluster cluster;

    @BeforeEach
    void begin() {
        cluster = new StateCluster(directory);
    }

    @AfterEach
    void leaveAll() {
        cluster.close();
    }

    /** A node that receives at ports that are watched, and whose snapshots are not compressed. */
    private Node joinWatched(String name, String options) {
        return cluster.joinWith(
                name,
                cluster.kept(name),
                directory.resolve(name),
                builder -> builder.options(options)
                        .option("ist.recv_addr", "127.0.0.1:" + istPort)
                        .option(ServerOptions.WSREP_SST_RECEIVE_ADDRESS, "127.0.0.1:" + sstPort));
    }

    /** A node that gives snapshots without compression. */
    private void joinDonor(String name, String options) {
        Node unused = cluster.joinWith(
                name,
                cluster.kept(name),
                directory.resolve(name),
                builder -> builder.options(options).option("sst.zstd-level", "0"));
        cluster.awaitSynced(name);
    }

    private PacketCapture capture() throws Exception {
        return PacketCapture.start(Files.createDirectory(directory.resolve("capture")), istPort, sstPort);
    }

    @Test
    void showNothingOfTheStateInAClusterWithTls() throws Exception {
        try (PacketCapture capture = capture()) {
            joinDonor("n1", cluster.tls("n1"));
            cluster.write("n1", MANY, CANARY);
            joinWatched("n2", cluster.tls("n2"));
            cluster.awaitSynced("n2");
            cluster.assertEqual("n1", "n2");
            assertThat(cluster.state("n2").restored()).isOne();
            cluster.node("n2").leave();
            cluster.write("n1", MANY, CANARY);
            joinWatched("n2", cluster.tls("n2"));
            cluster.awaitSynced("n2");
            cluster.assertEqual("n1", "n2");
            assertThat(cluster.state("n2").restored())
                    .as("the second time by IST")
                    .isOne();

            capture.end();

            assertThat(capture.shows(CANARY)).isFalse();
            for (int port : new int[] {sstPort, istPort}) {
                int bytes =
                        capture.payloads(port).stream().mapToInt(String::length).sum();
                assertThat(bytes).isGreaterThan(MANY * CANARY.length());
            }
        }
    }

    /** What a plain cluster shows, the capture sees: so it would have seen it above. */
    @Test
    void showEventsButNeverASnapshotInAClusterInPlainText() throws Exception {
        try (PacketCapture capture = capture()) {
            joinDonor("n1", "");
            cluster.write("n1", 100, CANARY);
            joinWatched("n2", "");
            cluster.awaitSynced("n2");
            cluster.assertEqual("n1", "n2");
            cluster.close();
            joinDonor("n4", "gcache.size=0"); // of another cluster, and no events to give
            cluster.write("n4", 10, CANARY);
            Node needsSnapshot = joinWatched("n3", "");
            await().atMost(StateCluster.LIMIT).until(() -> !needsSnapshot.isOpen());

            capture.end();

            assertThat(capture.payloads(istPort))
                    .anySatisfy(payload -> assertThat(payload).contains(CANARY));
            assertThat(capture.packets(sstPort)).isZero();
            assertThat(cluster.state("n3").lines()).isEmpty();
        }
    }
}
