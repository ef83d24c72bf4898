package io.dromon.sst.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.sst.TransferListener;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a donor with certificate and token, but bad intentions, comes to with rsync options of its own. */
@Tag("sockets")
@Timeout(60)
class RsyncDaemonTest {
    private static final String RSYNC = "/usr/bin/rsync";
    private static final Position POSITION = new Position(new UUID(1, 2), 3);

    @TempDir
    Path folder;

    private Path source;
    private Path staging;
    private Path outside;

    @BeforeEach
    void makePlaces() throws IOException {
        if (!"required".equals(System.getProperty("peers"))) {
            assumeTrue(
                    Files.isExecutable(Path.of(RSYNC)),
                    "rsync is not installed (-Dpeers=required turns this into a failure)");
        }
        source = Files.createDirectory(folder.resolve("source"));
        staging = Files.createDirectory(folder.resolve("staging"));
        outside = Files.createDirectory(folder.resolve("outside"));
    }

    private RsyncDaemon daemon() throws IOException, InterruptedException {
        return RsyncDaemon.start(RSYNC, staging, Duration.ofSeconds(20), TransferListener.SILENT);
    }

    /** Runs a client in the source; returns its exit code. */
    private int client(RsyncDaemon daemon, String where, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(RSYNC, "--recursive", "--links", "--perms", "--times", "--modify-window=-1"));
        command.addAll(List.of(arguments));
        command.add("rsync://" + RsyncDaemon.USER + "@127.0.0.1:" + daemon.port() + "/" + RsyncDaemon.MODULE + where);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().putAll(Map.of("RSYNC_PASSWORD", daemon.secret()));
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-munge-links",
                "--munge-links",
                "--remote-option=--no-munge-links",
                "--remote-option=--keep-dirlinks",
                "--relative --no-implied-dirs",
                "--backup --backup-dir=../outside",
                "--remote-option=--temp-dir=/tmp"
            })
    void writesNothingThroughALinkThatItTook(String options) throws Exception {
        Files.createSymbolicLink(source.resolve("out"), outside);
        Files.createDirectory(source.resolve("into"));
        Files.writeString(source.resolve("into/evil"), "evil");
        List<String> arguments = new ArrayList<>(options.isEmpty() ? List.of() : List.of(options.split(" ")));
        try (RsyncDaemon daemon = daemon()) {
            arguments.add("out");
            int unusedLink = client(daemon, "/", arguments.toArray(String[]::new));
            arguments.set(arguments.size() - 1, "into/");
            int unusedFile = client(daemon, "/out/", arguments.toArray(String[]::new));
            Files.delete(source.resolve("out"));
            Files.move(source.resolve("into"), source.resolve("out"));
            arguments.set(arguments.size() - 1, "out/evil");
            int unusedPath = client(daemon, "/", arguments.toArray(String[]::new));
        }

        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void takesNoSetuidBit() throws Exception {
        Path file = Files.writeString(source.resolve("program"), "x");
        Files.setAttribute(file, "unix:mode", 06755, LinkOption.NOFOLLOW_LINKS);
        try (RsyncDaemon daemon = daemon()) {
            assertThat(client(daemon, "/", "program")).isZero();
        }

        assertThat((int) Files.getAttribute(staging.resolve("program"), "unix:mode") & 07777)
                .isEqualTo(0755);
    }

    @Test
    void takesNothingButFilesDirectoriesAndLinks() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", source.resolve("fifo").toString())
                        .start()
                        .waitFor())
                .isZero();
        try (RsyncDaemon daemon = daemon()) {
            assertThat(client(daemon, "/", "--specials", "fifo")).isNotZero();
            assertThat(folder.resolve("output")).content(StandardCharsets.UTF_8).contains("--specials");
        }
        Files.move(source.resolve("fifo"), staging.resolve("fifo"));

        assertThatThrownBy(() -> TreeManifest.received(staging, POSITION))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("fifo");
    }

    @Test
    void countsLinksAsTheyWereSent() throws Exception {
        Files.createSymbolicLink(source.resolve("link"), Path.of("sub/x"));
        try (RsyncDaemon daemon = daemon()) {
            assertThat(client(daemon, "/", "link")).isZero();
        }
        assertThat(TreeManifest.received(staging, POSITION)).isEqualTo(TreeManifest.of(source, POSITION, line -> {}));

        RsyncDaemon.MUNGED.strip(staging);

        assertThat(Files.readSymbolicLink(staging.resolve("link"))).isEqualTo(Path.of("sub/x"));
    }
}
