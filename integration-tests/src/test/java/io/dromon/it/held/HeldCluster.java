package io.dromon.it.held;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Ports;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.NodeRequest.Step;
import io.dromon.node.rebootstrap.core.RequestId;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.core.Token;
import io.dromon.node.rebootstrap.wire.RebootstrapText;
import io.dromon.node.rebootstrap.wire.StagedFile;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** Three daemons in plain text, and who asks them as a coordinator does. */
final class HeldCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    final Set<String> names = new TreeSet<>(List.of("n1", "n2", "n3"));
    private final Path directory;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, PeerProcess> processes = new TreeMap<>();
    private UUID procedure = UUID.randomUUID();
    private final UUID nonce = UUID.randomUUID();
    private long requests;

    /** @param more options of n1 alone */
    HeldCluster(Path directory, String more) {
        this.directory = directory;
        names.forEach(name -> ports.put(name, Ports.free()));
        start("n1", "--new-cluster", "-o", more.isEmpty() ? "gcache.size=16M" : more);
        awaitStarted("n1");
        start("n2");
        start("n3");
        awaitSynced("n2");
        awaitSynced("n3");
    }

    Path data(String name) {
        return directory.resolve(name);
    }

    void start(String name, String... more) {
        String hosts = ports.values().stream().map(port -> "127.0.0.1:" + port).collect(joining(","));
        List<String> command = new ArrayList<>(List.of(
                DromonNode.executable().toString(),
                "node",
                "-g",
                "shop",
                "-n",
                name,
                "-a",
                "gcomm://" + hosts,
                "--listen",
                "tcp://127.0.0.1:" + ports.get(name),
                "--data-dir",
                data(name).toString()));
        command.addAll(List.of(more));
        processes.put(name, PeerProcess.start(name, directory, command));
    }

    PeerProcess process(String name) {
        return Objects.requireNonNull(processes.get(name));
    }

    void kill(String name) {
        process(name).kill();
        process(name).awaitExit(LIMIT);
    }

    /** Its process is killed and begins anew; returns what it says as soon as it says something. */
    NodeFacts killAndStart(String name) {
        kill(name);
        start(name);
        return awaitAnswer(name);
    }

    NodeFacts awaitAnswer(String name) {
        AtomicReference<Answer> last = new AtomicReference<>();
        Awaitility.await(name + " answers").atMost(LIMIT).ignoreExceptions().until(() -> {
            last.set(once(name, request(name, new NodeRequest.Inspect()), Map.of()));
            return last.get() instanceof Answer.Done;
        });
        return ((Answer.Done) Objects.requireNonNull(last.get())).facts();
    }

    private void awaitStarted(String name) {
        process(name).awaitLog(name + ": the store is open", LIMIT);
    }

    void awaitSynced(String name) {
        Awaitility.await(name + " is synced")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client(name).status().path("state").asText().equals("SYNCED"));
    }

    AdminClient client(String name) throws IOException {
        return AdminClient.local(data(name));
    }

    /** {@code links} of the status in one line. */
    String links(String name) throws IOException {
        return client(name).status().path("linkSummary").asText();
    }

    /** Writes by a transaction; returns the status of HTTP and the answer. */
    AdminClient.Answer put(String name, String key, String value) {
        return curl(
                name,
                "/kv/v1/value?key=" + key,
                "-X",
                "PUT",
                "-H",
                "Content-Type: application/octet-stream",
                "--data-binary",
                value);
    }

    String get(String name, String key) {
        return curl(name, "/kv/v1/value?key=" + key).text();
    }

    AdminClient.Answer curl(String name, String path, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("--unix-socket", data(name).resolve("dromon.sock").toString()));
        arguments.addAll(List.of(more));
        return fetch("http://localhost" + path, arguments.toArray(String[]::new));
    }

    /** From a door of TCP, whatever its certificate says. */
    AdminClient.Answer fetch(String url, String... more) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "-sSk", "-w", "\n%{http_code}"));
        command.addAll(List.of(more));
        command.add(url);
        String answer = PeerProcess.run("curl", directory, command, LIMIT);
        int end = answer.lastIndexOf('\n');
        return new AdminClient.Answer(
                Integer.parseInt(answer.substring(end + 1)), Map.of(), Content.of(answer.substring(0, end)));
    }

    /** What is asked from now on belongs to another procedure. */
    void beginAnother() {
        procedure = UUID.randomUUID();
    }

    private NodeRequest request(String name, Step step) {
        return new NodeRequest(new RequestId(1, nonce, ++requests), procedure, name, step);
    }

    private Answer once(String name, NodeRequest request, Map<String, StagedFile> files) throws IOException {
        ObjectNode body = (ObjectNode) JSON.readTree(RebootstrapText.write(request, files));
        AdminClient.Answer answer = client(name).post("rebootstrap", body, LIMIT);
        if (answer.status() != 200) {
            throw new IOException(name + ": " + answer.problem());
        }
        return RebootstrapText.readAnswer(answer.text());
    }

    /** Asks until it is no longer pending. */
    Answer ask(String name, Step step) {
        return ask(name, step, Map.of());
    }

    Answer ask(String name, Step step, Map<String, StagedFile> files) {
        NodeRequest request = request(name, step);
        AtomicReference<Answer> last = new AtomicReference<>();
        Awaitility.await(name + " ends " + step.getClass().getSimpleName())
                .atMost(LIMIT)
                .pollInterval(POLL)
                .ignoreExceptions()
                .until(() -> {
                    last.set(once(name, request, files));
                    return !(last.get() instanceof Answer.Pending);
                });
        return Objects.requireNonNull(last.get());
    }

    /** Asks once, and says whether it is pending. */
    boolean isPending(String name, Step step) throws IOException {
        return once(name, request(name, step), Map.of()) instanceof Answer.Pending;
    }

    NodeFacts done(String name, Step step) {
        Answer answer = ask(name, step);
        assertThat(answer).as("%s: %s", name, step).isInstanceOf(Answer.Done.class);
        return ((Answer.Done) answer).facts();
    }

    String refusal(String name, Step step) {
        Answer answer = ask(name, step);
        assertThat(answer).as("%s: %s", name, step).isInstanceOf(Answer.Refused.class);
        return ((Answer.Refused) answer).text();
    }

    /** All nodes, asked at the same time as far as one that asks can. */
    Map<String, NodeFacts> all(Function<String, Step> step) {
        Map<String, NodeFacts> facts = new TreeMap<>();
        names.parallelStream().forEach(name -> {
            NodeFacts said = done(name, step.apply(name));
            synchronized (facts) {
                facts.put(name, said);
            }
        });
        return facts;
    }

    Answer stage(String name, StagedTls tls) throws IOException {
        return ask(name, new NodeRequest.Stage(tls.options(), tls.names()), tls.files());
    }

    void stageAll(Map<String, StagedTls> tls) throws IOException {
        for (String name : names) {
            assertThat(stage(name, Objects.requireNonNull(tls.get(name)))).isInstanceOf(Answer.Done.class);
        }
    }

    /** Opens all side ports; returns their addresses. */
    Map<String, String> openRehearsals() {
        Map<String, String> addresses = new TreeMap<>();
        names.forEach(name ->
                addresses.put(name, ((Answer.Listening) ask(name, new NodeRequest.OpenRehearsal())).address()));
        return addresses;
    }

    Step rehearse(String name, Map<String, String> addresses) {
        Map<String, String> others = new TreeMap<>(addresses);
        others.remove(name);
        return new NodeRequest.Rehearse(others);
    }

    void rehearseAll() {
        Map<String, String> addresses = openRehearsals();
        all(name -> rehearse(name, addresses));
    }

    /** A permit for the newest of nodes that have stopped. */
    Token permit(Map<String, NodeFacts> stopped) {
        String newest = "";
        Position end = Position.NONE;
        for (Map.Entry<String, NodeFacts> each : stopped.entrySet()) {
            Position own = Objects.requireNonNull(each.getValue().position(), each.getKey());
            if (own.seqno() > end.seqno()) {
                newest = each.getKey();
                end = own;
            }
        }
        return new Token(
                UUID.randomUUID(),
                procedure,
                1,
                end.history(),
                end.seqno(),
                newest,
                System.currentTimeMillis() + 30_000);
    }

    Token stopAndPermit() {
        all(name -> new NodeRequest.Drain());
        return permit(all(name -> new NodeRequest.Stop()));
    }

    void joinVerifyAndSeal(Token token, Target target) throws IOException {
        for (String name : names) {
            done(name, new NodeRequest.Join(target, token.id()));
        }
        all(name -> new NodeRequest.Verify(target, names));
        all(name -> new NodeRequest.Seal(target));
    }

    /** What is under a directory, for a look at its modes. */
    List<Path> filesOf(String name, String inside) throws IOException {
        try (var all = Files.walk(data(name).resolve(inside))) {
            return all.toList();
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {
        processes.values().forEach(PeerProcess::close);
    }
}
