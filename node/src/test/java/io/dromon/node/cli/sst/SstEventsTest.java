package io.dromon.node.cli.sst;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.sst.Token;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon sst} with {@code --json}, as processes. */
@Tag("sockets")
@Timeout(120)
class SstEventsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private Path source;
    private Path target;
    private String options = "";

    @BeforeEach
    void makePlaces() throws IOException {
        SharedPair files = SharedPair.create(folder, "sst", Duration.ofDays(1));
        options = "--options=tcert=" + files.certificate() + ";tkey=" + files.key() + ";tca=" + files.certificate()
                + ";rlimit=2m";
        source = Files.createDirectory(folder.resolve("source"));
        byte[] content = new byte[4_000_000];
        new Random(1).nextBytes(content);
        Files.write(source.resolve("ibdata1"), content);
        target = folder.resolve("target");
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process start(String name, Token token, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(ChildNode.command(arguments))
                .redirectOutput(folder.resolve(name).toFile())
                .redirectError(folder.resolve(name + ".log").toFile());
        builder.environment().put(Token.VARIABLE, token.text());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Process receive(Token token) throws IOException {
        return start(
                "joiner", token, "sst", "receive", "--json", "--listen=127.0.0.1:0", "--target=" + target, options);
    }

    private Process send(Token token) throws IOException {
        return start(
                "donor",
                token,
                "sst",
                "send",
                "--json",
                "--to=" + awaitEvent("joiner", "ready").path("address").asText(),
                "--source=" + source,
                "--position=6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5",
                options);
    }

    private List<JsonNode> events(String name, String event) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(name), StandardCharsets.UTF_8)) {
            JsonNode node = line.endsWith("}") ? new ObjectMapper().readTree(line) : null;
            if (node != null && node.path("event").asText().equals(event)) {
                found.add(node);
            }
        }
        return found;
    }

    private JsonNode awaitEvent(String name, String event) {
        return Awaitility.await()
                .atMost(LIMIT)
                .until(() -> events(name, event), list -> !list.isEmpty())
                .get(0);
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void tellsStartProgressPerStageAndEnd() throws Exception {
        Token token = Token.create();
        Process joiner = receive(token);
        Process donor = send(token);

        assertThat(exitCode(donor)).isZero();
        assertThat(exitCode(joiner)).isZero();

        assertThat(awaitEvent("joiner", "ready").path("token").asText()).isEqualTo("env:" + Token.VARIABLE);
        for (String end : List.of("donor", "joiner")) {
            List<JsonNode> progress = events(end, "progress");
            assertThat(progress).hasSizeGreaterThan(1);
            JsonNode last = progress.get(progress.size() - 1);
            assertThat(last.path("bytes").asLong()).isEqualTo(4_000_000);
            assertThat(last.path("total").asLong()).isEqualTo(4_000_000);
            assertThat(last.path("wire").asLong()).isGreaterThan(4_000_000);
            assertThat(last.path("bytesPerSecond").asLong()).isBetween(1_000_000L, 3_000_000L);
            for (String stage : List.of("read", "compress", "tls", "network", "decompress", "write")) {
                assertThat(last.path("stageSeconds").path(stage).isNumber())
                        .as(stage)
                        .isTrue();
            }
            JsonNode done = awaitEvent(end, "done");
            assertThat(done.path("bytes").asLong()).isEqualTo(4_000_000);
            assertThat(done.path("entries").asLong()).isEqualTo(1);
            assertThat(done.path("seconds").asDouble()).isPositive();
        }
        assertThat(awaitEvent("donor", "done").path("checksum"))
                .isEqualTo(awaitEvent("joiner", "done").path("checksum"));
        assertThat(Files.readString(folder.resolve("donor"))).doesNotContain(token.text());
    }

    @Test
    void namesTheReasonAndCleansUpOnASignal() throws Exception {
        Process joiner = receive(Token.create());
        Process donor = send(Token.create());

        assertThat(exitCode(donor)).isEqualTo(ExitCode.FAILED);
        assertThat(awaitEvent("donor", "failed").path("reason").asText()).isEqualTo("TOKEN_REFUSED");
        assertThat(awaitEvent("joiner", "note").path("text").asText()).contains("the token was not proven");

        joiner.destroy();

        assertThat(exitCode(joiner)).isEqualTo(143);
        assertThat(awaitEvent("joiner", "failed").path("reason").asText()).isEqualTo("CANCELLED");
        assertThat(folder.toFile().list()).doesNotContain("target", ".target.sst-staging");
    }
}
