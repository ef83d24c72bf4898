package io.dromon.node.cli.bench.replication;

import io.dromon.config.NodeConfig;
import io.dromon.node.Durability;
import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon bench replication}. */
@Command(
        name = "replication",
        mixinStandardHelpOptions = true,
        description = {
            "Write-sets per second through the total order: one process a node on loopback, closed-loop writers on"
                    + " every node (each waits for its own commit before the next).",
            "Latency is from the call of replicate() until the writer knows its number.",
            "Sent bytes are those of the group's protocol to all peers together, for each write-set of the node;"
                    + " on the wire is what compression made of them, without the framing of TLS and TCP."
        })
public final class ReplicationBench implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "3", description = "Nodes, one process each (${DEFAULT-VALUE}).")
    private int nodes;

    @Option(names = "--writers", defaultValue = "16", description = "Writers on each node (${DEFAULT-VALUE}).")
    private int writers;

    @Option(names = "--size", defaultValue = "1024", description = "Bytes of a write-set (${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--seconds", defaultValue = "10", description = "Measured time (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--warmup", defaultValue = "10", description = "Seconds of load before that (${DEFAULT-VALUE}).")
    private int warmup;

    @Option(names = "--plain", description = "Without TLS.")
    private boolean plain;

    @Option(
            names = {"-o", "--options"},
            defaultValue = "",
            paramLabel = "\"NAME=VALUE;...\"",
            description = "Provider options for all nodes.")
    private String options = "";

    @Option(
            names = "--payload",
            defaultValue = "random",
            paramLabel = "random|text",
            description = "What a write-set holds (${DEFAULT-VALUE}).")
    private Payloads payload = Payloads.RANDOM;

    @Option(
            names = "--keys",
            defaultValue = "0",
            description =
                    "Exclusive keys of each write-set, out of a million (${DEFAULT-VALUE}: none). A write-set that"
                            + " fails in certification is tried again at once.")
    private int keys;

    @Option(
            names = "--hot",
            defaultValue = "0",
            paramLabel = "PERCENT",
            description = "Write-sets that have one same key, of all nodes (${DEFAULT-VALUE}); needs --keys.")
    private int hot;

    @Option(
            names = "--apply-cost",
            defaultValue = "0",
            paramLabel = "MICROSECONDS",
            description = "CPU time that each node's application takes for each write-set (${DEFAULT-VALUE}).")
    private int applyMicros;

    @Option(
            names = "--appliers",
            defaultValue = "1",
            description = "Appliers of each node (${DEFAULT-VALUE}), for --apply-cost; compare with --versus"
                    + " repl.appliers=N.")
    private int appliers;

    @Option(
            names = "--durability",
            paramLabel = "ordered|local|majority",
            description =
                    "Nodes keep the write-sets in files, as dromon node keeps its lines, and writers wait for this level"
                            + " (not given: nodes only count them); compare with --versus node.durability=LEVEL.")
    private @Nullable Durability durability;

    @Option(
            names = "--delivery",
            paramLabel = "protocol-thread|own-thread",
            description =
                    "Where a node's application counts: on the protocol thread, as one that does not block and as the peers'"
                            + " (the default), or on a thread of its own, as with --durability and --apply-cost.",
            converter = DeliveryThread.Converter.class)
    private @Nullable DeliveryThread delivery;

    @Option(
            names = "--versus",
            paramLabel = "\"NAME=VALUE;...\"|plain|keys=N|own-thread",
            description = {
                "Runs once more right after, with these provider options besides, in plain text, with so many keys, or with"
                        + " --delivery own-thread, and prints the ratios.",
                "Versus plain text the CPU time that TLS takes is told: the difference of both runs."
            })
    private @Nullable String versus;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(
            names = "--peer",
            paramLabel = "jgroups|jgroups-raft|broadcast",
            split = ",",
            description = {
                "Runs that in the same shape right after and prints the ratio; several with commas.",
                "broadcast is the limit: the same payloads to all peers over Dromon's links, each answered, no order."
            },
            converter = Peer.Converter.class)
    private List<Peer> peers = List.of();

    /** What can be run beside. */
    enum Peer {
        JGROUPS,
        JGROUPS_RAFT,
        BROADCAST;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** By the name that is typed. */
        static final class Converter implements CommandLine.ITypeConverter<Peer> {
            @Override
            public Peer convert(String text) {
                return Arrays.stream(values())
                        .filter(peer -> peer.text().equals(text))
                        .findFirst()
                        .orElseThrow(() -> new CommandLine.TypeConversionException(
                                "'" + text + "' is none of jgroups, jgroups-raft and broadcast"));
            }
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check("--nodes", nodes, 1, 64);
        check("--writers", writers, 1, 4096);
        check("--size", size, 4, 64 << 20);
        check("--seconds", seconds, 1, 86_400);
        check("--warmup", warmup, 0, 86_400);
        check("--keys", keys, 0, 1000);
        check("--apply-cost", applyMicros, 0, 1_000_000);
        check("--appliers", appliers, 1, 512);
        check("--hot", hot, 0, keys == 0 ? 0 : 100);
        if (durability != null && applyMicros > 0) {
            throw new CommandFailure("--apply-cost is of nodes that keep nothing: not with --durability");
        }
        boolean waits = durability != null || applyMicros > 0;
        if (delivery == DeliveryThread.PROTOCOL_THREAD && waits) {
            throw new CommandFailure("--delivery protocol-thread is for an application that does not block: not with"
                    + " --durability or --apply-cost");
        } else if (delivery == null) {
            delivery = waits ? DeliveryThread.OWN_THREAD : DeliveryThread.PROTOCOL_THREAD;
        }
        checkOptions(options);
        OptionalInt versusKeys = versusKeys();
        versusKeys.ifPresent(count -> check("--versus keys=", count, 0, 1000));
        if (versus != null && hasVersusOptions()) {
            checkOptions(options + ";" + versus);
        }
        if (peers.contains(Peer.BROADCAST)) {
            check("--size with --peer broadcast", size, 4, BroadcastReplicator.MOST_BYTES);
        }
        boolean needsJar = peers.stream().anyMatch(peer -> peer != Peer.BROADCAST);
        Optional<Path> peerJar = needsJar ? Optional.of(JarPeer.locateJar()) : Optional.empty();
        try (Scratch scratch = Scratch.create("dromon-bench")) {
            try {
                run(scratch.directory(), peerJar);
            } catch (IOException | RuntimeException e) {
                scratch.keep();
                throw e;
            }
        }
        return 0;
    }

    private static void check(String flag, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CommandFailure(flag + " is from " + least + " to " + most + ", not " + value);
        }
    }

    /** Each process would find out for itself, and say so in its log. */
    private static void checkOptions(String providerOptions) {
        NodeConfig.builder()
                .commandLine()
                .group("bench")
                .address("gcomm://")
                .options(providerOptions)
                .build();
    }

    private void run(Path directory, Optional<Path> peerJar) throws IOException, InterruptedException {
        Optional<SharedPair> pair = plain
                ? Optional.empty()
                : Optional.of(SharedPair.create(directory, "dromon-bench", Duration.ofDays(1)));
        DeliveryThread thread = Objects.requireNonNull(delivery);
        ReplicationSummary result = summary(runDromon(directory, pair, options, keys, thread));
        if (versus != null) {
            boolean inPlain = versus.equals("plain");
            ReplicationSummary other = summary(runDromon(
                    Files.createDirectory(directory.resolve("versus")),
                    inPlain ? Optional.empty() : pair,
                    hasVersusOptions() ? options + ";" + versus : options,
                    versusKeys().orElse(keys),
                    versus.equals(DeliveryThread.OWN_THREAD.text()) ? DeliveryThread.OWN_THREAD : thread));
            result = result.versus(other, inPlain && !plain);
        }
        for (Peer peer : peers) {
            Path logs = Files.createDirectory(directory.resolve(peer.text()));
            List<BenchResult> beside = peer == Peer.BROADCAST
                    ? runBroadcast(logs, pair)
                    : JarPeer.run(peerJar.orElseThrow(), shape(peer, pair), logs);
            result = result.beside(peer.text(), summary(beside));
        }
        if (json) {
            System.out.println(Json.pretty(result));
        } else {
            ReplicationReport.print(System.out, result, String.valueOf(versus));
        }
        System.out.flush();
    }

    private JarPeer.Shape shape(Peer peer, Optional<SharedPair> pair) {
        return new JarPeer.Shape(
                peer == Peer.JGROUPS ? JarPeer.Stack.SEQUENCER : JarPeer.Stack.RAFT,
                nodes,
                writers,
                size,
                payload,
                pair.map(SharedPair::certificate),
                pair.map(SharedPair::key),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                Duration.ofSeconds(warmup),
                Duration.ofSeconds(seconds));
    }

    private ReplicationSummary summary(List<BenchResult> results) {
        return ReplicationSummary.of(writers, size, results);
    }

    private boolean hasVersusOptions() {
        return !"plain".equals(versus)
                && !DeliveryThread.OWN_THREAD.text().equals(versus)
                && versusKeys().isEmpty();
    }

    private OptionalInt versusKeys() {
        return versus != null && versus.matches("keys=[0-9]{1,6}")
                ? OptionalInt.of(Integer.parseInt(versus.substring("keys=".length())))
                : OptionalInt.empty();
    }

    private List<BenchResult> runDromon(
            Path directory, Optional<SharedPair> pair, String providerOptions, int keysEach, DeliveryThread thread)
            throws IOException, InterruptedException {
        String security = security(pair);
        String parallel = providerOptions.contains("repl.appliers=") ? "" : ";repl.appliers=" + appliers;
        String level = durability == null || providerOptions.contains("node.durability=")
                ? ""
                : ";node.durability=" + durability.name().toLowerCase(Locale.ROOT);
        int port = LocalPort.free();
        try (BenchCluster cluster = new BenchCluster(directory)) {
            for (int i = 0; i < nodes; i++) {
                List<String> command = ChildNode.command(
                        "bench-node",
                        "--group=bench",
                        "--name=node" + (i + 1),
                        "--address=" + (i == 0 ? "gcomm://" : "gcomm://127.0.0.1:" + port),
                        "--listen=tcp://127.0.0.1:" + (i == 0 ? port : 0),
                        "--data-dir=" + Files.createDirectory(directory.resolve("node" + (i + 1))),
                        "--options=" + security + providerOptions + parallel + level,
                        "--node=" + i,
                        "--nodes=" + nodes,
                        "--writers=" + writers,
                        "--size=" + size,
                        "--payload=" + payload,
                        "--keys=" + keysEach,
                        "--hot=" + (keysEach == 0 ? 0 : hot),
                        "--apply-cost=" + applyMicros,
                        "--keep=" + (durability != null),
                        "--delivery=" + thread.text());
                cluster.launch(command);
            }
            return cluster.run(Duration.ofSeconds(60), Duration.ofSeconds(warmup), Duration.ofSeconds(seconds));
        }
    }

    private static String security(Optional<SharedPair> pair) {
        return pair.map(files -> "socket.ssl_cert=" + files.certificate() + ";socket.ssl_key=" + files.key() + ";")
                .orElse("");
    }

    private List<BenchResult> runBroadcast(Path directory, Optional<SharedPair> pair)
            throws IOException, InterruptedException {
        List<String> started = new ArrayList<>();
        try (BenchCluster cluster = new BenchCluster(directory)) {
            for (int i = 0; i < nodes; i++) {
                String own = "127.0.0.1:" + LocalPort.free();
                cluster.launch(ChildNode.command(
                        "bench-broadcast",
                        "--group=bench",
                        "--name=node" + (i + 1),
                        "--address=gcomm://" + String.join(",", started),
                        "--listen=tcp://" + own,
                        "--data-dir=" + directory,
                        "--options=" + security(pair) + options,
                        "--node=" + i,
                        "--nodes=" + nodes,
                        "--writers=" + writers,
                        "--size=" + size,
                        "--payload=" + payload));
                started.add(own);
            }
            return cluster.run(Duration.ofSeconds(60), Duration.ofSeconds(warmup), Duration.ofSeconds(seconds));
        }
    }
}
