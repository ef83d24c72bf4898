package io.dromon.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Dromon's own executable as a process: {@code dromon node --pipe} or {@code dromon arbitrator}. */
public final class DromonNode extends MemberProcess {
    private final Path directory;

    private DromonNode(Builder how, Path directory, List<String> command) {
        super(how, directory, command, line -> false);
        this.directory = directory;
        process().isJvm();
    }

    /** The executable that the build packaged; ends the test where only the classes were built. */
    public static Path executable() {
        Path base = Path.of(System.getProperty("basedir", "."));
        return Peers.requireFile(
                base.resolve("../node/target/dromon").normalize().toAbsolutePath(),
                "run mvn verify, which packages it");
    }

    /** How a node is started; one without peers makes a new group. */
    public static final class Builder extends MemberProcess.Builder<Builder> {
        private final Path directory;
        private final List<String> arguments = new ArrayList<>();
        private String javaOptions = "";

        private Builder(Path directory, String name) {
            super(name);
            this.directory = directory;
        }

        @Override
        Builder self() {
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
            List<String> command = new ArrayList<>(
                    List.of("node", "--listen=tcp://" + host + ":" + port, "--data-dir=" + data, "--pipe", "--stay"));
            if (!options.isEmpty()) {
                command.add("--options=" + options(List.of()));
            }
            return start(data, command);
        }

        /** {@code dromon arbitrator}. */
        public DromonNode startArbitrator() {
            String listen = "gmcast.listen_addr=tcp://" + host + ":" + port;
            return start(own(), List.of("arbitrator", "--options=" + options(List.of(listen))));
        }

        private DromonNode start(Path data, List<String> own) {
            List<String> command = new ArrayList<>(List.of(
                    "env", "DROMON_JAVA_OPTS=" + javaOptions, executable().toString()));
            command.addAll(own);
            command.addAll(List.of("--address=gcomm://" + address, "--group=" + group, "--name=" + name));
            command.addAll(arguments);
            return new DromonNode(this, data, command);
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

    /** Its data directory, with the control socket. */
    public Path directory() {
        return directory;
    }

    /** Waits until it reports SYNCED. */
    public void awaitSynced(Duration limit) {
        process().awaitLog(": state SYNCED$", limit);
    }

    @Override
    public String primaryPattern(int members) {
        return ": view primary .*members=([^,]+,){" + (members - 1) + "}[^,]+$";
    }

    /** Lets it leave in order. */
    public int leave() {
        process().terminate();
        return process().awaitExit(Duration.ofSeconds(20));
    }
}
