package io.dromon.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class SavedStateFileTest {
    private static final UUID HISTORY = UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c");

    @TempDir
    Path directory;

    /** Byte for byte (chapter 06 section 2.1). */
    @Test
    void writesWhatGaleraWrites() throws IOException {
        SavedStateFile.open(directory).write(new SavedState(HISTORY, 3125, true));

        assertThat(directory.resolve("grastate.dat")).hasContent("""
                # GALERA saved state
                version: 2.1
                uuid:    6c85ca8e-e52e-11f1-8519-369fc54b9e1c
                seqno:   3125
                safe_to_bootstrap: 1
                """);
        assertThat(SavedStateFile.open(directory).state()).isEqualTo(new SavedState(HISTORY, 3125, true));
    }

    @Test
    void readsWhatAShorterTextHasLeftBlank() throws IOException {
        Files.writeString(directory.resolve("grastate.dat"), """
                # GALERA saved state
                version: 2.1
                uuid:    6c85ca8e-e52e-11f1-8519-369fc54b9e1c
                seqno:   -1
                safe_to_bootstrap: 0
                """ + "    ");

        assertThat(SavedStateFile.open(directory).state()).isEqualTo(new SavedState(HISTORY, -1, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "uuid: 12", "seqno: x\n", "uuid: zz\nseqno: 5\n", "seqno: 5\n"})
    void takesWhatSaysNothingForNoState(String text) throws IOException {
        Files.writeString(directory.resolve("grastate.dat"), text);

        assertThat(SavedStateFile.open(directory).state()).isEqualTo(SavedState.NONE);
    }

    @Test
    void writesOnlyWhatIsNew() throws IOException {
        SavedStateFile file = SavedStateFile.open(directory);
        file.write(SavedState.NONE);
        Object first = Files.getAttribute(file.path(), "unix:ino");
        file.write(SavedState.NONE);

        assertThat(Files.getAttribute(file.path(), "unix:ino")).isEqualTo(first);
    }
}
