package io.dromon.node.cli.demo;

import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.transport.recovery.FileProblem;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Forms a cluster over TLS on this machine, one process a node, replicates a text from all nodes, kills a"
                    + " node, restarts it, tries a plain-text node, and says what happened.",
            "Exit code 0 only if every node saw the same order."
        })
public final class DemoCommand implements Callable<Integer> {
    /** Failure detection of a demonstration: a crash is seen after two seconds instead of five. */
    private static final String QUICK = "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;"
            + "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S;evs.install_timeout=PT3S;";

    private static final int WRITERS = 8;
    private static final int LONGEST_TEXT = 16 << 20;

    @Option(names = "--nodes", defaultValue = "3", description = "Nodes, one process each (${DEFAULT-VALUE}).")
    private int nodeCount;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A text of at least one line; The Rime of the Ancient Mariner, part I, if not given.")
    private @Nullable Path input;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "How long all nodes write at full speed (${DEFAULT-VALUE}).")
    private int seconds;

    private final PrintStream out = System.out;
    private final List<ChildNode> alive = new ArrayList<>();
    private final TreeMap<String, Path> orders = new TreeMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodeCount < 3 || nodeCount > 16) {
            throw new CommandFailure("--nodes is from 3 to 16, not " + nodeCount
                    + "; with fewer than three a killed node takes the quorum with it");
        }
        if (seconds < 1) {
            throw new CommandFailure("--seconds is at least 1, not " + seconds);
        }
        try (Scratch scratch = Scratch.create("dromon-demo")) {
            try {
                return run(scratch.directory()) ? 0 : ExitCode.FAILED;
            } finally {
                alive.forEach(ChildNode::close);
            }
        }
    }

    private boolean run(Path directory) throws IOException, InterruptedException {
        Path text = text(directory);
        List<String> lines = Files.readAllLines(text, StandardCharsets.UTF_8);
        SharedPair pair = SharedPair.create(directory, "dromon-demo", Duration.ofDays(1));
        String tls = "socket.ssl_cert=" + pair.certificate() + ";socket.ssl_key=" + pair.key() + ";" + QUICK;

        title("1. A cluster of " + nodeCount + " nodes over TLS, one process each, certificates made just now");
        int port = LocalPort.free();
        for (int i = 1; i <= nodeCount; i++) {
            long before = System.nanoTime();
            ChildNode node =
                    start(directory, "node" + i, i == 1 ? "gcomm://" : peers(port), i == 1 ? port : 0, tls, text);
            alive.add(node);
            node.await("ready", 60);
            say("%s (pid %d) is SYNCED after %.1f s", node.name(), node.pid(), secondsSince(before));
        }
        ChildNode first = alive.get(0);
        awaitView(first, nodeCount);
        links(first);

        title("2. The text, line by line, each line from the next node");
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

        title("3. All nodes write at once for " + seconds + " s, " + WRITERS + " writers each");
        long committed = load(alive, () -> {});
        say(
                "%,d write-sets in one order on %d nodes: %,.0f a second",
                committed, nodeCount, committed / (double) seconds);

        title("4. A node is killed (SIGKILL) while all write");
        ChildNode victim = alive.remove(nodeCount - 1);
        committed = load(alive, () -> {
            TimeUnit.SECONDS.sleep(1);
            long before = System.nanoTime();
            victim.kill();
            awaitView(first, nodeCount - 1);
            say(
                    "%s (pid %d) is dead; the others are the primary component without it after %.1f s"
                            + " (evs.suspect_timeout is 2 s here, 5 s by default)",
                    victim.name(), victim.pid(), secondsSince(before));
        });
        say("the others lost none of their own: %,d write-sets committed", committed);

        title("5. It comes back");
        long before = System.nanoTime();
        ChildNode returned = start(directory, victim.name() + "-again", victim.name(), peers(port), 0, tls, text);
        alive.add(returned);
        returned.await("ready", 60);
        awaitView(first, nodeCount);
        say(
                "%s (pid %d) is SYNCED again after %.1f s, with a new identity",
                returned.name(), returned.pid(), secondsSince(before));
        say("it takes part in the order from here on; what it missed is a matter of state transfer, which is not part"
                + " of this version");
        committed = load(alive, () -> {});
        say("%,d write-sets in %d s with all %d nodes again", committed, seconds, nodeCount);

        title("6. A node in plain text knocks");
        plainNode(directory, port, text);

        title("Summary");
        String marker = DemoNode.MARKER + " the end";
        first.tell("write " + marker);
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
        return verify();
    }

    /** A copy of what the user named, which may be a pipe, or of the text that comes with the program. */
    private Path text(Path directory) throws IOException {
        Path copy = directory.resolve("text");
        if (input == null) {
            try (InputStream text =
                    Objects.requireNonNull(DemoCommand.class.getResourceAsStream("mariner.txt"), "mariner.txt")) {
                Files.copy(text, copy);
            }
            return copy;
        }
        if (Files.isDirectory(input)) {
            throw new CommandFailure("--input: " + input + " is a directory; name a text file");
        }
        byte[] bytes;
        try (InputStream text = Files.newInputStream(input)) {
            bytes = text.readNBytes(LONGEST_TEXT + 1);
        } catch (IOException e) {
            throw new CommandFailure("--input: " + FileProblem.of(e) + "; name a text file");
        }
        if (bytes.length > LONGEST_TEXT) {
            throw new CommandFailure("--input: " + input + " has more than " + (LONGEST_TEXT >> 20) + " MiB");
        }
        try {
            if (StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .isEmpty()) {
                throw new CommandFailure("--input: " + input + " has no line");
            }
        } catch (CharacterCodingException e) {
            throw new CommandFailure("--input: " + input + " is not UTF-8 text");
        }
        return Files.write(copy, bytes);
    }

    private static String peers(int port) {
        return "gcomm://127.0.0.1:" + port;
    }

    private ChildNode start(Path directory, String name, String address, int port, String options, Path text)
            throws IOException {
        return start(directory, name, name, address, port, options, text);
    }

    private ChildNode start(
            Path directory, String folder, String name, String address, int port, String options, Path text)
            throws IOException {
        Path home = directory.resolve(folder);
        Path order = directory.resolve(folder + ".order");
        orders.put(folder, order);
        return ChildNode.start(
                name,
                home,
                "demo-node",
                "--group=demo",
                "--name=" + name,
                "--address=" + address,
                "--listen=tcp://127.0.0.1:" + port,
                "--data-dir=" + home,
                "--options=" + options,
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

    private void plainNode(Path directory, int port, Path text) throws IOException, InterruptedException {
        long before = System.nanoTime();
        try (ChildNode plain = start(
                directory,
                "plain",
                peers(port),
                0,
                QUICK + "pc.wait_prim_timeout=PT3S;pc.announce_timeout=PT1S",
                text)) {
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

    /** Compares the orders that the nodes wrote down: each must be a stretch of the first node's. */
    private boolean verify() throws IOException {
        List<String> reference = Files.readAllLines(orders.get("node1"), StandardCharsets.UTF_8);
        boolean equal = true;
        for (var entry : orders.entrySet()) {
            List<String> order = complete(entry.getValue());
            boolean ok = isStretch(order, reference);
            equal &= ok;
            say("%s saw %,d write-sets: %s", entry.getKey(), order.size(), ok ? "the same order" : "ANOTHER ORDER");
        }
        say(equal ? "Order verified: the same on all nodes." : "FAILED: the nodes disagree about the order.");
        return equal;
    }

    /** The lines of a file, without a last one that a crash cut off. */
    private static List<String> complete(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n');
        try (Stream<String> lines = text.substring(0, end + 1).lines()) {
            return lines.toList();
        }
    }

    private static boolean isStretch(List<String> part, List<String> whole) {
        if (part.isEmpty()) {
            return false;
        }
        int start = whole.indexOf(part.get(0));
        return start >= 0
                && start + part.size() <= whole.size()
                && IntStream.range(0, part.size()).allMatch(i -> part.get(i).equals(whole.get(start + i)));
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
}
