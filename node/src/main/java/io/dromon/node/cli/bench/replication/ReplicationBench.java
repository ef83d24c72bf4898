package io.dromon.node.cli.bench.replication;

import io.dromon.config.NodeConfig;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            names = "--versus",
            paramLabel = "\"NAME=VALUE;...\"|plain",
            description = {
                "Runs once more right after, with these provider options besides, or in plain text, and prints"
                        + " the ratios.",
                "Versus plain text the CPU time that TLS takes is told: the difference of both runs."
            })
    private @Nullable String versus;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(
            names = "--peer",
            paramLabel = "jgroups",
            description = "Runs that in the same shape right after and prints the ratio.")
    private @Nullable Peer peer;

    /** What can be run beside. */
    enum Peer {
        JGROUPS
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check("--nodes", nodes, 1, 64);
        check("--writers", writers, 1, 4096);
        check("--size", size, 4, 64 << 20);
        check("--seconds", seconds, 1, 86_400);
        check("--warmup", warmup, 0, 86_400);
        checkOptions(options);
        if (versus != null && !versus.equals("plain")) {
            checkOptions(options + ";" + versus);
        }
        Optional<Path> peerJar = peer == null ? Optional.empty() : Optional.of(JGroupsPeer.locateJar());
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
        ReplicationSummary result = summary(runDromon(directory, pair, options));
        if (versus != null) {
            boolean inPlain = versus.equals("plain");
            ReplicationSummary other = summary(runDromon(
                    Files.createDirectory(directory.resolve("versus")),
                    inPlain ? Optional.empty() : pair,
                    inPlain ? options : options + ";" + versus));
            result = result.versus(other, inPlain && !plain);
        }
        if (peerJar.isPresent()) {
            JGroupsPeer.Shape shape = new JGroupsPeer.Shape(
                    nodes,
                    writers,
                    size,
                    payload,
                    pair.map(SharedPair::certificate),
                    pair.map(SharedPair::key),
                    ManagementFactory.getRuntimeMXBean().getInputArguments(),
                    Duration.ofSeconds(warmup),
                    Duration.ofSeconds(seconds));
            Path logs = Files.createDirectory(directory.resolve("jgroups"));
            result = result.besideJGroups(summary(JGroupsPeer.run(peerJar.get(), shape, logs)));
        }
        if (json) {
            System.out.println(Json.pretty(result));
        } else {
            ReplicationReport.print(System.out, result, String.valueOf(versus));
        }
        System.out.flush();
    }

    private ReplicationSummary summary(List<BenchResult> results) {
        return ReplicationSummary.of(writers, size, results);
    }

    private List<BenchResult> runDromon(Path directory, Optional<SharedPair> pair, String providerOptions)
            throws IOException, InterruptedException {
        String security = pair.map(
                        files -> "socket.ssl_cert=" + files.certificate() + ";socket.ssl_key=" + files.key() + ";")
                .orElse("");
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
                        "--options=" + security + providerOptions,
                        "--node=" + i,
                        "--nodes=" + nodes,
                        "--writers=" + writers,
                        "--size=" + size,
                        "--payload=" + payload);
                cluster.launch(command);
            }
            return cluster.run(Duration.ofSeconds(60), Duration.ofSeconds(warmup), Duration.ofSeconds(seconds));
        }
    }
}
