package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.ServerOptions;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.transport.testpeer.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code wsrep_sst_method=script}: nodes whose snapshots travel by the operator's own programs. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(180)
class ScriptTransferTest {
    private static final String PACK = "exec tar -cz .";
    private static final String UNPACK = "exec tar -xz";

    @TempDir
    Path directory;

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

    /** A program of bash; the next transfer runs what it says then. */
    private Path program(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/bash\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    /** Joins with a state from before by snapshots alone: no cache reaches back. */
    private void join(String name, Optional<Path> donor, Path joiner) {
        String options = cluster.tls(name) + ";gcache.size=0";
        cluster.joinWith(name, cluster.kept(name), directory.resolve(name), builder -> {
            builder.options(options)
                    .option(ServerOptions.WSREP_SST_METHOD, "script")
                    .option("sst.joiner-program", joiner.toString())
                    .option("sst.idle-timeout", "4");
            donor.ifPresent(program -> builder.option("sst.donor-program", program.toString()));
        });
    }

    private void join(String name, Path donor, Path joiner) {
        join(name, Optional.of(donor), joiner);
    }

    private void awaitFailure(String name, String... texts) {
        await().atMost(StateCluster.LIMIT.multipliedBy(2))
                .untilAsserted(() -> assertThat(cluster.node(name)
                                .status()
                                .kept()
                                .flatMap(NodeStatus.Kept::failure)
                                .orElse(""))
                        .contains(texts));
    }

    @Test
    void anEmptiedNodeTakesItsStateByAProgram() throws Exception {
        Path pack = program("pack", "echo packs in $PWD >&2; " + PACK);
        Path unpack = program("unpack", UNPACK);
        join("n1", pack, unpack);
        join("n2", pack, unpack);
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 300);
        join("n3", pack, unpack);
        cluster.awaitSynced("n3");
        cluster.node("n3").leave();
        cluster.write("n2", 300);

        cluster.keep("n3", new KeptOrder());
        join("n3", pack, unpack);
        cluster.awaitSynced("n1", "n2", "n3");
        cluster.write("n3", 10);

        cluster.assertEqual("n1", "n2", "n3");
        assertThat(cluster.state("n3").restored()).isOne();
        assertThat(cluster.state("n3").lines()).hasSize(610);
        assertThat(directory.resolve("n1/state-transfer/outgoing")).doesNotExist();
        assertThat(directory.resolve("n3/state-transfer/incoming")).doesNotExist();
    }

    /** Fails and hangs at each end; the next attempt, with a program that was mended, goes through. */
    @ParameterizedTest
    @CsvSource({
        "pack, echo part; echo no backup today >&2; exit 7, exit code 7",
        "pack, echo part; echo no backup today >&2; exec sleep 1000, the program hangs",
        "unpack, cat > part; echo no backup today >&2; exit 7, exit code 7",
        "unpack, cat > part; echo no backup today >&2; exec sleep 1000, the program hangs"
    })
    void aProgramThatFailsLeavesTheOldStateAndFreesTheDonor(String which, String text, String why) throws Exception {
        Path pack = program("pack", PACK);
        Path unpack = program("unpack", UNPACK);
        join("n1", pack, unpack);
        cluster.awaitSynced("n1");
        join("n2", pack, unpack);
        cluster.awaitSynced("n2");
        cluster.write("n1", 50);
        cluster.assertEqual("n1", "n2");
        cluster.node("n2").leave();
        cluster.write("n1", 50);
        Path broken = program(which, text);

        join("n2", pack, unpack);
        awaitFailure("n2", why, "no backup today");
        assertThat(cluster.state("n2").lines()).hasSize(50);
        await().atMost(StateCluster.LIMIT)
                .until(() -> cluster.node("n1").status().state() == NodeState.SYNCED);
        cluster.write("n1", 10);
        assertThat(directory.resolve("n1/state-transfer/outgoing")).doesNotExist();

        assertThat(program(which, which.equals("pack") ? PACK : UNPACK)).isEqualTo(broken);
        cluster.awaitSynced("n1", "n2");
        cluster.assertEqual("n1", "n2");
        assertThat(cluster.state("n2").lines()).hasSize(110);
    }

    @Test
    void aDonorWithoutAProgramRefusesAndTheJoinerSaysSo() throws Exception {
        Path unpack = program("unpack", UNPACK);
        join("n1", Optional.empty(), unpack);
        cluster.awaitSynced("n1");
        cluster.write("n1", 50);

        join("n2", Optional.empty(), unpack);

        awaitFailure("n2", "gives no state in the way that this node asks for (wsrep_sst_method)");
        await().atMost(StateCluster.LIMIT)
                .until(() -> cluster.node("n1").status().state() == NodeState.SYNCED);
        cluster.write("n1", 10);
        assertThat(cluster.state("n2").lines()).isEmpty();
    }

    @Test
    void doesNotStartAndIsNotChangedToAProgramThatIsNotThere() throws Exception {
        Path unpack = program("unpack", UNPACK);

        assertThatThrownBy(() -> join("n1", directory.resolve("nowhere"), unpack))
                .hasMessageContaining("[sst] donor-program")
                .hasMessageContaining("is not here");

        cluster.join("n2", "");
        assertThatThrownBy(() -> cluster.node("n2").set("wsrep_sst_method", "script"))
                .hasMessageContaining("set joiner-program there");
        assertThat(cluster.node("n2").status().options()).containsEntry("wsrep_sst_method", "stream");
    }
}
