package io.dromon.node.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.NameBytes;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.LocalPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Daemons with the embedded store, one process each, as an operator starts them: in plain text, until they are led to TLS. */
final class StoreCluster implements AutoCloseable {
    private static final int PAUSE_MS = 100;
    private static final int READY_SECONDS = 60;
    private static final int RUN_SECONDS = 180;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final String options;
    private final int port = LocalPort.free();
    private final List<ChildNode> nodes = new ArrayList<>();
    private final List<Path> homes = new ArrayList<>();

    /** @param options provider options of all nodes, none of them of TLS */
    StoreCluster(Path directory, String options) throws IOException {
        this.directory = directory;
        this.options = options;
    }

    /** Starts nodes, each as soon as the one before is synced. */
    void start(int count) throws IOException, InterruptedException {
        for (int i = 1; i <= count; i++) {
            String name = "store" + i;
            Path home = directory.resolve(name);
            ChildNode node = ChildNode.start(
                    name,
                    home,
                    "node",
                    "--group=demo-store",
                    "--name=" + name,
                    "--address=" + (i == 1 ? "gcomm://" : "gcomm://127.0.0.1:" + port),
                    "--listen=tcp://127.0.0.1:" + (i == 1 ? port : 0),
                    "--data-dir=" + NameBytes.text(home),
                    "--options=" + options);
            nodes.add(node);
            homes.add(home);
            awaitReady(node, home);
        }
    }

    private static void awaitReady(ChildNode node, Path home) throws InterruptedException {
        long untilNs = System.nanoTime() + READY_SECONDS * 1_000_000_000L;
        while (!isReady(home)) {
            node.answer(PAUSE_MS);
            if (System.nanoTime() > untilNs || !node.isAlive()) {
                throw new CommandFailure(node.describe("is not synced"));
            }
        }
    }

    private static boolean isReady(Path home) {
        try {
            return AdminClient.local(home).get("/health/ready").isDone();
        } catch (IOException e) {
            return false; // it has not opened its control socket yet
        }
    }

    /** The doors of the nodes. */
    List<AdminClient> clients() throws IOException {
        List<AdminClient> clients = new ArrayList<>();
        for (Path home : homes) {
            clients.add(AdminClient.local(home));
        }
        return clients;
    }

    /**
     * Runs {@code dromon rebootstrap} on the nodes.
     *
     * @param changed its {@code --options}
     * @param files its {@code --files}
     * @param phases told of each phase, when it begins
     * @return the last of its events
     */
    JsonNode rebootstrap(String changed, Path files, Consumer<JsonNode> phases)
            throws IOException, InterruptedException {
        String cluster =
                homes.stream().map(home -> "unix:" + NameBytes.text(home)).collect(Collectors.joining(","));
        Path home = directory.resolve("operator");
        try (ChildNode operator = ChildNode.start(
                "dromon rebootstrap",
                home,
                "rebootstrap",
                "--cluster=" + cluster,
                "--options=" + changed,
                "--files=" + NameBytes.text(files),
                "--run",
                "--journal=" + NameBytes.text(home.resolve("journal")),
                "--json")) {
            while (true) {
                JsonNode event = JSON.readTree(operator.next(RUN_SECONDS));
                switch (event.path("event").asText()) {
                    case "phase" -> phases.accept(event);
                    case "end" -> {
                        return event;
                    }
                    default -> {} // what was planned, and what each node has told
                }
            }
        }
    }

    /** What the links of all nodes are, each kind once. */
    Set<String> links() throws IOException {
        Set<String> kinds = new TreeSet<>();
        for (AdminClient client : clients()) {
            for (JsonNode link : client.status().path("links")) {
                String mode = link.path("mode").asText();
                kinds.add(
                        mode.equals("TLS")
                                ? link.path("protocol").asText() + " "
                                        + link.path("cipher").asText()
                                : mode);
            }
        }
        return kinds;
    }

    @Override
    public void close() {
        nodes.forEach(ChildNode::terminate);
    }
}
