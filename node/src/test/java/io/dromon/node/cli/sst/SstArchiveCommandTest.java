package io.dromon.node.cli.sst;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.cli.Dromon;
import io.dromon.node.cli.process.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot as a file. */
@Tag("unit")
class SstArchiveCommandTest {
    private static final String POSITION = "11111111-2222-3333-4444-555555555555:7";

    @TempDir
    Path folder;

    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void makeSource() throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("source/schema")).resolve("table"), "row");
    }

    private int run(String... arguments) {
        return Dromon.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
    }

    private int pack(String output) {
        return run(
                "sst",
                "pack",
                "--source=" + folder.resolve("source"),
                "--position=" + POSITION,
                "--zstd=3",
                "--output=" + folder.resolve(output));
    }

    private int unpack(String input) {
        return run("sst", "unpack", "--input=" + folder.resolve(input), "--target=" + folder.resolve("target"));
    }

    @Test
    void packsAndUnpacks() throws IOException {
        assertThat(pack("snapshot")).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("snapshot"))))
                .isEqualTo("rw-------");

        assertThat(unpack("snapshot")).isZero();

        assertThat(folder.resolve("target/schema/table")).hasContent("row");
    }

    @Test
    void leavesAFileAloneThatIsThere() throws IOException {
        Files.writeString(folder.resolve("snapshot"), "mine");

        assertThat(pack("snapshot")).isEqualTo(ExitCode.FAILED);

        assertThat(errors.toString()).contains("is there already");
        assertThat(folder.resolve("snapshot")).hasContent("mine");
    }

    @Test
    void leavesNoFileWhereTheSourceCannotBePacked() throws IOException {
        Files.createSymbolicLink(folder.resolve("source/away"), Path.of("/etc/passwd"));

        assertThat(pack("snapshot")).isEqualTo(ExitCode.FAILED);

        assertThat(errors.toString()).contains("/etc/passwd");
        assertThat(folder.resolve("snapshot")).doesNotExist();
    }

    @Test
    void keepsTheTargetWhereTheFileIsCut() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("target")).resolve("old"), "old");
        assertThat(pack("snapshot")).isZero();
        byte[] all = Files.readAllBytes(folder.resolve("snapshot"));
        Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(all, all.length / 2));

        assertThat(unpack("cut")).isEqualTo(ExitCode.FAILED);
        assertThat(unpack("none")).isEqualTo(ExitCode.FAILED);

        assertThat(errors.toString()).contains("no such file");
        assertThat(folder.resolve("target/old")).hasContent("old");
    }
}
