package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first command of the README. */
@Tag("sockets")
@Timeout(240)
class DemoTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void demonstratesTheMainJobAndVerifiesTheOrder() throws IOException, InterruptedException {
        Path text = Files.writeString(directory.resolve("text"), "first line\n\nthird: ünïcödé\n");

        Result result = dromon("demo", "--seconds", "2", "--input", text.toString());

        assertThat(result.output).contains("Order verified: the same on all nodes.");
        assertThat(result.output).contains("2 links: TLSv1.3");
        assertThat(result.output).contains("the peer speaks TLS, this node plain text");
        assertThat(result.output).contains("seqno 4 from node1: first line");
        assertThat(result.code).as(result.output).isZero();
    }

    @Test
    void refusesAnInputThatIsNotThere() throws IOException, InterruptedException {
        Result result = dromon("demo", "--input", "/no/such/file");

        assertThat(result.output).contains("dromon: --input: /no/such/file does not exist");
        assertThat(result.code).isEqualTo(1);
    }

    private record Result(int code, String output) {}

    private Result dromon(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        String[] command = new String[arguments.length + 1];
        command[0] = DromonNode.executable().toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
