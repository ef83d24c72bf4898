package io.dromon.node.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A cluster of processes that is shown, act by act. Ends its processes when it is closed. */
final class Demonstration implements AutoCloseable {
    /** Failure detection of a demonstration: a crash is seen after two seconds instead of five. */
    private static final String QUICK = "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;"
            + "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S;evs.install_timeout=PT3S;";

    /** What a node misses here lies in the caches of the others. */
    private static final String CACHE = "gcache.size=512M;";

    private static final int WRITERS = 8;
    /** Clients of each daemon. */
    private static final int STORE_WRITERS = 2;

    private final Path directory;
    private final Path text;
    private final int nodeCount;
    private final int seconds;
    private final PrintStream out = System.out;
    /** Options of the nodes of the cluster. */
    private final String options;

    private final int port = LocalPort.free();
    private final List<ChildNode> alive = new ArrayList<>();
    private final OrderFiles orders = new OrderFiles();

    Demonstration(Path directory, Path text, int nodeCount, int seconds) throws IOException {
        this.directory = directory;
        this.text = text;
        this.nodeCount = nodeCount;
        this.seconds = seconds;
        SharedPair pair = SharedPair.create(directory, "dromon-demo", Duration.ofDays(1));
        this.options = "socket.ssl_cert=" + pair.certificate() + ";socket.ssl_key=" + pair.key() + ";" + QUICK + CACHE;
    }

    /** All acts; tells whether all nodes saw the same order. */
    boolean run() throws IOException, InterruptedException {
        formCluster();
        writeText();
        writeAtOnce();
        ChildNode victim = killOne();
        takeBack(victim);
        takeBackFromNothing();
        plainNode();
        boolean equal = sumUp();
        turnTlsOn();
        return equal;
    }

    private ChildNode first() {
        return alive.get(0);
    }

    private void formCluster() throws IOException, InterruptedException {
        title("1. A cluster of " + nodeCount + " nodes over TLS, one process each, certificates made just now");
        for (int i = 1; i <= nodeCount; i++) {
            long before = System.nanoTime();
            String name = "node" + i;
            ChildNode node = start(name, i == 1 ? "gcomm://" : peers(), i == 1 ? port : 0, options);
            alive.add(node);
            node.await("ready", 60);
            say("%s (pid %d) is SYNCED after %.1f s", node.name(), node.pid(), secondsSince(before));
        }
        awaitView(first(), nodeCount);
        links(first());
    }

    private void writeText() throws IOException, InterruptedException {
        title("2. The text, line by line, each line from the next node");
        List<String> lines = Files.readAllLines(text, StandardCharsets.UTF_8);
        long last = 0;
        for (int i = 0; i < lines.size(); i++) {
            ChildNode writer = alive.get(i % nodeCount);
            writer.tell("write " + lines.get(i));
            last = Long.parseLong(writer.await("committed", 30));
            if (i < 4) {
                say("seqno %d from %s: %s", last, writer.name(), lines.get(i));
            }
        }
        say("... %d lines, the last has seqno %d", lines.size(), last);
    }

    private void writeAtOnce() throws InterruptedException {
        title("3. All nodes write at once for " + seconds + " s, " + WRITERS + " writers each");
        long committed = load(alive, () -> {});
        say(
                "%,d write-sets in one order on %d nodes: %,.0f a second",
                committed, nodeCount, committed / (double) seconds);
    }

    private ChildNode killOne() throws InterruptedException {
        title("4. A node is killed (SIGKILL) while all write");
        ChildNode victim = alive.remove(nodeCount - 1);
        long committed = load(alive, () -> {
            TimeUnit.SECONDS.sleep(1);
            long before = System.nanoTime();
            victim.kill();
            awaitView(first(), nodeCount - 1);
            say(
                    "%s (pid %d) is dead; the others are the primary component without it after %.1f s"
                            + " (evs.suspect_timeout is 2 s here, 5 s by default)",
                    victim.name(), victim.pid(), secondsSince(before));
        });
        say("the others lost none of their own: %,d write-sets committed", committed);
        return victim;
    }

    private void takeBack(ChildNode victim) throws IOException, InterruptedException {
        title("5. It comes back, in its own directory");
        comeBack(victim.name());
        long committed = load(alive, () -> {});
        say("%,d write-sets in %d s with all %d nodes again", committed, seconds, nodeCount);
    }

    private void takeBackFromNothing() throws IOException, InterruptedException {
        title("6. Another one leaves, its directory is emptied, and it comes back");
        ChildNode leaver = alive.remove(1);
        leaver.tell("leave");
        leaver.await("left", 40);
        leaver.close();
        awaitView(first(), nodeCount - 1);
        Scratch.delete(home(leaver.name()));
        comeBack(leaver.name());
    }

    private void comeBack(String name) throws IOException, InterruptedException {
        long before = System.nanoTime();
        ChildNode node = start(name, peers(), 0, options);
        alive.add(node);
        node.await("ready", 120);
        String[] returned = node.await("returned", 10).split(" ", -1);
        awaitView(first(), nodeCount);
        say("%s (pid %d) is SYNCED after %.1f s", node.name(), node.pid(), secondsSince(before));
        long had = Long.parseLong(returned[1]);
        long has = Long.parseLong(returned[2]);
        double tookSeconds = Double.parseDouble(returned[3]);
        switch (returned[0]) {
            case "IST" ->
                say(
                        "it had the order up to %,d and missed what follows, up to %,d; it took that from the cache of another"
                                + " node, by IST, in %.1f s",
                        had, has, tookSeconds);
            case "SST" ->
                say(
                        "it had %s; it took the whole state, up to %,d, from another node, by SST, in %.1f s",
                        had < 0 ? "nothing" : String.format(Locale.ROOT, "the order up to %,d", had), has, tookSeconds);
            default -> throw new CommandFailure(node.name() + " came back without what it missed");
        }
    }

    private boolean sumUp() throws IOException, InterruptedException {
        title("Summary");
        first().tell("write " + Announcer.MARKER + " the end");
        for (ChildNode node : alive) {
            node.await("marker", 30);
        }
        for (ChildNode node : alive) {
            links(node);
        }
        alive.forEach(node -> node.tell("leave"));
        for (ChildNode node : alive) {
            node.await("left", 40);
        }
        SortedMap<String, OrderFiles.Seen> seen = orders.seen();
        seen.forEach((node, order) -> say("%s: %,d write-sets, SHA-256 %s", node, order.writeSets(), order.digest()));
        boolean equal = Set.copyOf(seen.values()).size() == 1;
        say(
                equal
                        ? "Order verified: the same on all nodes, from the first line to the last."
                        : "FAILED: the nodes disagree about the order.");
        return equal;
    }

    private String peers() {
        return "gcomm://127.0.0.1:" + port;
    }

    private Path home(String node) {
        return directory.resolve(node);
    }

    private ChildNode start(String name, String address, int listen, String providerOptions) throws IOException {
        Path home = home(name);
        Path order = home.resolve("order");
        orders.add(name, order);
        return ChildNode.start(
                name,
                home,
                "demo-node",
                "--group=demo",
                "--name=" + name,
                "--address=" + address,
                "--listen=tcp://127.0.0.1:" + listen,
                "--data-dir=" + home,
                "--options=" + providerOptions,
                "--order=" + order,
                "--input=" + text);
    }

    /** What is done while the nodes write. */
    private interface Interference {
        void run() throws InterruptedException;
    }

    private long load(List<ChildNode> nodes, Interference meanwhile) throws InterruptedException {
        nodes.forEach(node -> node.tell("load " + seconds + " " + WRITERS));
        meanwhile.run();
        long committed = 0;
        for (ChildNode node : nodes) {
            String[] counts = node.await("loaded", seconds + 60).split(" ", -1);
            committed += Long.parseLong(counts[0]);
            if (!counts[1].equals("0")) {
                throw new CommandFailure(node.name() + " lost " + counts[1] + " of its own write-sets");
            }
        }
        return committed;
    }

    private static void awaitView(ChildNode node, int members) throws InterruptedException {
        String view;
        do {
            view = node.await("view", 60);
        } while (!view.startsWith("primary") || view.split(",", -1).length != members);
    }

    private void links(ChildNode node) throws InterruptedException {
        node.tell("links");
        List<String> links = new ArrayList<>();
        for (String line = node.await("link", 10); !line.startsWith("s "); line = node.await("link", 10)) {
            links.add(line);
        }
        say(
                "%s: %d links: %s",
                node.name(), links.size(), links.stream().distinct().collect(Collectors.joining("; ")));
    }

    private void plainNode() throws IOException, InterruptedException {
        title("7. A node in plain text knocks");
        long before = System.nanoTime();
        try (ChildNode plain =
                start("plain", peers(), 0, QUICK + "pc.wait_prim_timeout=PT3S;pc.announce_timeout=PT1S")) {
            orders.remove("plain");
            String refusal = null;
            while (refusal == null && secondsSince(before) < 30) {
                String line = plain.answer(100);
                if (line != null && line.startsWith("stopped")) {
                    refusal = line.substring("stopped".length()).strip();
                }
            }
            if (refusal == null) {
                throw new CommandFailure("the plain-text node was not refused");
            }
            say("refused after %.1f s, and told why:", secondsSince(before));
            say("  %s", refusal);
        }
    }

    /** By the commands that an operator would use, on another cluster: daemons with the embedded store. */
    private void turnTlsOn() throws IOException, InterruptedException {
        title("8. Another cluster, three daemons in plain text, is led to TLS while clients write");
        Path files = Files.createDirectories(directory.resolve("files"));
        SharedPair pair = SharedPair.create(files, "dromon-demo", Duration.ofDays(1));
        String changed = "socket.ssl=YES;socket.ssl_cert=" + pair.certificate().getFileName() + ";socket.ssl_key="
                + pair.key().getFileName();
        try (StoreCluster cluster = new StoreCluster(directory, QUICK)) {
            cluster.start(3);
            say("three nodes are SYNCED; their links: %s", String.join("; ", cluster.links()));
            say("dromon rebootstrap --cluster unix:store1,... --options \"%s\" --files files --run", changed);
            try (StoreWriters writers = new StoreWriters(cluster.clients(), STORE_WRITERS)) {
                JsonNode end = cluster.rebootstrap(
                        changed,
                        files,
                        phase -> say(
                                "  %5.2f s %s",
                                phase.path("atSeconds").asDouble(),
                                phase.path("phase").asText()));
                if (!end.path("outcome").asText().equals("DONE")) {
                    throw new CommandFailure("the cluster was not led to TLS: " + end.path("problems"));
                }
                writers.stop();
                report(cluster, writers, end);
            }
        }
    }

    private void report(StoreCluster cluster, StoreWriters writers, JsonNode end)
            throws IOException, InterruptedException {
        say(
                "outage: %,.0f ms from the last commit before to the first one after; the links now: %s",
                end.path("outageMs").asDouble(), String.join("; ", cluster.links()));
        long missing = writers.missing(Duration.ofSeconds(10));
        say(
                "clients: %,d writes acknowledged, %,d sent again because the cluster stood still, %s",
                writers.acknowledged(),
                writers.sentAgain(),
                missing == 0 ? "none lost" : String.format(Locale.ROOT, "%,d LOST", missing));
        if (missing > 0) {
            throw new CommandFailure("a write that was acknowledged is not there");
        }
    }

    private static double secondsSince(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private void title(String text) {
        out.println();
        out.println(text);
        out.flush();
    }

    private void say(String format, Object... values) {
        out.println("   " + String.format(Locale.ROOT, format, values));
        out.flush();
    }

    @Override
    public void close() {
        alive.forEach(ChildNode::close);
    }
}
