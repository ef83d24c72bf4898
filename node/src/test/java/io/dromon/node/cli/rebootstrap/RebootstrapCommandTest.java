package io.dromon.node.cli.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dromon.node.cli.Dromon;
import io.dromon.node.rebootstrap.ScriptedCluster;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.wire.RebootstrapText;
import io.dromon.transport.testpki.TestPki;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against nodes that do at once what they are asked, by HTTP. */
@Tag("sockets")
@Timeout(60)
final class RebootstrapCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUTHORITY = TestPki.ca("new CA").getCertificatePEM();
    private static final List<String> NAMES = List.of("n1", "n2", "n3");

    @TempDir
    private Path directory;

    private final ScriptedCluster cluster = new ScriptedCluster("n1", "n2", "n3");
    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final Map<String, RebootstrapText.Received> staged = new ConcurrentHashMap<>();
    private final Set<String> unserved = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> deleted = new ConcurrentLinkedQueue<>();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void serve() throws IOException {
        for (String name : NAMES) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(workers);
            server.createContext(RebootstrapText.PATH, exchange -> answer(name, exchange));
            server.createContext("/kv/v1/value", exchange -> write(name, exchange));
            server.start();
            servers.add(server);
        }
    }

    @AfterEach
    void end() {
        servers.forEach(server -> server.stop(0));
        workers.shutdownNow();
    }

    private void answer(String name, HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        RebootstrapText.Received received = RebootstrapText.readRequest(body);
        if (received.request().step() instanceof NodeRequest.Stage) {
            staged.put(name, received);
        }
        send(exchange, 200, RebootstrapText.write(cluster.askAs(name, received.request())));
    }

    private void write(String name, HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("DELETE")) {
            deleted.add(name + " " + exchange.getRequestURI().getQuery());
        }
        if (unserved.contains(name)) {
            send(exchange, 403, "{\"detail\": \"the store is not served\", \"remedy\": \"set admin.data\"}");
        } else {
            send(exchange, cluster.takesWrites(name) ? 200 : 503, "{}");
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private String urls() {
        return servers.stream()
                .map(server -> "http://127.0.0.1:" + server.getAddress().getPort())
                .collect(Collectors.joining(","));
    }

    private String journal() {
        return directory.resolve("journal").toString();
    }

    private String run(int code, String... arguments) {
        PrintStream standard = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            List<String> all = new ArrayList<>(List.of("rebootstrap"));
            all.addAll(Arrays.asList(arguments));
            CommandLine line = Dromon.commandLine().setErr(new PrintWriter(errors, true));
            assertThat(line.execute(all.toArray(String[]::new)))
                    .as(() -> out.toString(StandardCharsets.UTF_8) + errors)
                    .isEqualTo(code);
        } finally {
            System.setOut(standard);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private Path files() throws IOException {
        Path files = Files.createDirectory(directory.resolve("tls"));
        Files.writeString(files.resolve("ca.pem"), AUTHORITY);
        for (String name : NAMES) {
            Files.createDirectory(files.resolve(name));
            Files.writeString(files.resolve(name).resolve("cert.pem"), "cert of " + name);
            Files.writeString(files.resolve(name).resolve("key.pem"), "key of " + name);
        }
        return files;
    }

    @Test
    void turnsTlsOnAndPrintsPhasesAndOutage() throws Exception {
        String out = run(
                0,
                "--cluster",
                urls(),
                "--options",
                "socket.ssl=YES;socket.ssl_ca=ca.pem;socket.ssl_cert=cert.pem;socket.ssl_key=key.pem",
                "--files",
                files().toString(),
                "--run",
                "--journal",
                journal());

        assertThat(out)
                .contains("on cluster 'shop'", "changes   socket.ssl=YES, socket.ssl_ca from files")
                .containsSubsequence("INSPECT", "PROVE", "STAGE", "REHEARSE", "DRAIN", "STOP", "BOOTSTRAP", "JOIN")
                .containsPattern("(?m)^outage: \\d+ ms without a commit on any node")
                .containsPattern("(?m)^  n2: \\d+ ms; \\d+ writes acknowledged")
                .contains("DONE: all nodes have the changed configuration")
                .doesNotContain("key of");
        assertThat(cluster.sealed().values()).containsOnly(Target.CHANGED).hasSize(3);
        RebootstrapText.Received received = Objects.requireNonNull(staged.get("n2"));
        assertThat(content(received, "socket.ssl_key")).asString().isEqualTo("key of n2");
        assertThat(content(received, "socket.ssl_ca")).asString().isEqualTo(AUTHORITY);
        assertThat(((NodeRequest.Stage) received.request().step()).options()).isEqualTo(Map.of("socket.ssl", "YES"));
        assertThat(Files.readString(Path.of(journal()))).contains("cert.pem").doesNotContain("key of");
        assertThat(deleted).contains("n1 key=dromon.rebootstrap.probe.n1");
    }

    private static byte[] content(RebootstrapText.Received received, String option) {
        return Objects.requireNonNull(received.files().get(option)).content();
    }

    @Test
    void plansWithoutAChange() {
        String out = run(0, "--cluster", urls(), "--to", "plain", "--plan", "--journal", journal());

        assertThat(out).contains("changes   socket.ssl=NO", "FEASIBLE: nothing was changed", "Do it by --run.");
        assertThat(cluster.asked()).allMatch(each -> each.endsWith("Inspect") || each.endsWith("Prove"));
        assertThat(Path.of(journal())).doesNotExist();
    }

    @Test
    void tellsWhatFailedAndResumes() {
        cluster.script(
                "n3",
                request -> request.step() instanceof NodeRequest.Rehearse
                        ? new Answer.Refused(Answer.Reason.FAILED, "n1 shows a certificate of a foreign CA")
                        : null);
        String failed = run(3, "--cluster", urls(), "--options", "tls.verify=ca", "--run", "--journal", journal());
        assertThat(failed)
                .contains("FAILED", "  - n3: n1 shows a certificate of a foreign CA")
                .contains("Go on: dromon rebootstrap --resume --journal " + journal());
        assertThat(cluster.asked()).noneMatch(each -> each.endsWith("Drain"));

        cluster.script("n3", request -> null);
        assertThat(run(0, "--resume", "--journal", journal(), "--no-probe")).contains("DONE");
    }

    @Test
    void undoesWhatWasBegun() {
        cluster.script(
                "n3",
                request -> request.step() instanceof NodeRequest.Rehearse
                        ? new Answer.Refused(Answer.Reason.FAILED, "no")
                        : null);
        run(3, "--cluster", urls(), "--options", "tls.verify=ca", "--run", "--journal", journal(), "--no-probe");

        String out = run(0, "--undo", "--journal", journal(), "--no-probe");

        assertThat(out).contains("UNDONE: all nodes have the original configuration");
        assertThat(cluster.sealed().values()).containsOnly(Target.ORIGINAL);
    }

    @Test
    void saysByItsExitCodeThatItWentBack() {
        cluster.script(
                "n1",
                request -> request.step() instanceof NodeRequest.Bootstrap bootstrap
                                && bootstrap.target() == Target.CHANGED
                        ? new Answer.Refused(Answer.Reason.FAILED, "the key is of another certificate")
                        : null);

        String out = run(4, "--cluster", urls(), "--options", "tls.verify=ca", "--run", "--journal", journal());

        assertThat(out).contains("goes back: n1: the key is of another certificate", "UNDONE");
    }

    @Test
    void printsEventsAsJson() throws Exception {
        unserved.add("n2");

        String out = run(0, "--cluster", urls(), "--recover", "--run", "--journal", journal(), "--json");

        List<JsonNode> events = new ArrayList<>();
        for (String line : out.lines().toList()) {
            events.add(JSON.readTree(line));
        }
        assertThat(events.get(0).path("event").asText()).isEqualTo("plan");
        assertThat(events.stream()
                        .filter(event -> event.path("event").asText().equals("phase"))
                        .map(event -> event.path("phase").asText()))
                .startsWith("INSPECT", "PROVE")
                .endsWith("VERIFY", "SEAL");
        JsonNode end = events.get(events.size() - 1);
        assertThat(end.path("outcome").asText()).isEqualTo("DONE");
        assertThat(end.path("outageMs").asDouble()).isPositive();
        assertThat(end.path("phases")).hasSize(10);
        assertThat(end.path("nodes").path("n1").path("commits").asLong()).isPositive();
        assertThat(end.path("nodes").path("n2").has("outageMs")).isFalse();
        assertThat(end.path("nodes").path("n2").path("why").asText())
                .isEqualTo("the store is not served; set admin.data");
    }

    @Test
    void refusesAJournalThatHasAProcedure() {
        run(0, "--cluster", urls(), "--recover", "--run", "--journal", journal(), "--no-probe");
        run(1, "--cluster", urls(), "--recover", "--run", "--journal", journal(), "--no-probe");
        run(1, "--resume", "--journal", directory.resolve("none").toString());

        assertThat(errors.toString())
                .contains(journal() + " is there already, with a procedure in it")
                .contains("there is no journal " + directory.resolve("none"));
    }

    @Test
    void refusesToGiveUpANodeThatThePlanDoesNotHave() {
        String out = run(
                1,
                "--cluster",
                urls(),
                "--recover",
                "--run",
                "--journal",
                journal(),
                "--no-probe",
                "--without",
                "n9",
                "--because",
                "gone");

        assertThat(out).contains("REFUSED", "--without names nodes that the plan does not have: [n9]");
        assertThat(Path.of(journal())).doesNotExist();
    }

    @Test
    void takesTheNamesOfNodesThatAreGivenUpFromTheCommandLine() {
        String[] urls = urls().split(",", -1);
        servers.get(2).stop(0);
        cluster.kill("n3");
        String named = urls[0] + ",n2=" + urls[1] + ",n3=" + urls[2];

        run(1, "--cluster", String.join(",", urls), "--recover", "--plan");
        assertThat(errors.toString()).contains("If it is to be given up, write NAME=URL for it");
        String out = run(
                0,
                "--cluster",
                named,
                "--recover",
                "--run",
                "--journal",
                journal(),
                "--without",
                "n3",
                "--because",
                "gone");

        assertThat(out).contains("DONE", "  n3: not measured: ", "Keep the journal: when [n3] run again");
        assertThat(cluster.sealed()).containsOnlyKeys("n1", "n2");
        run(1, "--cluster", "n2=" + urls[0], "--recover", "--plan");
        assertThat(errors.toString()).contains("it is 'n1', and not 'n2'");
    }

    @Test
    void refusesPlansWhoseNodesAreOthers() throws Exception {
        String urls = urls();
        String[] each = urls.split(",", -1);
        Path plan = Files.writeString(directory.resolve("plan.json"), """
                {"cluster": "market", "options": {}, "nodes": [
                  {"name": "n2", "url": "%s"}, {"name": "n1", "url": "%s"}, {"name": "n3", "url": "%s"}]}
                """.formatted(each[0], each[1], each[2]));

        String out = run(1, "--plan-file", plan.toString(), "--plan");

        assertThat(out)
                .contains(
                        each[0] + " is node 'n1' of cluster 'shop', the plan says 'n2' of 'market'; correct the plan");
    }

    @Test
    void refusesFlagsThatDoNotGoTogether() {
        run(2, "--cluster", urls(), "--run");
        run(2, "--cluster", urls(), "--run", "--recover", "--to", "plain");
        run(2, "--recover", "--run");
        run(2, "--resume", "--recover");
        run(2, "--cluster", urls(), "--recover", "--run", "--undo");
        run(2, "--cluster", urls(), "--to", "tls", "--run");
        run(2, "--cluster", urls(), "--recover", "--run", "--without", "n1");
        run(2, "--cluster", urls(), "--recover", "--run", "--without", "n1", "--because", " ");
        run(1, "--cluster", "http://10.0.0.1:4580", "--recover", "--plan");
        run(1, "--cluster", "10.0.0.1:4580", "--recover", "--plan");
        run(1, "--cluster", "https://10.0.0.1:4580", "--recover", "--plan");
        run(1, "--cluster", urls(), "--options", "pc.weight=2", "--plan");
        run(1, "--cluster", urls(), "--options", "socket.ssl_key=key.pem", "--plan");
        run(1, "--cluster", urls(), "--options", "socket.ssl_key=key.pem", "--files", directory.toString(), "--plan");

        assertThat(errors.toString())
                .contains("name what is changed by one of --options, --to plain, --recover and --plan-file")
                .contains("--cluster is missing")
                .contains("--resume and --undo take nodes and options from the journal")
                .contains("--to takes 'plain'")
                .contains("--without n1 needs --because TEXT")
                .contains("keys of nodes go there, and would cross the network in plain text; use https")
                .contains("'10.0.0.1:4580' is no address of a node")
                .contains("--ca is missing")
                .contains("pc.weight is no option that a re-bootstrap changes")
                .contains("it is not told where that file is")
                .contains("there is neither " + directory.resolve("n1").resolve("key.pem"));
        assertThat(cluster.asked()).allMatch(asked -> asked.endsWith("Inspect"));
    }
}
