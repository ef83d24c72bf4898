package io.dromon.it.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs the scenario scripts: a wrong expectation fails, a wrong script says where and what is allowed. */
@Tag("unit")
class ScenarioRunnerTest {
    private static final String RIGHT = """
            # One node.
            start n1 bootstrap
            ----
            n1: primary component of n1 JOINED; configuration 1, seqno 1
            n1: connected
            n1: n1 -> SYNCED

            # It writes.
            send n1 "x"
            ----
            n1: write-set 2 of n1: x
            """;

    @TempDir
    private Path directory;

    @Test
    void passesWhereTheNodesSayWhatIsExpected() {
        assertThatCode(() -> check(RIGHT)).doesNotThrowAnyException();
    }

    @Test
    void failsWhereTheNodesSaySomethingElse() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> check(RIGHT.replace("write-set 2", "write-set 3")))
                .withMessageEndingWith("""
                        script.txt:9
                          send n1 "x"
                          ----
                        - n1: write-set 3 of n1: x
                        + n1: write-set 2 of n1: x""");
    }

    @Test
    void failsWhereTheNodesSayMore() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> check(RIGHT.replace("n1: connected\n", "")))
                .withMessageEndingWith("""
                          n1: primary component of n1 JOINED; configuration 1, seqno 1
                        + n1: connected
                          n1: n1 -> SYNCED""");
    }

    @Test
    void writesWhatWasSaidAndKeepsTheStory() throws IOException {
        Path file = write(RIGHT.replace("seqno 1", "seqno 7").replace("n1: connected\n", ""));

        ScenarioTest.check(file, true);

        assertThat(file).hasContent(RIGHT);
    }

    @Test
    void leavesTheFileAloneUnlessAsked() throws IOException {
        String wrong = RIGHT.replace("write-set 2", "write-set 3");
        Path file = write(wrong);

        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> ScenarioTest.check(file, false));
        assertThat(file).hasContent(wrong);
    }

    @Test
    void saysTheSameEachTime() {
        Script script = Script.parse("twice", "cluster 3\n----\n\ncut n1 | n2 n3\nkill n2\nrun 20s\n----\n");

        assertThat(Scenario.run(script)).isEqualTo(Scenario.run(script));
    }

    @Test
    void namesTheLineAndTheCommandsForAnUnknownOne() {
        assertRefused(
                () -> check("# A story.\nlaunch n1\n----\n"),
                "script.txt:2: unknown command 'launch', allowed are bootstrap, cluster, cut,");
    }

    @Test
    void namesTheNodesForAMissingOne() {
        assertRefused(
                () -> check("cluster 2\n----\n\nkill n4\n----\n"),
                "script.txt:4: there is no node 'n4', the script starts n1 n2; usage: kill NODE");
    }

    @Test
    void namesTheRunningNodesForOneThatIsDown() {
        assertRefused(
                () -> check("cluster 2\nkill n2\nsend n2 \"x\"\n----\n"),
                "script.txt:3: n2 does not run, these do: n1; usage: send NODE \"TEXT\" [COUNT | key=KEY...]");
    }

    @Test
    void tellsHowACommandIsUsed() {
        assertRefused(() -> check("cluster 2\nrun\n----\n"), "script.txt:2: usage: run DURATION");
        assertRefused(() -> check("run soon\n----\n"), "script.txt:1: 'soon' is no duration as 200us, 50ms or 5s");
        assertRefused(() -> check("start n1 big\n----\n"), "script.txt:1: a node cannot be 'big'; usage: start NODE [");
        assertRefused(
                () -> check("cluster 3\ncut n1 n2 n3\n----\n"), "script.txt:2: no | or > with nodes on both sides");
        assertRefused(
                () -> check("cluster 2\nuntil n1 evs SYNCED\n----\n"), "script.txt:2: n1 was not in state SYNCED");
    }

    @Test
    void refusesCommandsWithoutARule() {
        assertRefused(() -> check("cluster 2\n\nrun 1s\n----\n"), "script.txt:2: a command without a rule (----)");
        assertRefused(() -> check("cluster 2\n"), "script.txt:1: a command without a rule (----)");
        assertRefused(() -> check("----\n"), "script.txt:1: a rule without a command above it");
    }

    private void check(String text) throws IOException {
        ScenarioTest.check(write(text), false);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("script.txt"), text);
    }

    private static void assertRefused(ThrowingCallable action, String message) {
        assertThatExceptionOfType(ScriptException.class).isThrownBy(action).withMessageStartingWith(message);
    }
}
