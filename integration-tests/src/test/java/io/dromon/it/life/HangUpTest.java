package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP as other servers take it. */
@Tag("sockets")
@Timeout(180)
final class HangUpTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void reloadsCertificatesAndOpensTheLogAgain() throws Exception {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        Path log = directory.resolve("node.log");
        Path report = directory.resolve("arbitrator.log");
        try (DromonNode node = DromonNode.in(directory, "n")
                        .tls(files)
                        .arguments("--log=" + log)
                        .startPipe();
                DromonNode arbitrator = DromonNode.in(directory, "garb")
                        .tls(files)
                        .peers(node.hostPort())
                        .arguments("--log=" + report)
                        .startArbitrator()) {
            for (Path file : new Path[] {log, report}) {
                contains(file, "state SYNCED");
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"));
            }
            node.process().signal("HUP");
            arbitrator.process().signal("HUP");

            contains(log, "SIGHUP: TLS generation 2");
            contains(report, "SIGHUP: TLS generation 2");
            node.process().write("still here\n");
            node.process().awaitOutput("\tstill here$", 0, LIMIT);
            assertThat(arbitrator.leave()).isZero();
            contains(report, "left the group");
            contains(log, " configuration=3 ");
            Files.writeString(files.key(), "no key");
            node.process().signal("HUP");
            contains(log, "SIGHUP: the TLS files were not taken: ");
            assertThat(node.leave()).isZero();
            assertThat(node.process().log().lines()).isEmpty();
            for (Path file : new Path[] {log, report}) {
                assertThat(Files.readAllLines(file))
                        .as("date, level and name stand before each line")
                        .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ (INFO|WARN|ERROR) +(n|garb): .*"));
            }
        }
    }

    private static void contains(Path file, String text) {
        await(text).atMost(LIMIT).until(() -> read(file).contains(text));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
