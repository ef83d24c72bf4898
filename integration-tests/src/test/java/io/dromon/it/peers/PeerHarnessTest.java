package io.dromon.it.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The harness alone: real Galera processes among themselves. */
@Tag("peers")
@Timeout(120)
final class PeerHarnessTest {
    @TempDir
    Path directory;

    @Test
    void aComponentIsSeenThoughTheNextLineFollowsOnTheSame() {
        String line =
                "2026-11-21 06:03:23.675  INFO: New COMPONENT: primary = yes, bootstrap = no, my_idx = 1, memb_num = 2";

        assertThat(line).containsPattern(Garbd.primary(2));
        assertThat(line + "2026-11-21 06:03:23.675  INFO: forgetting").containsPattern(Garbd.primary(2));
        assertThat(line + "2").doesNotContainPattern(Garbd.primary(2));
    }

    @Test
    void mariadbAndGarbdFormAClusterOverTls() throws IOException {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        MariaDb.Template template =
                MariaDb.Template.create(directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY);");
        try (MariaDb first = template.server(directory, "first")
                        .tls(files)
                        .bootstrap()
                        .start();
                MariaDb second = template.server(directory, "second")
                        .tls(files)
                        .peers(first.hostPort())
                        .start();
                Garbd garbd = Garbd.in(Files.createDirectory(directory.resolve("garbd")))
                        .tls(files)
                        .peers(first.hostPort(), second.hostPort())
                        .start()) {
            garbd.awaitSynced(Duration.ofSeconds(30));

            first.execute("INSERT INTO d.t VALUES (1), (2)");

            assertThat(first.statusNumber("wsrep_cluster_size")).isEqualTo(3);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(second.execute("SELECT COUNT(*) FROM d.t"))
                            .isEqualTo("2"));
            assertThat(second.process().log().lines())
                    .as("joins without a snapshot")
                    .anyMatch(line -> line.contains("IST received"));
        }
    }

    @Test
    void certificatesOfAnAuthorityServeAsWell() throws IOException {
        OpenSsl.Authority authority = new OpenSsl(directory).authority("ca");
        try (Garbd first = Garbd.in(Files.createDirectory(directory.resolve("a")))
                        .name("a")
                        .tls(authority.issue("a"))
                        .start();
                Garbd second = Garbd.in(Files.createDirectory(directory.resolve("b")))
                        .name("b")
                        .tls(authority.issue("b"))
                        .peers(first.hostPort())
                        .start()) {
            second.awaitPrimary(2, 0, Duration.ofSeconds(30));
            first.awaitPrimary(2, 0, Duration.ofSeconds(30));
        }
    }

    @Test
    void aFloodedLogIsCutAndItsProcessEnded() {
        String flood = "while true; do echo Receiving from group failed: -77 >&2; done";
        try (PeerProcess process = PeerProcess.start(
                "flood", directory, List.of("bash", "-c", flood), line -> line.contains("failed: -77"))) {
            int code = process.awaitExit(Duration.ofSeconds(10));

            assertThat(code).isEqualTo(128 + 9);
            assertThat(process.log().size()).isLessThanOrEqualTo(50_000);
        }
    }
}
