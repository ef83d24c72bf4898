package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon class-archive}: the launcher uses it where it fits, and is silent where it does not. */
@Tag("peers")
@Timeout(180)
class ClassArchiveTest {
    private static final String FROM_ARCHIVE = "source: shared objects file (top)";

    @TempDir
    Path directory;

    private Path program = Path.of("");

    @BeforeEach
    void install() throws IOException {
        program = directory.resolve("dromon");
        Files.copy(DromonNode.executable(), program, StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** What it printed, on both outputs. */
    private String run(String javaOptions, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        File output = directory.resolve("output").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        builder.environment().put("DROMON_JAVA_OPTS", javaOptions);
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String printed = Files.readString(output.toPath());
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    private long classesFromTheArchive() throws IOException, InterruptedException {
        Path log = directory.resolve("classes");
        run("-Xlog:class+load:file=" + log, "--version");
        return Files.readAllLines(log).stream()
                .filter(line -> line.contains(" io.dromon.") && line.contains(FROM_ARCHIVE))
                .count();
    }

    @Test
    void isUsedWhereItFitsAndPassedOverInSilenceWhereItDoesNot() throws Exception {
        String version = run("", "--version");
        assertThat(version).startsWith("dromon ").hasLineCount(1);
        assertThat(classesFromTheArchive()).isZero();

        assertThat(run("", "class-archive")).contains("dromon.jsa: ").hasLineCount(1);

        assertThat(classesFromTheArchive()).isGreaterThan(10);
        assertThat(run("", "--version")).isEqualTo(version);

        Files.setLastModifiedTime(program, FileTime.from(Instant.parse("2026-01-01T00:00:00Z"))); // another jar
        assertThat(run("", "--version")).isEqualTo(version);
        assertThat(classesFromTheArchive()).isZero();

        Path archive = directory.resolve("dromon.jsa");
        Files.delete(archive);
        Files.writeString(archive, "no archive at all");
        assertThat(run("", "--version")).isEqualTo(version);
        assertThat(directory).isDirectoryNotContaining("glob:**.new");
    }
}
