package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.Node;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The library as another program gets it: its jar and the dependencies that come with it, without the command line. */
@Tag("peers")
@Timeout(120)
final class EmbeddingTest {
    /** What only these tests have in their class path. */
    private static final Pattern OF_THE_TESTS = Pattern.compile(
            "(logback|HdrHistogram|jgroups|rocksdbjni|junit|assertj|awaitility|archunit|netty-pkitesting|opentest4j|apiguardian"
                    + "|byte-buddy|hamcrest|surefire).*|dromon-integration-tests.*|.*-(tests|cli)\\.jar");

    @TempDir
    Path directory;

    @Test
    void theLibraryHoldsNothingOfTheCommandLine() throws Exception {
        try (JarFile jar = new JarFile(library().toFile())) {
            assertThat(jar.stream().map(ZipEntry::getName))
                    .contains("io/dromon/node/Node.class", "io/dromon/node/doctor/Doctor.class")
                    .noneMatch(name -> name.startsWith("io/dromon/node/cli/"))
                    .noneMatch(name -> name.contains("logback"));
        }
    }

    @Test
    void theExampleOfTheReadmeRunsOnTheLibraryAlone() throws Exception {
        List<String> classPath = classPath();
        assertThat(classPath)
                .extracting(entry -> new File(entry).getName())
                .noneMatch(name -> name.matches("(picocli|progressbar|jline|logback|HdrHistogram).*"))
                .anyMatch(name -> name.startsWith("slf4j-api"))
                .allMatch(name -> name.endsWith(".jar"));

        Path source = Files.writeString(directory.resolve("Embedded.java"), program());
        compile(source, classPath);
        String output = PeerProcess.run(
                "embedded",
                directory,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        directory + File.pathSeparator + String.join(File.pathSeparator, classPath),
                        "Embedded"),
                Duration.ofSeconds(60));

        assertThat(output.lines()).contains("2 from node1", "committed 2"); // the first view has number 1
    }

    /** The packaged jar; where only the classes were built there is none to look at. */
    private static Path library() throws URISyntaxException {
        Path library = Path.of(
                Node.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assumeThat(library).as("run mvn verify, which packages the library").isRegularFile();
        return library;
    }

    /** Optional dependencies of the library are not in the class path of this module; the rest stays, but its own. */
    private static List<String> classPath() throws URISyntaxException {
        List<String> all = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        assertThat(all).contains(library().toString());
        return all.stream()
                .filter(entry -> !Files.isDirectory(Path.of(entry)))
                .filter(entry ->
                        !OF_THE_TESTS.matcher(new File(entry).getName()).matches())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** The first Java of the README, as a cluster of one with files of this test. */
    private String program() throws IOException {
        Path readme = Path.of(System.getProperty("basedir", "."), "..", "README.md");
        Matcher example = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(readme));
        assertThat(example.find()).as("an example in the README").isTrue();
        TlsFiles files = new OpenSsl(directory).sharedPair();
        String body = example.group(1)
                .replace("gcomm://10.0.0.2,10.0.0.3", "gcomm://")
                .replace("/var/lib/orders", directory.resolve("data").toString())
                .replace("/etc/dromon/cert.pem", files.certificate().toString())
                .replace("/etc/dromon/key.pem", files.key() + ";gmcast.listen_addr=tcp://127.0.0.1:0")
                .replace(
                        ".join(); // its number in the cluster's order",
                        ".join(); System.out.println(\"committed \" + done.seqno());");
        return """
                import io.dromon.config.*;
                import io.dromon.node.*;
                import java.nio.file.Path;

                class Embedded {
                    public static void main(String[] arguments) throws Exception {
                        byte[] bytes = {1, 2, 3};
                        %s
                    }
                }
                """.formatted(body);
    }

    private static void compile(Path source, List<String> classPath) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            Stream.of("-cp", String.join(File.pathSeparator, classPath), "-d", "" + source.getParent())
                                    .toList(),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).as("%s", said).isTrue();
        }
    }
}
