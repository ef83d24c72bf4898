package io.dromon.node.cli.member.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of an output file. */
@Tag("unit")
final class PrintedLinesTest {
    @TempDir
    Path folder;

    private PrintedLines of(String text) throws IOException {
        return PrintedLines.of(Files.writeString(folder.resolve("out"), text)).orElseThrow();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "'7\ta\tx\n', 7, '7\ta\tx\n', ''",
        "'6\ta\tw\n7\ta\tx\n8\ta', 7, '7\ta\tx\n', '8\ta'",
        "'7\ta\tx', -1, '', '7\ta\tx'",
        "'7\ta\t\n', 7, '7\ta\t\n', ''",
        "'\n', -2, '\n', ''",
        "'7 x\n', -2, '7 x\n', ''",
        "'x\n1', -2, 'x\n', 1",
        "'1234567890123456789\ta\tx\n', -2, '1234567890123456789\ta\tx\n', ''"
    })
    void tellsTheLastLineAndWhatFollowsIt(String content, long seqno, String line, String torn) throws IOException {
        PrintedLines printed = of(content);

        assertThat(printed.seqno()).isEqualTo(seqno);
        assertThat(text(printed.line())).isEqualTo(line);
        assertThat(text(printed.torn())).isEqualTo(torn);
    }

    @Test
    void tellsNothingOfAnEmptyFile() throws IOException {
        assertThat(PrintedLines.of(Files.write(folder.resolve("out"), new byte[0])))
                .isEmpty();
    }

    @Test
    void findsALongLine() throws IOException {
        String long7 = "7\ta\t" + "x".repeat(700_000) + "\n";

        PrintedLines printed = of("6\ta\tw\n" + long7 + "8");

        assertThat(printed.seqno()).isEqualTo(7);
        assertThat(text(printed.line())).isEqualTo(long7);
        assertThat(text(printed.torn())).isEqualTo("8");
    }
}
