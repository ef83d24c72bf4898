package io.dromon.it.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.rebootstrap.core.Phase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Some rows of {@code io.dromon.it.programs.RebootstrapKills}. */
@Tag("peers")
@Timeout(300)
final class KilledCoordinatorTest {
    @TempDir
    private Path directory;

    @Test
    void anotherOneGoesOnOrBack() throws Exception {
        try (Daemons daemons = new Daemons(directory)) {
            daemons.begin();
            daemons.awaitLinks("PLAIN");
            KilledCoordinator killed = new KilledCoordinator(daemons, directory);

            KilledCoordinator.Row back = killed.run(Phase.STOP, "--undo");
            KilledCoordinator.Row on = killed.run(Phase.BOOTSTRAP, "--resume");

            assertThat(back.outcomes()).containsExactly("UNDONE");
            assertThat(back.mode()).isEqualTo("PLAIN");
            assertThat(on.outcomes()).isEqualTo(List.of("DONE"));
            assertThat(on.mode()).isEqualTo("TLS");
        }
    }
}
