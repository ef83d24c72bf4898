package io.dromon.node.cli.bench.replication;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("sockets")
@Timeout(60)
class BenchClusterTest {
    @TempDir
    Path logs;

    private void run(String script) throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(logs)) {
            cluster.launch(List.of("sh", "-c", script));
            cluster.run(Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO);
        }
    }

    @Test
    void saysHowAProcessEndedAndWhatItSaidLast() {
        assertThatThrownBy(() -> run("echo 'no such cipher' >&2; exit 3"))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("node 1 ended instead of ready", "it ended with code 3", "no such cipher");
    }

    @Test
    void saysWhyAProcessHasNoResult() {
        assertThatThrownBy(() -> run("echo ready; read a; read b; read c; echo 'failed 2 of 16 writers wait'"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("said \"failed 2 of 16 writers wait\" instead of result");
    }

    @Test
    void tellsAPortThatWasTakenFromOtherFailures() {
        assertThatThrownBy(() -> run("exit " + BenchCluster.PORT_TAKEN))
                .isInstanceOf(BenchCluster.PortTakenException.class);
    }
}
