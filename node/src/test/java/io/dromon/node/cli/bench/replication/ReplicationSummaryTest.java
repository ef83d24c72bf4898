package io.dromon.node.cli.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.cli.print.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code dromon bench replication} prints. */
@Tag("unit")
final class ReplicationSummaryTest {
    private static ReplicationSummary run(double perSecond, double cpu, double sent) {
        return ReplicationSummary.of(
                16, 1024, List.of(node(0, perSecond + 7, cpu, sent), node(1, perSecond, cpu, sent)));
    }

    private static BenchResult node(int number, double perSecond, double cpu, double sent) {
        return new BenchResult(
                number, 10.0, perSecond, 500.5, 250, 1000, 2000.5, 9000, cpu, 3.25, 640, 12, sent, sent, "TLSv1.3 X");
    }

    @Test
    void printsOneDocumentWithAllRunsAndRatios() throws Exception {
        ReplicationSummary all =
                run(2000, 10, 2100).versus(run(4000, 8, 2100), true).beside("jgroups", run(1000, 20, 0));

        JsonNode json = new ObjectMapper().readTree(Json.pretty(all));

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "nodeCount",
                        "writersPerNode",
                        "bytes",
                        "writeSetsPerSecond",
                        "nodes",
                        "versus",
                        "versusRatio",
                        "tlsCpuShare",
                        "beside");
        assertThat(json.path("writeSetsPerSecond").asLong()).isEqualTo(2000);
        assertThat(json.path("versusRatio").asDouble()).isEqualTo(0.5);
        assertThat(json.path("tlsCpuShare").asDouble()).isEqualTo(0.2);
        assertThat(json.path("beside").path(0).path("ratio").asDouble()).isEqualTo(2.0);
        assertThat(json.path("versus").fieldNames())
                .toIterable()
                .containsExactly("nodeCount", "writersPerNode", "bytes", "writeSetsPerSecond", "nodes");
    }

    @Test
    void printsForANodeWhatItsProcessSaid() throws Exception {
        BenchResult result = node(1, 2000.1, 10.25, 0);

        JsonNode said = new ObjectMapper().readTree(result.toJson());
        JsonNode printed = new ObjectMapper().readTree(Json.line(result));

        assertThat(printed).isEqualTo(said);
    }

    @Test
    void printsATableOfNumbers() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        ReplicationReport.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), run(98_000, 6.5, 0), "");

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                Dromon: 2 nodes, 16 writers each, 1024 bytes, TLSv1.3 X
                  node  write-sets/s  p50 ms  p99 ms  p99.9 ms  CPU us/write-set  garbage B/write-set  sent B/write-set  on the wire
                     1         98007   0.250   1.000     2.001               6.5                  640                 -            -
                     2         98000   0.250   1.000     2.001               6.5                  640                 -            -
                  lowest node: 98,000 write-sets/s
                """);
    }
}
