package io.dromon.node.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.rebootstrap.core.ParticipantState;
import io.dromon.node.rebootstrap.core.RequestId;
import io.dromon.node.rebootstrap.core.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps of its part. */
@Tag("unit")
class ParticipantFileTest {
    private static final ParticipantState STATE = new ParticipantState(
            new ParticipantState.Opened(new UUID(1, 1), true),
            new RequestId(2, new UUID(3, 3), 4),
            ParticipantState.Stage.STOPPED,
            Target.CHANGED,
            new ParticipantState.Rounds(null, new UUID(5, 5)),
            List.of(new UUID(5, 5)),
            List.of(new ParticipantState.Sealed(new UUID(6, 6), Target.ORIGINAL)));

    @TempDir
    private Path directory;

    @Test
    void givesBackWhatWasKept() throws IOException {
        ParticipantFile file = new ParticipantFile(directory);

        assertThat(file.read()).isEqualTo(ParticipantState.NONE);
        file.accept(STATE);
        assertThat(new ParticipantFile(directory).read()).isEqualTo(STATE);
    }

    @Test
    void refusesEveryDamage() throws IOException {
        ParticipantFile file = new ParticipantFile(directory);
        file.accept(STATE);
        Path path = directory.resolve(ParticipantFile.NAME);
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length; at += 3) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(path, damaged);

            assertThatThrownBy(file::read)
                    .hasMessageContaining("whether this node may start by itself")
                    .hasMessageContaining(ParticipantFile.NAME);
        }
        Files.write(path, new byte[0]);
        assertThatThrownBy(file::read).hasMessageContaining("does not end as it was written");
    }
}
