package io.dromon.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.FloodingMember;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that fill a small heap: the node goes, by name, before the memory is used up, and never hangs. */
@Tag("sockets")
@Timeout(240)
final class OutOfMemoryTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String SMALL = "-Xmx64m -XX:MaxDirectMemorySize=64m";
    /** Standard output goes to a pipe that nobody reads: the application does not return. */
    private static final List<String> NOBODY_READS = List.of("sh", "-c", "mkfifo out && exec \"$@\" 1<>out", "sh");

    @TempDir
    Path directory;

    @Test
    void aMemberThatIgnoresFlowControlEndsTheNodeByName() throws Exception {
        try (DromonNode victim = DromonNode.in(directory, "victim")
                .javaOptions(SMALL)
                .at("127.0.0.1", NOBODY_READS)
                .startPipe()) {
            victim.awaitSynced(LIMIT);
            try (FloodingMember flood =
                    FloodingMember.join("flood", "g", victim.hostPort(), FloodingMember.Harm.WRITE_SETS)) {
                int code = victim.process().awaitExit(LIMIT);

                assertThat(flood.sent()).isPositive();
                assertThat(victim.process().log().lines())
                        .anyMatch(line -> line.matches(".*victim: stopped: \\d+ bytes in \\d+ events wait for the"
                                + " application, 1\\d+ may .*; member flood \\(.*\\) sent \\d+ bytes after it was told to"
                                + " stop.*"))
                        .anyMatch(line -> line.contains("its output was not taken"))
                        .noneMatch(line -> line.contains("OutOfMemory"));
                assertThat(code).isEqualTo(1);
            }
            assertGone(victim);
        }
    }

    @Test
    void fragmentsThatNeverEndEndTheNodeByName() throws Exception {
        try (DromonNode victim =
                DromonNode.in(directory, "victim").javaOptions(SMALL).startPipe()) {
            victim.awaitSynced(LIMIT);
            try (FloodingMember flood =
                    FloodingMember.join("flood", "g", victim.hostPort(), FloodingMember.Harm.FRAGMENTS)) {
                int code = victim.process().awaitExit(LIMIT);

                assertThat(flood.sent()).isPositive();
                assertThat(victim.process().log().lines())
                        .anyMatch(line ->
                                line.matches(".*: stopped: no room for what member flood \\(.*\\) sends: an action of"
                                        + " 2147483647 bytes; \\d+ bytes of unfinished actions are held already.*"))
                        .noneMatch(line -> line.contains("OutOfMemory"));
                assertThat(code).isEqualTo(1);
            }
            assertGone(victim);
        }
    }

    @Test
    void theExecutableEndsWhenItIsOutOfMemory() throws Exception {
        try (DromonNode node =
                DromonNode.in(directory, "n").javaOptions("-Xmx24m").startPipe()) {
            node.awaitSynced(LIMIT);
            String part = "x".repeat(1 << 20); // of a line without an end
            for (int i = 0; i < 64 && node.process().isAlive(); i++) {
                try {
                    node.process().write(part);
                } catch (RuntimeException | AssertionError e) {
                    break; // it has ended while it was written to
                }
            }

            assertThat(node.process().awaitExit(LIMIT)).isEqualTo(3);
            assertThat(node.process().output().lines()).anyMatch(line -> line.contains("OutOfMemoryError"));
            assertGone(node);
        }
    }

    private static void assertGone(DromonNode node) {
        assertThat(Files.exists(Path.of("/proc", Long.toString(node.process().pid()))))
                .isFalse();
        try (Socket open = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            throw new AssertionError("the port still listens: " + open);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("refused");
        }
    }
}
