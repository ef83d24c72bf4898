package io.dromon.it.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon rebootstrap} on three daemons under load. */
@Tag("peers")
@Timeout(300)
final class PlainToTlsTest {
    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set by begin()
    private Daemons daemons;

    @BeforeEach
    void begin() throws Exception {
        daemons = new Daemons(directory);
        daemons.begin();
        daemons.awaitLinks("PLAIN");
    }

    @AfterEach
    void end() {
        daemons.close();
    }

    @Test
    void turnsTlsOnUnderLoadAndLosesNothing() throws Exception {
        try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
            load.awaitMore(200);
            String out = daemons.dromon(
                    0,
                    "rebootstrap",
                    "--cluster=" + daemons.addresses(),
                    "--options=" + Daemons.tlsOptions(),
                    "--files=" + daemons.tls("tls"),
                    "--run");
            Files.writeString(Path.of("target", "rebootstrap-outage.txt"), out + "\n");

            assertThat(out)
                    .containsPattern("(?m)^outage: \\d+ ms without a commit on any node")
                    .contains("DONE");
            daemons.awaitLinks("TLS");
            load.awaitMore(200);
            load.assertNothingLost();
        }
    }
}
