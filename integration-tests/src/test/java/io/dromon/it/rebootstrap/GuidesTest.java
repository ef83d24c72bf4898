package io.dromon.it.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.node.cli.process.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guides of {@code node/guides}: each is run as it stands there, but for the addresses of the nodes. */
@Tag("peers")
@Timeout(300)
final class GuidesTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set by begin()
    private Daemons daemons;

    @BeforeEach
    void begin() throws IOException {
        daemons = new Daemons(directory);
        daemons.begin();
        daemons.awaitLinks("PLAIN");
    }

    @AfterEach
    void end() {
        daemons.close();
    }

    /** Runs the commands of a page, with {@code cluster} and {@code me} as the test has them. */
    private String follow(String page, String cluster) throws IOException {
        Path guide = Path.of(System.getProperty("basedir", "."), "../node/guides", page + ".md");
        StringBuilder script = new StringBuilder();
        Matcher block = BLOCK.matcher(Files.readString(guide));
        while (block.find()) {
            script.append(block.group(1));
        }
        String commands = script.toString()
                .replaceFirst("(?m)^cluster=.*$", Matcher.quoteReplacement("cluster=" + cluster))
                .replaceFirst("(?m)^me=.*$", "me=");
        assertThat(commands).contains("cluster=" + cluster, "\nme=\n", "dromon rebootstrap");
        Path bin = Objects.requireNonNull(DromonNode.executable().getParent());
        return PeerProcess.run(
                page,
                directory,
                List.of("bash", "-euo", "pipefail", "-c", "PATH=" + bin + ":$PATH\n" + commands),
                LIMIT);
    }

    /** Who has issued the certificates that the nodes see at the other ends of their links. */
    private Set<String> subjects() throws IOException {
        Set<String> subjects = new TreeSet<>();
        for (String name : Daemons.NAMES) {
            JsonNode tls = daemons.client(name).status().path("tls");
            tls.path("trusted").forEach(authority -> subjects.add(authority.asText()));
        }
        return subjects;
    }

    @Test
    void turnTlsOn() throws Exception {
        try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
            load.awaitMore(50);

            String out = follow("turn-tls-on", daemons.addresses());

            assertThat(out).containsSubsequence("FEASIBLE", "outage: ", "DONE");
            daemons.awaitLinks("TLS");
            assertThat(subjects()).containsExactly("CN=Dromon cluster CA");
            load.awaitMore(50);
            load.assertNothingLost();
        }
        for (String name : Daemons.NAMES) { // and so they come back
            daemons.process(name).kill();
        }
        Daemons.NAMES.forEach(daemons::launch);
        daemons.awaitLinks("TLS");
    }

    @Test
    void changeTheCa() throws Exception {
        daemons.dromon(
                0,
                "rebootstrap",
                "--cluster=" + daemons.addresses(),
                "--options=" + Daemons.tlsOptions(),
                "--files=" + daemons.tls("old"),
                "--run",
                "--no-probe");
        daemons.awaitLinks("TLS");
        assertThat(subjects()).containsExactly("CN=old CA");

        String out = follow("change-the-ca", daemons.addresses());

        assertThat(out).containsSubsequence("FEASIBLE", "DONE");
        daemons.awaitLinks("TLS");
        assertThat(subjects()).containsExactly("CN=shop CA 2");
    }

    @Test
    void recoverAfterAllNodesCrashed() throws Exception {
        try (AcknowledgedWrites load = new AcknowledgedWrites(daemons)) {
            load.awaitMore(100);
            for (String name : Daemons.NAMES) {
                daemons.process(name).kill();
            }
            Scratch.delete(daemons.data("n3"));
            Files.createDirectory(daemons.data("n3"));
            daemons.launch("n1");
            daemons.launch("n2");
            daemons.awaitDoor("n1");
            daemons.awaitDoor("n2");

            String out = follow(
                    "recover-after-all-nodes-crashed",
                    daemons.addresses().replace("unix:" + daemons.data("n3"), "n3=unix:" + daemons.data("n3")));

            assertThat(out).containsSubsequence("FEASIBLE", "has the newest position", "DONE");
            daemons.start("n3");
            daemons.awaitLinks("PLAIN");
            load.assertNothingLost();
        }
    }
}
