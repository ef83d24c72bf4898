package io.dromon.node.cli.bench.replication;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs JGroups, or jgroups-raft, in the same shape as Dromon. They are no part of Dromon: the processes run from
 * {@code jgroups-bench.jar}, which the build puts into {@code integration-tests/target}.
 */
public final class JarPeer {
    private static final int ATTEMPTS = 5;

    private JarPeer() {}

    /** The protocols in the jar. */
    public enum Stack {
        SEQUENCER,
        RAFT
    }

    /**
     * The shape of a run, for whatever is measured.
     *
     * @param stack what is measured
     * @param nodes processes
     * @param writers closed-loop writers in each
     * @param sizeBytes length of a payload
     * @param certificate PEM file of the shared self-signed certificate; empty is plain text
     * @param key PEM file of its key, PKCS#8
     * @param jvmFlags flags of each process
     * @param warmUp load before the measurement
     * @param duration the measurement
     */
    public record Shape(
            Stack stack,
            int nodes,
            int writers,
            int sizeBytes,
            Payloads payloads,
            Optional<Path> certificate,
            Optional<Path> key,
            List<String> jvmFlags,
            Duration warmUp,
            Duration duration) {}

    /**
     * Finds the jar in the checkout that the running program was built in.
     *
     * @throws IOException with the command that builds it, when it is not there
     */
    public static Path locateJar() throws IOException {
        Path program;
        try {
            program = Path.of(JarPeer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException("the place of the running program is no file", e);
        }
        for (Path directory = program; directory != null; directory = directory.getParent()) {
            Path jar = directory.resolve("integration-tests/target/jgroups-bench.jar");
            if (Files.isRegularFile(jar)) {
                return jar;
            }
        }
        throw new IOException("no integration-tests/target/jgroups-bench.jar above " + program
                + "; build it in Dromon's checkout with: mvn -q -DskipTests package");
    }

    /** One run; the processes' logs go to {@code logDirectory}. A port that was taken meanwhile makes it begin again. */
    public static List<BenchResult> run(Path jar, Shape shape, Path logDirectory)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return run(jar, shape, logDirectory, freePorts(shape.nodes()));
            } catch (BenchCluster.PortTakenException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    static List<BenchResult> run(Path jar, Shape shape, Path logDirectory, List<Integer> ports)
            throws IOException, InterruptedException {
        String hosts = ports.stream().map(port -> "127.0.0.1[" + port + "]").collect(Collectors.joining(","));
        try (BenchCluster cluster = new BenchCluster(logDirectory)) {
            for (int node = 0; node < shape.nodes(); node++) {
                List<String> command = new ArrayList<>();
                command.add(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
                command.addAll(shape.jvmFlags());
                command.addAll(List.of("-Djava.net.preferIPv4Stack=true", "-jar", jar.toString()));
                command.addAll(List.of("--stack", shape.stack().name()));
                command.addAll(List.of("--node", Integer.toString(node)));
                command.addAll(List.of("--nodes", Integer.toString(shape.nodes())));
                command.addAll(List.of("--writers", Integer.toString(shape.writers())));
                command.addAll(List.of("--size", Integer.toString(shape.sizeBytes())));
                command.addAll(List.of("--payload", shape.payloads().name()));
                command.addAll(List.of("--port", Integer.toString(ports.get(node))));
                command.addAll(List.of("--hosts", hosts));
                shape.certificate().ifPresent(file -> command.addAll(List.of("--cert", file.toString())));
                shape.key().ifPresent(file -> command.addAll(List.of("--key", file.toString())));
                cluster.launch(command);
                if (node == 0) {
                    cluster.awaitLastJoined(Duration.ofSeconds(60)); // else several would found a cluster each
                }
            }
            return cluster.run(Duration.ofSeconds(60), shape.warmUp(), shape.duration());
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
