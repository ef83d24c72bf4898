package io.dromon.node.cli.sst;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.sst.TransferException;
import io.dromon.sst.archive.Manifest;
import io.dromon.transport.wire.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shape of the events of {@code dromon sst --json}: programs read them. */
@Tag("unit")
final class SstReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final SstReport report = new SstReport(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(log, true, StandardCharsets.UTF_8),
            true,
            "");

    @Test
    void printsEachEventAsALine() throws Exception {
        report.ready("127.0.0.1:4444", "env:DROMON_SST_TOKEN");
        report.note("a \"peer\" \u202e");
        report.done(new Manifest(3, 4096, "beef", Position.parse("6c85ca8e-e52e-11f1-8519-369fc54b9e1c:7")));
        report.failed(new IOException("cut off"));
        report.failed(new TransferException(TransferException.Reason.TOKEN_REFUSED, "another token"));

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                {"event":"ready","address":"127.0.0.1:4444","token":"env:DROMON_SST_TOKEN"}
                {"event":"note","text":"a \\"peer\\" \\u202e"}
                {"event":"done","position":"6c85ca8e-e52e-11f1-8519-369fc54b9e1c:7","entries":3,"bytes":4096,"checksum":"beef"}
                {"event":"failed","reason":"FAILED","text":"cut off"}
                {"event":"failed","reason":"TOKEN_REFUSED","text":"another token"}
                """);
        assertThat(log.toString(StandardCharsets.UTF_8)).isEqualTo("""
                dromon: cut off
                dromon: another token
                """);
    }
}
