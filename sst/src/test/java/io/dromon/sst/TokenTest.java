package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class TokenTest {
    @TempDir
    Path folder;

    private final Token token = Token.create();

    @Test
    void readsTokensOnlyFromPrivateFiles() throws IOException {
        Path file = folder.resolve("token");
        token.write(file);
        assertThat(Token.read(file).text()).isEqualTo(token.text());
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> Token.read(file))
                .hasMessageContaining("chmod 600")
                .hasMessageNotContaining(token.text());
        assertThat(token.toString()).doesNotContain(token.text());
    }
}
