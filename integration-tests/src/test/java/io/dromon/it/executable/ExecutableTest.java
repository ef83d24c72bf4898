package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The executable as a process of its system: its Java, its output, signals, a directory that another one uses. */
@Tag("sockets")
@Timeout(120)
final class ExecutableTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private Process start(Map<String, String> environment, File output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output)
                .redirectError(directory.resolve("errors").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private int run(Map<String, String> environment, File output, String input, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(environment, output, arguments);
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("errors"), StandardCharsets.UTF_8);
    }

    private File output() {
        return directory.resolve("output").toFile();
    }

    private String[] node(String name) {
        return new String[] {
            "node",
            "--group=g",
            "--name=" + name,
            "--address=gcomm://",
            "--listen=tcp://127.0.0.1:0",
            "--data-dir=" + directory.resolve("data"),
            "--pipe"
        };
    }

    @Test
    void failsWhenItsOutputCannotBeWritten() throws Exception {
        int code = run(Map.of(), new File("/dev/full"), "a line\n", node("a"));

        assertThat(errors()).contains("cannot write to standard output: No space left on device");
        assertThat(code).isEqualTo(1);
    }

    @Test
    void takesLinesOfAnyBytesAndALastOneWithoutAnEnd() throws Exception {
        int code = run(Map.of(), output(), "\0\u00ff\n\n\r\nlast", node("a"));

        assertThat(Files.readString(output().toPath(), StandardCharsets.UTF_8).replaceAll("(?m)^\\d+\t", ""))
                .isEqualTo("a\t\0\u00ff\na\t\na\t\r\na\tlast\n");
        assertThat(code).isZero();
    }

    @Test
    void refusesADataDirectoryThatAnotherProcessUses() throws Exception {
        Process first = start(Map.of(), output(), node("a"));
        try {
            await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("data/dromon.sock")));

            int code = run(Map.of(), directory.resolve("other").toFile(), "", node("b"));

            assertThat(errors()).contains("data cannot be used", "another running node uses it");
            assertThat(code).isEqualTo(1);
        } finally {
            first.destroyForcibly();
            assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(run(Map.of(), output(), "again\n", node("a"))).isZero(); // the lock went with the process
    }

    @Test
    void namesAJavaThatIsTooOld() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk-11/bin"));
        Files.writeString(directory.resolve("jdk-11/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"11.0.2\"\n");
        Files.writeString(bin.resolve("java"), "#!/bin/sh\nexit 1\n");
        assertThat(bin.resolve("java").toFile().setExecutable(true)).isTrue();

        int code = run(Map.of("JAVA_HOME", directory.resolve("jdk-11").toString()), output(), "", "--version");

        assertThat(errors()).contains("bin/java is Java 11. Install a Java 17 runtime");
        assertThat(code).isEqualTo(127);
    }

    /** {@code LC_ALL=C} in a container or a unit; the byte E9 alone is no UTF-8, and a name all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"d-\\303\\251 x", "d-\\351"})
    void takesNamesAsTheyAreWhateverTheLocaleIs(String escaped) throws Exception {
        Path script = Files.writeString(directory.resolve("script"), """
                set -e
                name=$(printf "$1")
                start='--listen=tcp://127.0.0.1:0 -g g -n n -a gcomm://'
                openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -keyout k.pem -out "$name.pem"
                mkdir -p "here/$name" "there/$name"
                printf '[mysqld]\\nwsrep_cluster_address=gcomm://\\n' > "$name.cnf"
                printf 'wsrep_provider_options="socket.ssl_key=k.pem;socket.ssl_cert=%s.pem"\\n' "$name" >> "$name.cnf"
                "$2" doctor $start --data-dir "there/$name" -o "socket.ssl_key=k.pem;socket.ssl_cert=$name.pem"
                "$2" doctor -c "$name.cnf" --listen=tcp://127.0.0.1:0
                cd "here/$name"
                echo a | "$2" node $start --pipe
                echo b | "$2" node $start --pipe --data-dir "../../there/$name"
                cd ../..
                echo $(ls here | wc -l) $(ls there | wc -l) $(ls "here/$name") $(ls "there/$name")
                """);
        Process process = new ProcessBuilder(
                        "env",
                        "-u",
                        "LANG",
                        "LC_ALL=C",
                        "sh",
                        script.toString(),
                        escaped,
                        DromonNode.executable().toString())
                .directory(directory.toFile())
                .redirectOutput(output())
                .redirectError(directory.resolve("errors").toFile())
                .start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).as(errors()).isZero();
        assertThat(Files.readString(output().toPath(), StandardCharsets.ISO_8859_1))
                .doesNotContain("FAIL")
                .endsWith(
                        "2\tn\ta\n2\tn\tb\n1 1 component.dat dromon.lock galera.cache.d grastate.dat lines state-transfer component.dat dromon.lock galera.cache.d grastate.dat lines state-transfer\n");
    }

    /** From 17 on, by the file that names its version: {@code /usr/lib/jvm} is where Debian and others put them. */
    private static Set<Path> javas() throws IOException {
        Set<Path> found = new TreeSet<>(Set.of(Path.of(System.getProperty("java.home"))));
        Path usual = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(usual)) {
            try (DirectoryStream<Path> homes = Files.newDirectoryStream(usual)) {
                for (Path home : homes) {
                    Path release = home.resolve("release");
                    Matcher version = Pattern.compile("JAVA_VERSION=\"(\\d+)")
                            .matcher(Files.exists(release) ? Files.readString(release) : "");
                    if (version.find()
                            && Integer.parseInt(version.group(1)) >= 17
                            && Files.isExecutable(home.resolve("bin/java"))) {
                        found.add(home.toRealPath());
                    }
                }
            }
        }
        return found;
    }

    /** BoringSSL's library is loaded, and the key is on P-256. */
    @ParameterizedTest
    @MethodSource("javas")
    void judgesItsOwnCertificateGoodOnEachJavaAndIsNotWarnedOfNativeAccess(Path home) throws Exception {
        Map<String, String> environment = Map.of("JAVA_HOME", home.toString());
        String at = directory.toString();
        assertThat(run(environment, output(), "", "pki", "init-ca", "--cn", "CA", "--out", at))
                .isZero();
        assertThat(run(environment, output(), "", "pki", "issue", "n", "--ca", at, "--out", at))
                .isZero();

        int code = run(
                environment,
                output(),
                "",
                "doctor",
                "--group=g",
                "--name=n",
                "--address=gcomm://",
                "--listen=tcp://127.0.0.1:0",
                "--data-dir=" + directory.resolve("data"),
                "--options=tls.provider=boringssl;tls.valid_cns=n;socket.ssl_cert=" + at + "/n.crt;socket.ssl_key=" + at
                        + "/n.key;socket.ssl_ca=" + at + "/ca.crt");

        assertThat(Files.readString(output().toPath())).contains("BoringSSL", "nodes with this trust and these rules");
        assertThat(errors()).isEmpty();
        assertThat(code).isZero();
    }

    @Test
    void saysInASentenceThatALibraryCannotBeUnpacked() throws Exception {
        int code = run(
                Map.of("DROMON_JAVA_OPTS", "-Djava.io.tmpdir=/proc"),
                output(),
                "",
                "sst",
                "receive",
                "--target=" + directory.resolve("target"));

        assertThat(errors())
                .startsWith("dromon: the library of zstd cannot be unpacked and loaded in /proc (")
                .contains("DROMON_JAVA_OPTS=-Djava.io.tmpdir=DIR")
                .doesNotContain("\tat ")
                .hasLineCount(1);
        assertThat(code).isEqualTo(1);
    }

    @Test
    void aSignalEndsTheNodesOfADemonstrationAndRemovesTheirKeys() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Process demo = start(Map.of("DROMON_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), output(), "demo");
        try {
            Pattern synced = Pattern.compile("node1 \\(pid (\\d+)\\) is SYNCED");
            await().atMost(LIMIT)
                    .until(() ->
                            synced.matcher(Files.readString(output().toPath())).find());
            Matcher node = synced.matcher(Files.readString(output().toPath()));
            assertThat(node.find()).isTrue();
            long pid = Long.parseLong(node.group(1));

            demo.destroy();

            assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            await().atMost(LIMIT)
                    .until(
                            () -> ProcessHandle.of(pid)
                                    .map(ProcessHandle::isAlive)
                                    .orElse(false),
                            alive -> !alive);
            try (Stream<Path> left = Files.walk(temporary)) {
                assertThat(left.map(Path::toString)).noneMatch(path -> path.contains("dromon-demo"));
            }
        } finally {
            demo.destroyForcibly();
        }
    }
}
