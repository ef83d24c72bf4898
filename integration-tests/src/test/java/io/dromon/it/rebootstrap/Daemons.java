package io.dromon.it.rebootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Ports;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Three daemons with stores, in plain text at first, with an option file and a data directory each. */
public final class Daemons implements AutoCloseable {
    /** All of them. */
    public static final List<String> NAMES = List.of("n1", "n2", "n3");

    static final Duration LIMIT = Duration.ofSeconds(90);

    private final Path directory;
    private final Map<String, PeerProcess> processes = new TreeMap<>();
    private final List<PeerProcess> commands = new ArrayList<>();

    /** Writes their option files. */
    public Daemons(Path directory) throws IOException {
        this.directory = directory;
        Map<String, Integer> ports = new TreeMap<>();
        NAMES.forEach(name -> ports.put(name, Ports.free()));
        String hosts = ports.values().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        for (String name : NAMES) {
            Files.writeString(
                    file(name), """
                    [mysqld]
                    datadir=%s
                    wsrep_provider=/usr/lib/galera/libgalera_smm.so
                    wsrep_cluster_name="shop"
                    wsrep_cluster_address="gcomm://%s"
                    wsrep_node_name="%s"
                    wsrep_provider_options="gmcast.listen_addr=tcp://127.0.0.1:%d;gcache.size=16M"
                    """.formatted(Files.createDirectory(data(name)), hosts, name, ports.get(name)));
        }
    }

    /** The option file of a node. */
    public Path file(String name) {
        return directory.resolve(name + ".cnf");
    }

    /** The data directory of a node. */
    public Path data(String name) {
        return directory.resolve(name);
    }

    /** The addresses of all, as {@code --cluster} takes them. */
    public String addresses() {
        return NAMES.stream().map(name -> "unix:" + data(name)).collect(Collectors.joining(","));
    }

    /** Makes a new authority and a certificate for each node; returns the directory for {@code --files}. */
    public Path tls(String folder) {
        X509Bundle authority = TestPki.ca(folder + " CA");
        Path files = directory.resolve(folder);
        NodeFiles.write(files.resolve("ca.pem"), authority.getCertificatePEM());
        for (String name : NAMES) {
            X509Bundle own = TestPki.issue(TestPki.builder(name), authority);
            NodeFiles.write(files.resolve(name).resolve("cert.pem"), own.getCertificatePEM());
            NodeFiles.write(files.resolve(name).resolve("key.pem"), own.getPrivateKeyPEM());
        }
        return files;
    }

    /** What turns TLS on with the files of {@link #tls}. */
    public static String tlsOptions() {
        return "socket.ssl=YES;socket.ssl_cert=cert.pem;socket.ssl_key=key.pem;socket.ssl_ca=ca.pem";
    }

    /** Starts them as a new cluster. */
    public void begin() {
        start("n1", "--wsrep-new-cluster");
        for (String name : NAMES) {
            if (!name.equals("n1")) {
                start(name);
            }
        }
    }

    /** Starts one, and waits until its store is open. */
    public void start(String name, String... more) {
        launch(name, more).awaitLog(name + ": the store is open", LIMIT);
    }

    /** Starts one. */
    public PeerProcess launch(String name, String... more) {
        List<String> command = new ArrayList<>(List.of(
                DromonNode.executable().toString(), "node", "-c", file(name).toString()));
        Collections.addAll(command, more);
        PeerProcess process = PeerProcess.start(name, directory, command);
        processes.put(name, process);
        return process;
    }

    /** The process of a node. */
    public PeerProcess process(String name) {
        PeerProcess process = processes.get(name);
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }

    /** Runs {@code dromon ARGUMENTS}. */
    public PeerProcess dromon(String... arguments) {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString()));
        Collections.addAll(command, arguments);
        PeerProcess process = PeerProcess.start(arguments[0], directory, command);
        commands.add(process);
        return process;
    }

    /** Runs {@code dromon ARGUMENTS} to its end, which must have that code; returns its output. */
    public String dromon(int code, String... arguments) {
        PeerProcess process = dromon(arguments);
        int ended = process.awaitExit(LIMIT);
        if (ended != code) {
            throw process.failure("ended with " + ended + ", not " + code);
        }
        return String.join("\n", process.output().lines());
    }

    /** The client of a node's control socket. */
    public AdminClient client(String name) throws IOException {
        return AdminClient.local(data(name));
    }

    /** Waits until a node answers, in whatever state it is. */
    public void awaitDoor(String name) {
        Awaitility.await()
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client(name).get("/health/live").isDone());
    }

    /** Waits until all are synced members, each with links to all others in that mode: {@code TLS} or {@code PLAIN}. */
    public void awaitLinks(String mode) {
        Awaitility.await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            for (String name : NAMES) {
                JsonNode status = client(name).status();
                List<String> modes = new ArrayList<>();
                status.path("links").forEach(link -> modes.add(link.path("mode").asText()));
                if (!status.path("state").asText().equals("SYNCED")
                        || status.path("group").path("members").size() != NAMES.size()
                        || !modes.equals(Collections.nCopies(NAMES.size() - 1, mode))) {
                    throw new AssertionError(
                            name + " is " + status.path("state").asText() + " with links " + modes);
                }
            }
        });
    }

    @Override
    public void close() {
        commands.forEach(PeerProcess::close);
        processes.values().forEach(PeerProcess::close);
    }
}
