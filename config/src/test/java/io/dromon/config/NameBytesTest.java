package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class NameBytesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"6b 65 79", "6e c3 a9", "6e e9", "e9", "c3", "f0 9f 98 80 ff 61", "ed b2 80", "80 c3 a9 c3"})
    void givesEveryByteBack(String hex) {
        byte[] bytes = bytes(hex);

        assertThat(NameBytes.encode(NameBytes.decode(bytes))).containsExactly(bytes);
    }

    @Test
    void tellsTextsFromBytes() {
        assertThat(NameBytes.decode(bytes("6e c3 a9"))).isEqualTo("né").matches(NameBytes::isText);
        assertThat(NameBytes.decode(bytes("6e e9"))).isEqualTo("n\udce9").doesNotMatch(NameBytes::isText);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6b 65 79", "6e c3 a9", "6e e9", "3f", "61 20 25 62", "64 2f c3 a9 2f e9"})
    void makesThePathOfTheseBytesAndTheNameOfThatPath(String hex) throws IOException {
        String name = NameBytes.decode(bytes(hex));
        Path path = NameBytes.path(NameBytes.text(directory) + "/" + name);

        Files.createDirectories(path);

        assertThat(NameBytes.text(path)).isEqualTo(NameBytes.text(directory) + "/" + name);
        assertThat(NameBytes.path(name).isAbsolute()).isFalse();
        assertThat(NameBytes.text(NameBytes.path(name))).isEqualTo(name);
        try (var list = Files.list(directory)) {
            assertThat(list.map(NameBytes::text))
                    .containsExactly(NameBytes.text(directory) + "/" + name.split("/", 2)[0]);
        }
    }

    @Test
    void keepsPartsThatPointUpwards() {
        assertThat(NameBytes.text(NameBytes.path("../é/./x"))).isEqualTo("../é/./x");
    }

    @Test
    void refusesANameWithANul() {
        assertThatThrownBy(() -> NameBytes.path("é\0")).isInstanceOf(InvalidPathException.class);
    }

    @Test
    void refusesBytesWhereATextIsWanted() {
        String group = NameBytes.decode("größe".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() ->
                        NodeConfig.builder().address("gcomm://").group(group).build())
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting(ConfigProblem::message)
                                .isEqualTo(
                                        List.of(
                                                "wsrep_cluster_name: '" + group
                                                        + "' is refused (not UTF-8 text); expected a text, 1 to 32 bytes, for example my_wsrep_cluster")));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex);
    }
}
