package io.dromon.transport.testpeer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The real openssl, which keeps the session of one connection and offers it in the next one. */
public final class ResumingClient {
    private static final Pattern OUTCOME = Pattern.compile("(?m)^(New|Reused), TLSv1\\.[23]");

    private final Path directory;
    private final String certificate;
    private final String key;

    /** @param certificate and key: PEM files in the directory */
    public ResumingClient(Path directory, String certificate, String key) {
        this.directory = directory;
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Connects twice.
     *
     * @param version {@code -tls1_2} or {@code -tls1_3}
     * @return {@code Reused} or {@code New}, what openssl says of the second connection; {@code nothing kept} if the
     *     server gave nothing that could be offered again
     */
    public String connectTwice(int port, String version) throws IOException, InterruptedException {
        Path session = directory.resolve("session" + version);
        Files.deleteIfExists(session);
        String first = connect("first" + version, port, session, version, "-sess_out", session.toString());
        if (!first.equals("New")) {
            throw new IllegalStateException("the first connection is " + first);
        }
        return Files.exists(session)
                ? connect("second" + version, port, session, version, "-sess_in", session.toString())
                : "nothing kept";
    }

    private String connect(String name, int port, Path session, String... more)
            throws IOException, InterruptedException {
        boolean installed = false;
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            installed |= Files.isExecutable(Path.of(folder, "openssl"));
        }
        assumeTrue(installed || "required".equals(System.getProperty("peers")), "openssl is not installed");
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of("-cert", certificate, "-key", key));
        command.addAll(List.of(more));
        Path log = directory.resolve(name + ".log");
        // Its standard input stays open, or it would end before a ticket has come.
        Process client = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Awaitility.await(name + ": a handshake of openssl")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> OUTCOME.matcher(Files.readString(log, StandardCharsets.ISO_8859_1))
                            .find());
            try {
                // A ticket of TLS 1.3 follows the handshake.
                Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> Files.exists(session));
            } catch (ConditionTimeoutException none) {
                return outcome(log);
            }
            return outcome(log);
        } finally {
            client.destroyForcibly().waitFor();
        }
    }

    private static String outcome(Path log) throws IOException {
        Matcher outcome = OUTCOME.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
        if (!outcome.find()) {
            throw new IllegalStateException("no handshake");
        }
        return outcome.group(1);
    }
}
