package io.dromon.it.sst;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.Peers;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transfers of the executable with kills, cuts, stalls and full disks at random points: {@code -Dsst.process.faults=N} for
 * more, {@code -Dsst.seed=N} to repeat, {@code -Dsst.parallel=N} at a time.
 */
@Tag("peers")
@Timeout(3600)
class SstFaultsTest {
    @TempDir
    Path folder;

    @Test
    void leavesTheSourceOrTheOldStateWhateverHappens() throws Exception {
        Path unused = Peers.require("rsync");
        int count = Integer.getInteger("sst.process.faults", 10);
        long seed = Long.getLong("sst.seed", System.currentTimeMillis() / 1000);
        ByteArrayOutputStream table = new ByteArrayOutputStream();

        try {
            new SstFaults(folder)
                    .run(
                            seed,
                            count,
                            Integer.getInteger("sst.parallel", 2),
                            new PrintStream(table, true, StandardCharsets.UTF_8));
        } finally {
            System.out.println(table.toString(StandardCharsets.UTF_8));
        }

        assertThat(table.toString(StandardCharsets.UTF_8)).contains(count + " faults");
    }
}
