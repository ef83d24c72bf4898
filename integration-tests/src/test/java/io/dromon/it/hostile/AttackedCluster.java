package io.dromon.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.HostilePeer;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.admin.client.AdminClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two with little memory, and what must hold after each attack on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AttackedCluster {
    static final Duration LIMIT = Duration.ofMinutes(1);
    static final String GROUP = "g";
    /** What a peer sends and no log may show. */
    static final String PAYLOAD = "hunter2-hunter2-hunter2";

    private static final String LITTLE_MEMORY = "-Xmx160m -XX:MaxDirectMemorySize=96m";
    private static final Pattern TRACE_OR_SECRET =
            Pattern.compile("^\\s+at [a-z]|^Caused by|Exception\\b|OutOfMemory|LEAK|PRIVATE KEY|hunter2|68756e746572");

    @TempDir
    static Path directory;

    DromonNode a;
    DromonNode b;
    int markA;
    int markB;
    private int round;

    /** Null is plain text. */
    @Nullable
    abstract TlsFiles files();

    /** More options of a node, so that two nodes can differ. */
    String options(String node) {
        return "";
    }

    /** A connection with everything that a member has. */
    HostilePeer member(DromonNode node) throws IOException {
        return HostilePeer.connect(node.port());
    }

    @BeforeAll
    void startTheCluster() {
        a = node("a").startPipe();
        a.awaitPrimary(1, 0, LIMIT);
        b = node("b").peers(a.hostPort()).startPipe();
        for (DromonNode node : List.of(a, b)) {
            node.awaitPrimary(2, 0, LIMIT);
            node.awaitSynced(LIMIT);
        }
    }

    DromonNode.Builder node(String name) {
        return DromonNode.in(directory.resolve(getClass().getSimpleName()), name)
                .javaOptions(LITTLE_MEMORY)
                .tls(files())
                .options(options(name));
    }

    @AfterAll
    void endTheCluster() {
        a.close();
        b.close();
    }

    @BeforeEach
    void rememberWhereTheLogsAre() {
        markA = a.process().log().size();
        markB = b.process().log().size();
    }

    @AfterEach
    void theClusterIsNotDisturbed() {
        theClusterReplicates();
        assertThat(viewsSince(a, markA)).isEmpty();
        assertThat(viewsSince(b, markB)).isEmpty();
        assertThat(a.process().output().lines()).isEqualTo(b.process().output().lines());
        for (DromonNode node : List.of(a, b)) {
            assertThat(node.process().log().lines())
                    .as("no stack trace, no secret")
                    .noneMatch(line -> TRACE_OR_SECRET.matcher(line).find());
        }
    }

    /** A line of each node reaches both. */
    void theClusterReplicates() {
        round++;
        String line = "round " + round;
        a.process().write(line + " of a\n");
        b.process().write(line + " of b\n");
        for (DromonNode node : List.of(a, b)) {
            node.process().awaitOutput("\t" + line + " of a$", 0, LIMIT);
            node.process().awaitOutput("\t" + line + " of b$", 0, LIMIT);
        }
    }

    private static List<String> viewsSince(DromonNode node, int mark) {
        List<String> lines = node.process().log().lines();
        return lines.subList(mark, lines.size()).stream()
                .filter(line -> line.contains(": view "))
                .toList();
    }

    /** Waits until the node's status tells that it refused a peer for that reason. The log has it once a minute. */
    static void awaitRefused(DromonNode node, String regex) {
        Pattern wanted = Pattern.compile(regex);
        Awaitility.await(regex)
                .atMost(LIMIT)
                .until(() -> AdminClient.local(node.directory()).status().path("refused"), refused -> {
                    for (JsonNode peer : refused) {
                        if (wanted.matcher(peer.path("message").asText()).find()) {
                            return true;
                        }
                    }
                    return false;
                });
    }

    /** Memory of the process, the JVM's own included. */
    static long residentBytes(DromonNode node) throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc", Long.toString(node.process().pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS");
    }
}
