package io.dromon.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The newest primary component that a node was in. */
@Tag("unit")
class LastComponentFileTest {
    private static final LastComponent COMPONENT = new LastComponent(12, Map.of("n1", 1, "node two: b", 0), false);

    @TempDir
    private Path directory;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        LastComponentFile file = LastComponentFile.open(directory);
        assertThat(file.state()).isEmpty();

        file.write(COMPONENT);
        assertThat(LastComponentFile.open(directory).state()).contains(COMPONENT);
        file.write(COMPONENT.withoutThisNode());
        assertThat(LastComponentFile.open(directory).state())
                .contains(new LastComponent(12, COMPONENT.weights(), true));
    }

    @Test
    void saysNothingWhereItIsNotWhole() throws IOException {
        LastComponentFile.open(directory).write(COMPONENT);
        Path path = directory.resolve(LastComponentFile.NAME);
        String whole = Files.readString(path);
        for (int end = 0; end < whole.length(); end++) {
            Files.writeString(path, whole.substring(0, end));
            assertThat(LastComponentFile.open(directory).state())
                    .as("cut at %d", end)
                    .isEmpty();
        }
        for (String damaged : new String[] {
            whole.replace("number: 12", "number: x"),
            whole.replace("gone: 0", "gone: 2"),
            whole.replace("member: 1 n1", "member: n1"),
            whole.replace("member: 1 n1", "other: 1 n1")
        }) {
            Files.writeString(path, damaged);
            assertThat(LastComponentFile.open(directory).state()).as(damaged).isEmpty();
        }
    }

    @Test
    void saysNothingRatherThanSomethingOld() throws IOException {
        LastComponentFile file = LastComponentFile.open(directory);
        file.write(COMPONENT);
        Files.createDirectory(directory.resolve(LastComponentFile.NAME + ".tmp"));
        Files.createFile(directory.resolve(LastComponentFile.NAME + ".tmp").resolve("in the way"));

        assertThatThrownBy(() -> file.write(new LastComponent(13, Map.of("n1", 1), false)))
                .isInstanceOf(IOException.class);

        assertThat(file.state()).isEmpty();
        assertThat(LastComponentFile.open(directory).state()).isEmpty();
    }
}
