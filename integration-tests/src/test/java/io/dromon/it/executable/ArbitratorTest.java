package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Ports;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.Application;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeState;
import io.dromon.node.admin.client.AdminClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon arbitrator} in garbd's place, beside two real mariadbd over TLS. */
@Tag("peers")
@Timeout(240)
final class ArbitratorTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void eachInsertArrivesAsOneWriteSetInTheServersOwnOrder() throws Exception {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        MariaDb.Template template = MariaDb.Template.create(
                directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY, b LONGBLOB);");
        Recorder recorder = new Recorder();
        try (MariaDb server =
                template.server(directory, "server").tls(files).bootstrap().start()) {
            NodeConfig config = NodeConfig.builder()
                    .arbitrator()
                    .group("g")
                    .name("recorder")
                    .address("gcomm://" + server.hostPort())
                    .dataDir(directory)
                    .options(files.providerOptions() + ";gmcast.listen_addr=tcp://127.0.0.1:" + Ports.free())
                    .build();
            try (Node node = Node.join(config, recorder)) {
                long before = server.statusNumber("wsrep_last_committed");
                StringBuilder inserts = new StringBuilder();
                for (int i = 0; i < 1000; i++) {
                    inserts.append("INSERT INTO d.t VALUES (").append(i).append(", 'x');\n");
                }
                server.execute(inserts.toString());
                server.execute("INSERT INTO d.t VALUES (5000, REPEAT('m', 8 * 1024 * 1024))");
                server.execute("ALTER TABLE d.t ADD COLUMN c INT");

                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(recorder.deliveries).hasSize(1002));
                List<Long> expected = LongStream.rangeClosed(before + 1, before + 1002)
                        .boxed()
                        .toList();
                assertThat(recorder.deliveries.stream().map(Received::seqno)).containsExactlyElementsOf(expected);
                assertThat(recorder.deliveries.stream().map(Received::origin)).containsOnly("server");
                assertThat(recorder.deliveries.get(1000).bytes()).isGreaterThan(8 * 1024 * 1024);
                assertThat(server.statusNumber("wsrep_last_committed")).isEqualTo(before + 1002);
                assertThat(node.status().state()).isEqualTo(NodeState.SYNCED);
            }
        }
    }

    private record Received(long seqno, String origin, int bytes) {}

    private static final class Recorder implements Application {
        final List<Received> deliveries = new CopyOnWriteArrayList<>();

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(new Received(
                    delivery.seqno(), delivery.originName(), delivery.data().remaining()));
        }
    }

    @Test
    void twoServersAndTheArbitratorMakeACluster() {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        MariaDb.Template template = MariaDb.Template.create(
                directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY, b LONGBLOB);");
        try (MariaDb first = template.server(directory, "first")
                        .tls(files)
                        .bootstrap()
                        .start();
                MariaDb second = template.server(directory, "second")
                        .tls(files)
                        .peers(first.hostPort())
                        .start();
                DromonNode arbitrator = DromonNode.in(directory, "arbitrator")
                        .tls(files)
                        .peers(first.hostPort(), second.hostPort())
                        .startArbitrator()) {
            arbitrator.awaitSynced(LIMIT);
            assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(3);
            assertThat(second.statusNumber("wsrep_cluster_size")).isEqualTo(3);

            StringBuilder inserts = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                inserts.append("INSERT INTO d.t VALUES (").append(i).append(", 'x');\n");
            }
            long before = first.statusNumber("wsrep_last_committed");
            first.execute(inserts.toString());
            assertThat(first.statusNumber("wsrep_last_committed")).isEqualTo(before + 1000);

            first.execute("INSERT INTO d.t VALUES (5000, REPEAT('m', 8 * 1024 * 1024))");
            second.execute("ALTER TABLE d.t ADD COLUMN c INT");
            second.execute("INSERT INTO d.t VALUES (5001, 'y', 1)");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(first.execute("SELECT COUNT(*), MAX(LENGTH(b)) FROM d.t"))
                            .isEqualTo("1002\t" + 8 * 1024 * 1024));

            int mark = arbitrator.process().log().size();
            second.process().kill();
            arbitrator.awaitPrimary(2, mark, LIMIT);
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(first.status("wsrep_cluster_status")).isEqualTo("Primary");
                assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(2);
            });
            first.execute("INSERT INTO d.t VALUES (6000, 'z', 2)");

            assertThat(arbitrator.leave()).isZero();
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(1));
            assertThat(first.status("wsrep_cluster_status"))
                    .as("a graceful leave")
                    .isEqualTo("Primary");
        }
    }

    /** garbd leaves before the donor has begun, and ends with 0 whatever comes of it. */
    @Test
    void asksADonorForABackupAndEndsWithItsResult() {
        MariaDb.Template template = MariaDb.Template.create(directory, "SELECT 1");
        try (MariaDb server = template.server(directory, "server").bootstrap().start()) {
            try (PeerProcess backup = arbitrator(server, "--sst", "backup:nowhere", "--donor", "server")) {
                assertThat(backup.awaitExit(LIMIT)).as(backup.log().tail(20)).isZero();
                assertThat(backup.log().tail(20)).contains("the donor has ended 'backup:nowhere' with success");
                assertThat(backup.log().lines())
                        .as("its own leave, and a view before the first primary component, are no loss")
                        .noneMatch(line -> line.contains(" WARN ") && line.contains("view non-primary"));
                assertThat(directory.resolve("server/backup_sst_complete")).exists();
            }
            try (PeerProcess unknown = arbitrator(server, "--sst", "nosuch:x")) {
                assertThat(unknown.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(unknown.log().tail(20))
                        .contains(
                                "the snapshot 'nosuch:x' was not made: the donor ",
                                "error 2, its program wsrep_sst_METHOD is missing");
            }
            try (PeerProcess nobody = arbitrator(server, "--sst", "backup:x", "--donor", "nobody")) {
                assertThat(nobody.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(nobody.log().tail(20)).contains("was not made: no member can be the donor: error 113");
            }
            assertThat(server.statusNumber("wsrep_cluster_size")).isEqualTo(1);
        }
    }

    private PeerProcess arbitrator(MariaDb server, String... more) {
        List<String> command = new ArrayList<>(List.of(
                DromonNode.executable().toString(),
                "arbitrator",
                "gcomm://" + server.hostPort(),
                "-g",
                "g",
                "-w",
                directory.toString(),
                "-o",
                "gmcast.listen_addr=tcp://127.0.0.1:" + Ports.free()));
        command.addAll(List.of(more));
        return PeerProcess.start("arbitrator", directory, command);
    }

    @Test
    void leavesNothingInTheBackgroundWhenItIsKilledBeforeItHasAnswered() throws Exception {
        List<String> command = List.of(
                DromonNode.executable().toString(),
                "arbitrator",
                "-d",
                "gcomm://127.0.0.1:" + Ports.free(),
                "-g",
                "g",
                "-w",
                directory.toString(),
                "-o",
                "gmcast.listen_addr=tcp://127.0.0.1:" + Ports.free());
        try (PeerProcess starter = PeerProcess.start("starter", directory, command)) {
            ProcessHandle background = await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(
                            () -> ProcessHandle.allProcesses()
                                    .filter(process -> {
                                        String line =
                                                process.info().commandLine().orElse("");
                                        return line.contains("--background") && line.contains(command.get(9));
                                    })
                                    .findFirst()
                                    .orElse(null),
                            found -> found != null);
            starter.kill();

            await().atMost(LIMIT).until(() -> !background.isAlive());
        }
    }

    @Test
    void goesOnInTheBackgroundOnceItListens() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        List<String> command = List.of(
                DromonNode.executable().toString(),
                "arbitrator",
                "-d",
                "gcomm://127.0.0.1:" + Ports.free(),
                "-g",
                "g",
                "-w",
                home.toString(),
                "-l",
                "arbitrator.log",
                "-o",
                "gmcast.listen_addr=tcp://127.0.0.1:" + Ports.free());
        PeerProcess.run("arbitrator", directory, command, LIMIT);
        Path log = directory.resolve("arbitrator.log");
        ProcessHandle background = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("--log=" + log))
                .findFirst()
                .orElseThrow();
        try {
            assertThat(AdminClient.local(home).status().path("state").asText()).isEqualTo("OPEN");
            assertThat(Files.readString(log)).contains("of group g listens on");
            background.destroy();
            await().atMost(LIMIT).until(() -> !background.isAlive());
            assertThat(Files.readString(log)).contains("garb: left the group");
        } finally {
            background.destroyForcibly();
        }
    }
}
