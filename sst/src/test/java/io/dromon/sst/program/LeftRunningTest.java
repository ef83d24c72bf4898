package io.dromon.sst.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program has left running in the background is ended with it: it could write to a state that was declared whole. */
@Tag("sockets")
@Timeout(60)
final class LeftRunningTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ProcessHandle left(String file) {
        Path path = directory.resolve(file);
        await().atMost(LIMIT).until(() -> Files.exists(path) && Files.size(path) > 1);
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(path).strip()))
                    .orElseThrow();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private ChildProgram start(String script) throws Exception {
        return ChildProgram.start(List.of("/bin/sh", "-c", script), directory, Map.of(), line -> {});
    }

    @Test
    void isEndedThoughItsParentHasEnded() throws Exception {
        ChildProgram program = start("sleep 300 > /dev/null 2>&1 < /dev/null & echo $! > left; exit 0");
        ProcessHandle left = left("left");
        assertThat(program.await(LIMIT.toMillis())).isTrue();
        assertThat(left.isAlive()).isTrue();

        program.close();

        await().atMost(LIMIT).until(() -> !left.isAlive());
    }

    @Test
    void holdsUpNobodyWhoReadsItsOutput() throws Exception {
        ChildProgram program = start("echo state; sleep 300 & echo $! > left; exit 0");
        ProcessHandle left = left("left");
        assertThat(program.output().readNBytes(6)).hasSize(6);

        program.close();

        assertThat(program.output().read()).as("the end").isEqualTo(-1);
        await().atMost(LIMIT).until(() -> !left.isAlive());
    }

    @Test
    void leavesOtherProgramsAlone() throws Exception {
        try (ChildProgram other = start("echo $$ > other; exec sleep 300")) {
            ProcessHandle running = left("other");
            start("exit 0").close();

            assertThat(running.isAlive()).isTrue();
            assertThat(other.isAlive()).isTrue();
        }
    }
}
