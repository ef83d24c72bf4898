package io.dromon.it.sst;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dromon sst receive} and {@code send} as two processes, each with an option file of MariaDB's kind. */
@Tag("peers")
@Timeout(120)
class SstMethodsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String POSITION = "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:5";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Path optionFile(String name, TlsFiles files) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".cnf"),
                "[mysqld]\nport=3306\n[sst]\nssl-mode=VERIFY_IDENTITY\nsockopt=,nodelay\nstreams=2\ncompressor=gzip\n"
                        + "decompressor=gunzip\nprogress=" + directory.resolve(name + ".progress") + "\nssl-key="
                        + files.key()
                        + "\nssl-cert=" + files.certificate() + "\nssl-ca="
                        + files.authority().orElseThrow() + "\n");
    }

    private PeerProcess sst(String what, String method, Path options, List<String> more, String... program) {
        List<String> command = new ArrayList<>(List.of(
                DromonNode.executable().toString(),
                "sst",
                what,
                "--method",
                method,
                "--config",
                options.toString(),
                "--token-file",
                directory.resolve("token").toString()));
        command.addAll(more);
        if (program.length > 0) {
            command.add("--");
            command.addAll(List.of(program));
        }
        return PeerProcess.start("dromon sst " + what, directory, command);
    }

    private PeerProcess receive(String method, TlsFiles files, String... program) throws IOException {
        return sst(
                "receive",
                method,
                optionFile("joiner", files),
                List.of(
                        "--listen",
                        "127.0.0.1:0",
                        "--target",
                        directory.resolve("target").toString()),
                program);
    }

    private PeerProcess send(String method, TlsFiles files, PeerProcess joiner, String... program) throws IOException {
        String ready = joiner.awaitOutput("^ready ", 0, LIMIT);
        return sst(
                "send",
                method,
                optionFile("donor", files),
                List.of(
                        "--to",
                        ready.split(" ", -1)[1],
                        "--position",
                        POSITION,
                        "--source",
                        directory.resolve("source").toString()),
                program);
    }

    private Path source() throws IOException {
        Path source = Files.createDirectories(directory.resolve("source/schema"));
        for (int i = 0; i < 50; i++) {
            Files.writeString(source.resolve("table " + i), "row of " + i + "\n");
        }
        return directory.resolve("source");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "rsync", "script"})
    void carriesADirectoryByAnyMethod(String method) throws IOException {
        if (method.equals("rsync")) {
            Peers.require("rsync");
        }
        OpenSsl.Authority authority = new OpenSsl(directory).authority("ca");
        Path source = source();
        boolean script = method.equals("script");

        try (PeerProcess joiner = receive(
                        method, authority.issue("joiner"), script ? new String[] {"tar", "-x"} : new String[0]);
                PeerProcess donor = send(
                        method,
                        authority.issue("donor"),
                        joiner,
                        script ? new String[] {"tar", "-c", "."} : new String[0])) {
            assertThat(donor.awaitExit(LIMIT)).as(donor.log().tail(20)).isZero();
            assertThat(joiner.awaitExit(LIMIT)).as(joiner.log().tail(20)).isZero();

            PeerProcess.run("diff", directory, List.of("diff", "-r", source.toString(), directory + "/target"), LIMIT);
            assertThat(joiner.output().lines())
                    .anySatisfy(line -> assertThat(line).startsWith("done " + POSITION));
            assertThat(donor.log().lines())
                    .anySatisfy(line -> assertThat(line).contains("donor.cnf:5", "sockopt", "no effect"))
                    .noneSatisfy(line -> assertThat(line).contains("MiB/s"))
                    .anySatisfy(line -> assertThat(line)
                            .contains(script ? "streams" : "compressor", "no effect on method " + method));
            assertThat(directory.resolve("donor.progress")).content().contains("MiB/s");
            assertThat(directory.resolve("joiner.progress")).content().contains("MiB/s");
            assertThat(directory.resolve("token")).doesNotExist();
        }
    }

    /** The first address of the name leads nowhere. */
    @Test
    void findsAJoinerByANameThatAppearsLater() throws IOException {
        TlsFiles files = new OpenSsl(directory).authority("ca").issue("both");
        Path hosts = Files.createFile(directory.resolve("hosts"));
        source();
        String options = "--options=tcert=" + files.certificate() + ";tkey=" + files.key() + ";tca="
                + files.authority().orElseThrow();
        String token = "--token-file=" + directory.resolve("token");
        try (PeerProcess joiner = dromon(
                "", "sst", "receive", options, token, "--listen=127.0.0.1:0", "--target=" + directory + "/target")) {
            String ready = joiner.awaitOutput("^ready ", 0, LIMIT).split(" ", -1)[1];
            try (PeerProcess donor = dromon(
                    "-Djdk.net.hosts.file=" + hosts,
                    "sst",
                    "send",
                    options,
                    token,
                    "--to=joiner.test" + ready.substring(ready.lastIndexOf(':')),
                    "--position=" + POSITION,
                    "--source=" + directory + "/source")) {
                donor.awaitLog("joiner.test:\\d+ does not answer yet: no such host; trying again", LIMIT);

                Files.writeString(hosts, "127.0.0.9 joiner.test\n127.0.0.1 joiner.test\n");

                assertThat(donor.awaitExit(LIMIT)).as(donor.log().tail(20)).isZero();
                assertThat(joiner.awaitExit(LIMIT)).as(joiner.log().tail(20)).isZero();
            }
        }
    }

    private PeerProcess dromon(String javaOptions, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DROMON_JAVA_OPTS=" + javaOptions,
                DromonNode.executable().toString()));
        command.addAll(List.of(arguments));
        return PeerProcess.start("dromon " + arguments[1], directory, command);
    }

    @Test
    void tellsBothEndsHowAProgramFailed() throws IOException {
        OpenSsl.Authority authority = new OpenSsl(directory).authority("ca");
        source();

        try (PeerProcess joiner = receive("script", authority.issue("joiner"), "cat");
                PeerProcess donor = send(
                        "script", authority.issue("donor"), joiner, "sh", "-c", "echo part; echo broken >&2; exit 3")) {
            assertThat(donor.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(joiner.awaitExit(LIMIT)).isEqualTo(1);

            assertThat(String.join("\n", donor.log().lines())).contains("exit code 3", "broken");
            assertThat(String.join("\n", joiner.log().lines())).contains("exit code 3", "broken");
            assertThat(directory.resolve("target")).doesNotExist();
        }
    }

    @Test
    void refusesAProgramThatIsNotThere() throws IOException {
        OpenSsl.Authority authority = new OpenSsl(directory).authority("ca");

        try (PeerProcess joiner = receive("script", authority.issue("joiner"), "no-such-program")) {
            assertThat(joiner.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(String.join("\n", joiner.log().lines())).contains("no-such-program", "is not here");
            assertThat(joiner.output().lines()).isEmpty();
        }
    }
}
