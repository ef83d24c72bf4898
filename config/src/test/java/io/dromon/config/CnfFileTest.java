package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class CnfFileTest {
    @TempDir
    Path directory;

    private final List<ConfigProblem> problems = new ArrayList<>();

    @Test
    void readsSectionsCommentsAndBlanks() throws IOException {
        Path file = write(
                "node.cnf",
                "\uFEFF# a comment",
                "; another",
                "[mysqld]  ",
                "  wsrep_cluster_name = g   # the group",
                "wsrep_on",
                "wsrep_provider_options=a=b; c=d",
                "",
                "[sst] # secure",
                "tca=/x");

        List<CnfFile.Line> lines = CnfFile.read(file, problems);

        assertThat(problems).isEmpty();
        assertThat(lines)
                .containsExactly(
                        new CnfFile.Line("mysqld", "wsrep_cluster_name", "g", true, file + ":4"),
                        new CnfFile.Line("mysqld", "wsrep_on", "", false, file + ":5"),
                        new CnfFile.Line("mysqld", "wsrep_provider_options", "a=b; c=d", true, file + ":6"),
                        new CnfFile.Line("sst", "tca", "/x", true, file + ":9"));
    }

    @Test
    void readsQuotesAndEscapes() throws IOException {
        Path file = write(
                "node.cnf",
                "[a]",
                "v1=\"x # y; z\"",
                "v2='it''s'",
                "v3=a\\sb\\tc\\\\d\\qe",
                "v4=\"say \\\"no\\\"\" # done",
                "v5=",
                "v6 = a\\#b # c");

        assertThat(CnfFile.read(file, problems))
                .extracting(CnfFile.Line::value)
                .containsExactly("x # y; z", "it''s", "a b\tc\\d\\qe", "say \"no\"", "", "a\\#b");
        assertThat(problems).isEmpty();
    }

    @Test
    void includesFilesAndDirectoriesInOrder() throws IOException {
        Files.createDirectories(directory.resolve("conf.d/sub.cnf"));
        write("conf.d/20.cnf", "[b]", "v=20");
        write("conf.d/10.cnf", "[b]", "v=10");
        write("conf.d/readme.txt", "[b]", "v=no");
        write("one.inc", "[c]", "v=1");
        Path file = write("node.cnf", "[a]", "v=0", "!include one.inc", "w=0", "!includedir conf.d");

        List<CnfFile.Line> lines = CnfFile.read(file, problems);

        assertThat(problems).isEmpty();
        assertThat(lines)
                .extracting(line -> line.section() + "." + line.name() + "=" + line.value())
                .containsExactly("a.v=0", "c.v=1", "a.w=0", "b.v=10", "b.v=20");
    }

    @Test
    void reportsEveryBadLineWithFileAndLine() throws IOException {
        write("loop.cnf", "!include node.cnf");
        Path file = write(
                "node.cnf",
                "early=1",
                "[a",
                "[b]",
                "v=\"x",
                "=3",
                "!include missing.cnf",
                "!includedir missing",
                "!source x",
                "!include loop.cnf",
                "!include .",
                "v=ok");

        List<CnfFile.Line> lines = CnfFile.read(file, problems);

        assertThat(lines).extracting(CnfFile.Line::value).containsExactly("ok");
        assertThat(problems)
                .extracting(ConfigProblem::message)
                .satisfiesExactly(
                        message -> assertThat(message).contains("before the first [section]"),
                        message -> assertThat(message).contains("no ']'"),
                        message -> assertThat(message).contains("'v' has a quote that is not closed"),
                        message -> assertThat(message).contains("without a name"),
                        message -> assertThat(message).contains("missing.cnf", "does not exist"),
                        message -> assertThat(message).contains("missing does not exist"),
                        message -> assertThat(message).contains("'!source' is no directive"),
                        message -> assertThat(message).contains("node.cnf includes itself"),
                        message -> assertThat(message).contains("is a directory"));
        assertThat(problems.get(3).place()).isEqualTo(file + ":5");
    }

    @Test
    void readsAFileWithoutSectionsWhereThatIsAllowed() throws IOException {
        Path file = write("garb.cnf", "# garbd", "group = g", "options = \"pc.weight=2; gcs.fc_limit=5\"");

        assertThat(CnfFile.read(file, "garbd", problems))
                .extracting(line -> line.section() + "." + line.name() + "=" + line.value())
                .containsExactly("garbd.group=g", "garbd.options=pc.weight=2; gcs.fc_limit=5");
        assertThat(problems).isEmpty();
    }

    @Test
    void reportsAFileThatIsNoText() throws IOException {
        Path file = directory.resolve("binary.cnf");
        Files.write(file, new byte[] {'[', 'a', ']', '\n', (byte) 0xff, 0, (byte) 0xfe});

        assertThat(CnfFile.read(file, problems)).isEmpty();
        assertThat(problems).singleElement().asString().contains("is not text");
    }

    @Test
    void keepsBytesThatAreNoUtf8() throws IOException {
        Path file = directory.resolve("latin1.cnf");
        Files.write(file, "# für\n[mysqld]\ndatadir = /d-é\n".getBytes(StandardCharsets.ISO_8859_1));

        List<CnfFile.Line> lines = CnfFile.read(file, problems);

        assertThat(problems).isEmpty();
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(NameBytes.encode(line.value())).containsExactly('/', 'd', '-', 0xe9));
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), List.of(lines));
    }
}
