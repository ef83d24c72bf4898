package io.dromon.it.sst;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon bench sst} at a size that says nothing about speed, but something about memory. */
@Tag("peers")
@Timeout(180)
class SstBenchTest {
    private static final long MOST_KIB = 200 * 1024;

    @TempDir
    Path folder;

    @Test
    void comparesTheMethodsAndKeepsWithinItsMemory() throws Exception {
        for (String program : List.of("rsync", "stunnel", "socat")) {
            Path unused = Peers.require(program);
        }
        String output = PeerProcess.run(
                "bench",
                folder,
                List.of(
                        DromonNode.executable().toString(),
                        "bench",
                        "sst",
                        "--generate=4x48MiB",
                        "--work=" + folder,
                        "--rounds=1",
                        "--methods=cp,stream,rsync-dromon,rsync-stunnel,tar-socat",
                        "--json"),
                Duration.ofSeconds(150));

        JsonNode result = new ObjectMapper().readTree(output);
        assertThat(result.path("bytes").asLong()).isEqualTo((4L * 48) << 20);
        assertThat(result.path("methods")).hasSize(5).allSatisfy(method -> {
            assertThat(method.has("failure")).as("%s", method).isFalse();
            assertThat(method.path("seconds").asDouble()).isPositive();
            assertThat(method.path("cpuSeconds").asDouble()).isPositive();
        });
        JsonNode stream = result.path("methods").get(1);
        assertThat(stream.path("method").asText()).isEqualTo("stream");
        assertThat(stream.path("peakKib").asLong())
                .as("donor and joiner, the larger")
                .isBetween(1L, MOST_KIB);
    }
}
