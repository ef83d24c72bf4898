package io.dromon.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's second command. */
@Timeout(150)
final class DemoTest {
    @TempDir
    Path directory;

    @Test
    void theDemoEndsWithZeroAndAnEqualOrder() {
        String output = PeerProcess.run(
                "demo",
                directory,
                List.of(DromonNode.executable().toString(), "demo", "--seconds=2"),
                Duration.ofMinutes(2));

        assertThat(output).contains("Order verified: the same on all nodes.").contains("TLSv1.3");
    }
}
