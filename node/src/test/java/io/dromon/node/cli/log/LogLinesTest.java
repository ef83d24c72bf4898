package io.dromon.node.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LogLinesTest {
    private final Logger logger = new LoggerContext().getLogger("io.dromon.Test");

    private ILoggingEvent event(Level level, String message, @Nullable Throwable thrown) {
        return new LoggingEvent("test", logger, level, message, thrown, null);
    }

    @Test
    void startsALineWithDateZoneAndLevel() {
        String line = new LogLines.Text().doLayout(event(Level.WARN, "n1: lost", null));

        assertThat(line)
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) WARN  n1: lost\n");
        assertThat(OffsetDateTime.parse(line.substring(0, line.indexOf(' '))))
                .isBeforeOrEqualTo(OffsetDateTime.now(ZoneOffset.UTC));
    }

    @Test
    void letsNoMessageFakeALineOrSteerATerminal() {
        String line =
                new LogLines.Text().doLayout(event(Level.INFO, "from a peer: x\n2026 ERROR y\u001b[2J\u202ez", null));

        assertThat(line).endsWith("INFO  from a peer: x\n    2026 ERROR y?[2J?z\n");
    }

    @Test
    void tellsWhereAnErrorHappenedAndOfLessOnlyWhat() {
        IllegalStateException bug = new IllegalStateException("a bug\u202e");

        assertThat(new LogLines.Text().doLayout(event(Level.ERROR, "stopped", bug)))
                .contains(
                        "ERROR stopped\n    java.lang.IllegalStateException: a bug?\n",
                        "at io.dromon.node.cli.log.LogLinesTest");
        assertThat(new LogLines.Text().doLayout(event(Level.WARN, "odd", bug)))
                .endsWith("WARN  odd\n    java.lang.IllegalStateException: a bug?\n");
    }

    @Test
    void writesAnObjectALineInJson() throws Exception {
        String line =
                new LogLines.Json().doLayout(event(Level.INFO, "n1: \"a\"\n\u202eb", new IllegalStateException("x")));

        assertThat(line).endsWith("}\n").doesNotContain("\u202e");
        assertThat(line.strip()).doesNotContain("\n");
        JsonNode read = new ObjectMapper().readTree(line);
        assertThat(read.path("message").asText()).isEqualTo("n1: \"a\"\n\u202eb");
        assertThat(read.path("level").asText()).isEqualTo("INFO");
        assertThat(read.path("logger").asText()).isEqualTo("io.dromon.Test");
        assertThat(read.path("exception").asText()).isEqualTo("java.lang.IllegalStateException: x");
        assertThat(OffsetDateTime.parse(read.path("time").asText())).isNotNull();
    }
}
