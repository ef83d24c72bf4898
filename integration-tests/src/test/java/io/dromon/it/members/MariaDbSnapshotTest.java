package io.dromon.it.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A state transfer between two real servers by MariaDB's own script, which finds {@code dromon tunnel} where it looks
 * for stunnel: a program of that name in front of the PATH is all it takes.
 */
@Tag("peers")
@Timeout(180)
class MariaDbSnapshotTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String ROWS = "SELECT COUNT(*), SUM(CRC32(CONCAT(a, b))) FROM d.t";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Path programs() throws IOException {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path observed = Files.createDirectory(programs.resolve("observed"));
        Path dromon = Files.copy(DromonNode.executable(), programs.resolve("dromon"));
        Path stunnel = Files.writeString(
                programs.resolve("stunnel"),
                "#!/bin/sh\ncp \"$1\" " + observed + "/$$.conf\nDROMON_JAVA_OPTS=-XX:TieredStopAtLevel=1 exec " + dromon
                        + " tunnel --process-name=stunnel \"$@\" 2>>" + observed + "/$$.log\n");
        for (Path program : List.of(dromon, stunnel)) {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return programs;
    }

    private Path optionFile(String name, TlsFiles files) throws IOException {
        Path own = Files.createDirectory(directory.resolve(name + "-sst"));
        Path key = Files.copy(files.key(), own.resolve("key.pem"));
        Path certificate = Files.copy(files.certificate(), own.resolve("cert.pem"));
        Path authority = Files.copy(files.authority().orElseThrow(), own.resolve("ca.pem"));
        Files.writeString(
                own.resolve("my.cnf"),
                "[mysqld]\n[sst]\nssl-mode=VERIFY_CA\ntkey=" + key + "\ntcert=" + certificate + "\ntca=" + authority
                        + "\n");
        return own;
    }

    private MariaDb.Builder server(MariaDb.Template template, String name, TlsFiles files, Path programs)
            throws IOException {
        Path own = optionFile(name, files);
        return template.server(directory, name).options(own).programs(programs);
    }

    @Test
    void transfersTheStateOfARealServerToAnother() throws Exception {
        Peers.require("rsync");
        OpenSsl openSsl = new OpenSsl(directory);
        OpenSsl.Authority authority = openSsl.authority("ca");
        MariaDb.Template template =
                MariaDb.Template.create(directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY, b TEXT);");
        Path programs = programs();

        try (MariaDb donor = server(template, "donor", authority.issue("donor"), programs)
                .bootstrap()
                .start()) {
            donor.execute("USE d; INSERT INTO d.t SELECT seq, REPEAT(MD5(seq), 20) FROM seq_1_to_5000");
            String rows = donor.execute(ROWS);
            try (MariaDb joiner = server(template, "joiner", authority.issue("joiner"), programs)
                    .withoutState()
                    .peers(donor.hostPort())
                    .launch()) {
                joiner.process().awaitLog("Synchronized with group, ready for connections", LIMIT);
                joiner.process().awaitLog("ready for connections\\.$", LIMIT);

                assertThat(joiner.execute(ROWS)).isEqualTo(rows);
                joiner.stop();
            }
        }

        List<String> configurations = read(programs.resolve("observed"), ".conf");
        List<String> logs = read(programs.resolve("observed"), ".log");
        assertThat(configurations)
                .anySatisfy(text -> assertThat(text)
                        .contains("client = no", "[rsync]", "exec = ", "--server --daemon", "verifyChain = yes"))
                .anySatisfy(
                        text -> assertThat(text).contains("client = yes", "connect = 127.0.0.1:", "verifyChain = yes"));
        assertThat(logs)
                .anySatisfy(log -> assertThat(log).containsPattern("received [0-9]{6,} bytes.*peer CN=donor"))
                .allSatisfy(log -> assertThat(log).doesNotContain("failed"));
        System.out.println("a transfer of MariaDB's script through dromon tunnel: " + configurations.size()
                + " files in stunnel's format, "
                + logs.stream()
                        .flatMap(String::lines)
                        .filter(line -> line.contains("peer CN=donor"))
                        .count()
                + " connections");
    }

    private static List<String> read(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .map(MariaDbSnapshotTest::text)
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return file.getFileName() + "\n" + Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
