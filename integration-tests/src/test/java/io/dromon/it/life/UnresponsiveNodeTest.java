package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.node.admin.client.AdminClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asking a node that cannot answer. */
@Tag("sockets")
@Timeout(180)
final class UnresponsiveNodeTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void aHealthCheckOfANodeThatHangsEndsWithASentence() {
        try (DromonNode node = DromonNode.in(directory, "n").startPipe()) {
            node.awaitSynced(LIMIT);
            node.process().signal("STOP");
            try (PeerProcess health = ask(node, "--health");
                    PeerProcess status = ask(node, "--json")) {
                for (PeerProcess asking : List.of(health, status)) {
                    assertThat(asking.awaitExit(Duration.ofSeconds(40))).isEqualTo(1);
                    assertThat(asking.log().lines())
                            .singleElement()
                            .asString()
                            .contains("does not answer", "within 10 s");
                }
            } finally {
                node.process().signal("CONT");
            }
            try (PeerProcess again = ask(node, "--health")) {
                assertThat(again.awaitExit(LIMIT)).isZero();
                assertThat(again.output().lines()).containsExactly("ready, ok");
            }
        }
    }

    private PeerProcess ask(DromonNode node, String what) {
        return PeerProcess.start(
                "status",
                directory,
                List.of(DromonNode.executable().toString(), "status", what, "--data-dir=" + node.directory()));
    }

    @Test
    void theControlSocketOutlivesALackOfFileDescriptors() {
        try (DromonNode node = DromonNode.in(directory, "n").startPipe()) {
            node.awaitSynced(LIMIT);
            await().atMost(LIMIT).until(() -> answers(node));

            filesOf(node, 8); // far less than it has open
            await().atMost(LIMIT).until(() -> !answers(node) && cannotAccept(node));
            filesOf(node, 1024);

            await().atMost(LIMIT).until(() -> answers(node));
            assertThat(node.leave()).isZero();
        }
    }

    private static boolean cannotAccept(DromonNode node) {
        return node.process().log().lines().stream()
                .anyMatch(line -> line.matches(".*admin dromon.sock: no connection can be taken for now: .*"));
    }

    private void filesOf(DromonNode node, int softLimit) {
        PeerProcess.run(
                "prlimit",
                directory,
                List.of("prlimit", "--pid=" + node.process().pid(), "--nofile=" + softLimit + ":"),
                LIMIT);
    }

    private static boolean answers(DromonNode node) {
        try {
            return AdminClient.local(node.directory())
                    .get("/api/v1/status", Duration.ofSeconds(2))
                    .isDone();
        } catch (IOException e) {
            return false;
        }
    }
}
