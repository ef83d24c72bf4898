package io.dromon.node.cli.bench.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.cli.process.CommandFailure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Tag("sockets")
@Timeout(120)
class StateBenchTest {
    @Test
    void readsSizes() {
        assertThat(StateBench.bytes("256M")).isEqualTo(256L << 20);
        assertThat(StateBench.bytes("2G")).isEqualTo(2L << 30);
        assertThat(StateBench.bytes("1000")).isEqualTo(1000);
        assertThatThrownBy(() -> StateBench.bytes("")).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> StateBench.bytes("M")).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> StateBench.bytes("-1G")).isInstanceOf(CommandFailure.class);
    }

    private static JsonNode run(String... arguments) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            code = new CommandLine(new StateBench()).execute(arguments);
        } finally {
            System.setOut(before);
        }
        String out = bytes.toString(StandardCharsets.UTF_8);
        assertThat(code).as(out).isZero();
        return new ObjectMapper().readTree(out.substring(out.indexOf("{\n")));
    }

    @Test
    void measuresIstOfAStoreOnDisk() throws Exception {
        JsonNode result = run("--size=2M", "--engine=ROCKSDB", "--writers=4", "--json");

        assertThat(result.path("ist").path("transfer").path("events").asLong()).isEqualTo(1024);
        assertThat(result.path("istToLive").asDouble()).isPositive();
    }

    @Test
    void measuresASmallStateInMemory() throws Exception {
        JsonNode result = run("--size=2M", "--engine=MEMORY", "--writers=4", "--json");

        assertThat(result.path("stateBytes").asLong()).isEqualTo(2L << 20);
        assertThat(result.path("ist").isNull())
                .as("such a store takes a snapshot")
                .isTrue();
        assertThat(result.path("sst").path("secondsToSynced").asDouble()).isPositive();
        assertThat(result.path("recovery").path("bytes").asLong()).isGreaterThan(2L << 20);
        assertThat(result.path("commitsMeanwhile").path("count").asLong()).isPositive();
        JsonNode checkpoint = result.path("checkpoint");
        assertThat(checkpoint.path("writtenMs").asDouble()).isPositive();
        assertThat(checkpoint.path("commits").path("count").asLong())
                .isBetween(1L, result.path("commitsMeanwhile").path("count").asLong());
        assertThat(checkpoint.path("commits").path("max").asDouble())
                .isLessThanOrEqualTo(result.path("commitsMeanwhile").path("max").asDouble());
    }
}
