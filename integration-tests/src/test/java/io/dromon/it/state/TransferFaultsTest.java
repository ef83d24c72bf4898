package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.PeerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * State transfers of nodes with cuts, stalls, leaves and full disks at random points: {@code -Dstate.faults=N} for more, {@code
 * -Dstate.seed=N} to repeat.
 */
@Tag("sockets")
@Timeout(3600)
final class TransferFaultsTest {
    private static final String PROGRAM = "io.dromon.it.programs.TransferFaultTable";

    @TempDir
    Path directory;

    @Test
    void leaveTheJoinerWithAllOfTheOrderOrWithWhatItHadAndTheDonorFree() throws Exception {
        int count = Integer.getInteger("state.faults", 24);
        long seed = Long.getLong("state.seed", System.currentTimeMillis() / 1000);
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));

        String table = PeerProcess.run(
                "transfers",
                directory,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Djava.io.tmpdir=" + directory,
                        "-Djdk.net.hosts.file=" + hosts,
                        "-Dsun.net.inetaddr.ttl=0",
                        "-cp",
                        classes,
                        PROGRAM,
                        Integer.toString(count),
                        Long.toString(seed)),
                Duration.ofSeconds(60 + 30L * count));

        System.out.println(table.substring(Math.max(0, table.indexOf(count + " faults"))));
        assertThat(table).contains(count + " faults, seed " + seed);
        assertThat(table).doesNotContain("LEAK");
    }
}
