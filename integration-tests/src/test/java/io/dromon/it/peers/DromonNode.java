package io.dromon.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dromon's own executable as a process: {@code dromon node --pipe} or {@code dromon arbitrator}. */
public final class DromonNode implements AutoCloseable {
    private final PeerProcess process;
    private final Path directory;
    private final String host;
    private final int port;

    private DromonNode(PeerProcess process, Path directory, String host, int port) {
        this.process = process;
        this.directory = directory;
        this.host = host;
        this.port = port;
    }

    /** The executable that the build packaged; ends the test where only the classes were built. */
    public static Path executable() {
        Path base = Path.of(System.getProperty("basedir", "."));
        return Peers.requireFile(
                base.resolve("../node/target/dromon").normalize().toAbsolutePath(),
                "run mvn verify, which packages it");
    }

    /** How a node is started. */
    public static final class Builder {
        private final Path directory;
        private final String name;
        private final List<String> options = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private String group = "g";
        private String address = "";
        private String javaOptions = "";
        private int port = Ports.free();
        private String host = "127.0.0.1";
        private List<String> prefix = List.of();
        private PeerProcess.@Nullable Reader reader;

        private Builder(Path directory, String name) {
            this.directory = directory;
            this.name = name;
        }

        /** Where it runs: its address there, and the command that runs another one there. */
        public Builder at(String host, List<String> prefix) {
            this.host = host;
            this.prefix = prefix;
            return this;
        }

        /** Who takes what it prints. */
        public Builder reader(PeerProcess.Reader reader) {
            this.reader = reader;
            return this;
        }

        public Builder group(String group) {
            this.group = group;
            return this;
        }

        /** The members to dial, as host:port; none bootstraps. */
        public Builder peers(String... hostPorts) {
            this.address = String.join(",", hostPorts);
            return this;
        }

        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** Null is plain text. */
        public Builder tls(@Nullable TlsFiles files) {
            return null == files ? this : options(files.providerOptions());
        }

        /** More provider options, separated by semicolons. */
        public Builder options(String providerOptions) {
            if (!providerOptions.isEmpty()) {
                options.add(providerOptions);
            }
            return this;
        }

        /** Options of the JVM. */
        public Builder javaOptions(String options) {
            this.javaOptions = options;
            return this;
        }

        /** More arguments of the command line. */
        public Builder arguments(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        /** {@code dromon node --pipe --stay}. */
        public DromonNode startPipe() {
            Path data = own();
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    "env",
                    "DROMON_JAVA_OPTS=" + javaOptions,
                    executable().toString(),
                    "node",
                    "--address=gcomm://" + address,
                    "--group=" + group,
                    "--name=" + name,
                    "--listen=tcp://" + host + ":" + port,
                    "--data-dir=" + data,
                    "--pipe",
                    "--stay"));
            if (!options.isEmpty()) {
                command.add("--options=" + String.join(";", options));
            }
            command.addAll(arguments);
            return new DromonNode(
                    PeerProcess.start(name, data, command, line -> false, reader)
                            .isJvm(),
                    data,
                    host,
                    port);
        }

        /** {@code dromon arbitrator}. */
        public DromonNode startArbitrator() {
            Path data = own();
            List<String> all = new ArrayList<>(options);
            all.add(0, "gmcast.listen_addr=tcp://" + host + ":" + port);
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    executable().toString(),
                    "arbitrator",
                    "--address=gcomm://" + address,
                    "--group=" + group,
                    "--name=" + name,
                    "--options=" + String.join(";", all)));
            command.addAll(arguments);
            return new DromonNode(
                    PeerProcess.start(name, data, command, line -> false, reader)
                            .isJvm(),
                    data,
                    host,
                    port);
        }

        private Path own() {
            try {
                return Files.createDirectories(directory.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A node with a directory of its own below {@code directory}. */
    public static Builder in(Path directory, String name) {
        return new Builder(directory, name);
    }

    public PeerProcess process() {
        return process;
    }

    /** Its data directory, with the control socket. */
    public Path directory() {
        return directory;
    }

    public int port() {
        return port;
    }

    /** Where others can dial it. */
    public String hostPort() {
        return host + ":" + port;
    }

    /** Waits until it reports SYNCED. */
    public void awaitSynced(Duration limit) {
        process.awaitLog(": state SYNCED$", limit);
    }

    /** Waits, from the line with index {@code from} of its log, until it reports a primary component of so many members. */
    public void awaitPrimary(int members, int from, Duration limit) {
        process.awaitLog(": view primary .*members=([^,]+,){" + (members - 1) + "}[^,]+$", from, limit);
    }

    /** Lets it leave in order. */
    public int leave() {
        process.terminate();
        return process.awaitExit(Duration.ofSeconds(20));
    }

    @Override
    public void close() {
        process.close();
    }
}
