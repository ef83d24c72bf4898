package io.dromon.it.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The real arbitrator of Debian's galera-arbitrator-4. It runs in its own directory, since it keeps its identity in a
 * file there, and is killed as soon as its group layer has died: it would fill its log without end.
 */
public final class Garbd implements AutoCloseable {
    private final PeerProcess process;
    private final String host;
    private final int port;

    private Garbd(PeerProcess process, String host, int port) {
        this.process = process;
        this.host = host;
        this.port = port;
    }

    /** How a garbd is started. */
    public static final class Builder {
        private final Path directory;
        private final List<String> options = new ArrayList<>();
        private String group = "g";
        private String name = "garb";
        private String address = "";
        private int port = Ports.free();
        private String host = "127.0.0.1";
        private List<String> prefix = List.of();
        private PeerProcess.@Nullable Reader reader;

        private Builder(Path directory) {
            this.directory = directory;
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

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** The members to dial, as host:port. */
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
            options.add(providerOptions);
            return this;
        }

        /** Starts it; it may not be a member yet. */
        public Garbd start() {
            Path program = Peers.require("garbd");
            List<String> all = new ArrayList<>(options);
            all.add(0, "gmcast.listen_addr=tcp://" + host + ":" + port);
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    program.toString(),
                    "--address=gcomm://" + address,
                    "--group=" + group,
                    "--name=" + name,
                    "--options=" + String.join(";", all)));
            return new Garbd(
                    PeerProcess.start(
                            name,
                            directory,
                            command,
                            line -> line.contains("Receiving from group failed: -77")
                                    || line.contains("gcs_group_handle_act_msg() failed"),
                            reader),
                    host,
                    port);
        }
    }

    /** A garbd that works in {@code directory}, which no other may share. */
    public static Builder in(Path directory) {
        return new Builder(directory);
    }

    public PeerProcess process() {
        return process;
    }

    public int port() {
        return port;
    }

    /** Where others can dial it. */
    public String hostPort() {
        return host + ":" + port;
    }

    /** Waits until it is in the primary component and SYNCED. */
    public void awaitSynced(Duration limit) {
        process.awaitLog("Shifting JOINED -> SYNCED", limit);
    }

    /** Waits, from the line with index {@code from} of its log, until it reports a primary component of so many members. */
    public void awaitPrimary(int members, int from, Duration limit) {
        process.awaitLog(primary(members), from, limit);
    }

    /**
     * What a Galera process logs when it is in a primary component of so many members. Its threads do not wait for each
     * other: the next line's date may follow on the same line.
     */
    public static String primary(int members) {
        return "New COMPONENT: primary = yes,.* memb_num = " + members + "($|\\d{4}-\\d\\d-\\d\\d )";
    }

    @Override
    public void close() {
        process.close();
    }
}
