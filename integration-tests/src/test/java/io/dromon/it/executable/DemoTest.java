package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    void demonstratesTheMainJobAndVerifiesTheOrder() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "first line\n\nthird: ünïcödé\n");

        Result result = dromon("demo", "--seconds", "2", "--input", text.toString());

        assertThat(result.output).contains("Order verified: the same on all nodes, from the first line to the last.");
        assertThat(result.output).containsPattern("missed what follows, up to [0-9,]+; it took that .*, by IST, in");
        assertThat(result.output).containsPattern("it had nothing; it took the whole state, .*, by SST, in");
        assertThat(result.output).contains("2 links: TLSv1.3");
        assertThat(result.output).contains("the peer speaks TLS, this node plain text");
        assertThat(result.output).contains("seqno 4 from node1: first line");
        assertThat(result.output).contains("SYNCED; their links: PLAIN");
        assertThat(result.output).containsPattern("outage: [0-9,]+ ms .*; the links now: TLSv1.3 \\S+\\R");
        assertThat(result.output).containsPattern("clients: [0-9,]+ writes acknowledged, .*, none lost");
        assertThat(result.code).as(result.output).isZero();
    }

    @Test
    void refusesAnInputThatIsNotThere() {
        Result result = dromon("demo", "--input", "/no/such/file");

        assertThat(result.output).contains("dromon: --input: /no/such/file does not exist");
        assertThat(result.code).isEqualTo(1);
    }

    private record Result(int code, String output) {}

    private Result dromon(String... arguments) {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString()));
        command.addAll(List.of(arguments));
        try (PeerProcess demo = PeerProcess.start("demo", directory, command)) {
            int code = demo.awaitExit(Duration.ofSeconds(200));
            List<String> lines = new ArrayList<>(demo.output().lines());
            lines.addAll(demo.log().lines());
            return new Result(code, String.join("\n", lines));
        }
    }
}
