package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon node --config FILE}: processes with the embedded store, from the files that Galera's users have. */
@Tag("peers")
@Timeout(240)
final class StoreMemberTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private final List<PeerProcess> processes = new ArrayList<>();

    @AfterEach
    void endAll() {
        processes.forEach(PeerProcess::close);
    }

    /** As a three-host set-up of Galera has it, but for the addresses. */
    private Path file(String name, int port, String hosts) throws IOException {
        return Files.writeString(directory.resolve(name + ".cnf"), """
                [mysqld]
                datadir=%s
                bind-address=0.0.0.0
                default_storage_engine=InnoDB
                innodb_autoinc_lock_mode=2

                [galera]
                wsrep_on=ON
                wsrep_provider=/usr/lib/galera/libgalera_smm.so
                wsrep_cluster_name="shop"
                wsrep_cluster_address="gcomm://%s"
                wsrep_node_name="%s"
                wsrep_sst_method=rsync
                wsrep_slave_threads=4
                wsrep_provider_options="gmcast.listen_addr=tcp://127.0.0.1:%d;gcache.size=16M"
                """.formatted(
                        Files.createDirectory(directory.resolve(name)), hosts, name, port));
    }

    private PeerProcess start(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString(), "node"));
        Collections.addAll(command, arguments);
        PeerProcess process = PeerProcess.start(name, directory, command);
        processes.add(process);
        return process;
    }

    private String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString()));
        Collections.addAll(command, arguments);
        return PeerProcess.run(arguments[0], directory, command, LIMIT);
    }

    private String curl(String node, String path, String... more) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "-sS", "--unix-socket"));
        command.add(directory.resolve(node).resolve("dromon.sock").toString());
        Collections.addAll(command, more);
        command.add("http://localhost/kv/v1/" + path);
        return PeerProcess.run("curl", directory, command, LIMIT);
    }

    @Test
    void runsFromTheFilesOfAThreeHostSetUp() throws Exception {
        List<Integer> ports = Stream.generate(Ports::free).limit(3).toList();
        String hosts = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            files.add(file("n" + (i + 1), ports.get(i), hosts));
        }
        PeerProcess first = start("n1", "--config", files.get(0).toString(), "--wsrep-new-cluster");
        first.awaitLog("n1: the store is open", LIMIT);
        PeerProcess second = start("n2", "-c", files.get(1).toString());
        PeerProcess third = start("n3", "-c", files.get(2).toString());
        second.awaitLog("n2: the store is open", LIMIT);
        third.awaitLog("n3: the store is open", LIMIT);

        assertThat(run("status", "--data-dir", directory.resolve("n3").toString()))
                .contains("n1 (SYNCED)", "n2 (SYNCED)", "n3 (SYNCED)");
        assertThat(second.log().lines()).noneMatch(line -> line.contains("ERROR"));
        if (Files.isExecutable(Path.of("/usr/bin/curl"))) {
            assertThat(curl("n1", "value?key=fruit", "-X", "PUT", "--data-binary", "apples"))
                    .contains("position");
            assertThat(curl("n3", "value?key=fruit", "-H", "Dromon-Consistency: before"))
                    .isEqualTo("apples");
        }

        third.terminate();
        assertThat(third.awaitExit(LIMIT)).as("a clean leave").isZero();
        first.awaitLog("view primary .*members=n1,n2$", LIMIT);
        assertThat(run("position", "--data-dir", directory.resolve("n3").toString()))
                .contains("safe_to_bootstrap 0");

        PeerProcess back = start("n3", "-c", files.get(2).toString());
        back.awaitLog("n3: the store is open", LIMIT);
        int behind = first.log().size();
        second.terminate();
        assertThat(second.awaitExit(LIMIT)).isZero();
        first.awaitLog("view primary .*members=n1,n3$", behind, LIMIT);
        back.terminate();
        assertThat(back.awaitExit(LIMIT)).isZero();
        first.awaitLog("view primary .*members=n1$", behind, LIMIT);
        first.terminate();
        assertThat(first.awaitExit(LIMIT)).isZero();
        assertThat(run("position", "--data-dir", directory.resolve("n1").toString()))
                .as("the last one to leave")
                .contains("safe_to_bootstrap 1");
    }

    @Test
    void takesNoDirectoryOfAnotherKindOfNode() throws Exception {
        String hosts = "127.0.0.1:" + Ports.free();
        Path file = file("n", Ports.free(), hosts);
        Path store = Files.createDirectory(directory.resolve("n").resolve("store"));
        PeerProcess piped = start("piped", "-c", file.toString(), "--pipe");
        assertThat(piped.awaitExit(LIMIT)).isEqualTo(1);
        assertThat(piped.log().lines()).last().asString().contains("is the data directory of a node with a store");

        Files.delete(store);
        Files.createDirectory(directory.resolve("n").resolve("lines"));
        PeerProcess kept = start("kept", "-c", file.toString());
        assertThat(kept.awaitExit(LIMIT)).isEqualTo(1);
        assertThat(kept.log().lines()).last().asString().contains("is the data directory of a node with --pipe");
    }
}
