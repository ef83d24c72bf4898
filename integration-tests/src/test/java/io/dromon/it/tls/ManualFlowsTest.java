package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import io.dromon.node.NodeException;
import io.dromon.transport.tls.TlsPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What four manuals tell to do, with their openssl commands as they stand there, and a cluster of three nodes with the
 * result. Answers to openssl's questions come on its standard input.
 */
@Tag("peers")
@Timeout(180)
final class ManualFlowsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Path path(String name) {
        return directory.resolve(name);
    }

    /** Runs the line in a shell, in the test's directory. */
    private String shell(String line, String... answers) {
        Peers.require("openssl");
        return PeerProcess.run(
                "openssl", directory, List.of("sh", "-c", line), String.join("\n", answers) + "\n", LIMIT);
    }

    /** Country, state, city, organisation, unit, common name, mail; a request asks two more. */
    private static String[] name(String organisation, String unit, String commonName) {
        return new String[] {"DE", "Berlin", "", organisation, unit, commonName, "", "", ""};
    }

    private String options(String certificate, String key) {
        return "socket.ssl_cert=" + path(certificate) + ";socket.ssl_key=" + path(key);
    }

    private Garbd garbd(LiveCluster cluster, String options) throws IOException {
        return Garbd.in(Files.createDirectory(path("garbd")))
                .options(options)
                .peers(cluster.members.get(0).hostPort())
                .start();
    }

    private static LiveCluster cluster(Path directory) {
        return new LiveCluster(directory, "pc.wait_prim_timeout=PT5S");
    }

    @Test
    void onePairForAllNodes() throws Exception {
        shell("openssl req -new -x509 -days 365000 -nodes -keyout key.pem -out cert.pem", name("Acme", "", "cluster"));
        String options = options("cert.pem", "key.pem");

        try (LiveCluster cluster = cluster(directory)) {
            cluster.join(options);
            cluster.join(options);
            cluster.join(options);
            cluster.awaitMembers(3);
            cluster.replicates();
            assertThat(cluster.members.get(0).peers())
                    .extracting(TlsPeer::admittedBy)
                    .containsOnly("tls.verify=ca");
            try (Garbd garbd = garbd(cluster, options)) {
                garbd.awaitSynced(LIMIT);
                cluster.awaitMembers(4);
                cluster.replicates();
            }
        }
    }

    @Test
    void aCaOfOnesOwn() throws Exception {
        shell("openssl genrsa 2048 > ca-key.pem");
        shell("openssl req -new -x509 -nodes -days 365 -key ca-key.pem -out ca-cert.pem", name("Acme", "", "CA"));
        shell(
                "openssl req -newkey rsa:2048 -days 365 -nodes -keyout server-key.pem -out server-req.pem",
                name("Acme", "nodes", "server"));
        shell("openssl rsa -in server-key.pem -out server-key.pem");
        shell("openssl x509 -req -in server-req.pem -days 365 -CA ca-cert.pem -CAkey ca-key.pem -set_serial 01"
                + " -out server-cert.pem");
        assertThat(shell("openssl verify -CAfile ca-cert.pem server-cert.pem")).contains("server-cert.pem: OK");
        String options = options("server-cert.pem", "server-key.pem");
        String withCa = options + ";socket.ssl_ca=" + path("ca-cert.pem");

        try (LiveCluster cluster = cluster(directory)) {
            cluster.join(withCa);
            cluster.join(withCa);
            cluster.join(withCa + ";tls.valid_ous=nodes");
            cluster.awaitMembers(3);
            cluster.replicates();
            assertThat(cluster.members.get(2).peers())
                    .extracting(TlsPeer::admittedBy)
                    .containsOnly("tls.valid_ous: nodes");
            try (Garbd garbd = garbd(cluster, withCa)) {
                garbd.awaitSynced(LIMIT);
                cluster.awaitMembers(4);
                cluster.replicates();
            }
        }
        try (LiveCluster cluster = cluster(path("without"))) {
            cluster.join(options);
            assertThatThrownBy(() -> cluster.join(options))
                    .as("a certificate that a CA signed is no anchor, as with a Galera node")
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("socket.ssl_ca");
        }
    }

    @Test
    void organisationsThatHaveTheirNodesSigned() {
        shell(
                "openssl req -new -x509 -nodes -days 365 -newkey rsa:2048 -keyout ca.key -out ca.crt",
                name("C", "", "CA"));
        for (String organisation : List.of("acme", "globex", "initech")) {
            shell("openssl req -newkey rsa:2048 -nodes -keyout " + organisation + ".key -subj \"/O=" + organisation
                    + "/CN=host." + organisation + "\" -out " + organisation + ".csr");
            shell("openssl x509 -req -days 365 -in " + organisation
                    + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -out " + organisation + ".crt -sha256");
        }
        String common = ";socket.ssl_ca=" + path("ca.crt") + ";tls.valid_cns=host.acme,host.globex,host.initech";

        try (LiveCluster cluster = cluster(directory)) {
            cluster.join(options("acme.crt", "acme.key") + common);
            cluster.join(options("globex.crt", "globex.key") + common);
            cluster.join(options("initech.crt", "initech.key") + common);
            cluster.awaitMembers(3);
            cluster.replicates();

            assertThat(cluster.members.get(0).peers())
                    .flatExtracting(TlsPeer::organisations)
                    .contains("globex", "initech");
            assertThat(cluster.members.get(0).peers())
                    .extracting(TlsPeer::admittedBy)
                    .contains("tls.valid_cns: host.globex");
        }
    }

    @Test
    void aMountedSecretOfKubernetes() throws Exception {
        shell(
                "openssl req -new -x509 -nodes -days 365 -newkey rsa:2048 -keyout ca.key -out ca.crt",
                name("C", "", "CA"));
        Path mount = Files.createDirectory(path("tls"));
        secret(mount, "..2026_11_21");
        String options = "socket.ssl_cert=" + mount.resolve("tls.crt") + ";socket.ssl_key=" + mount.resolve("tls.key")
                + ";socket.ssl_ca=" + mount.resolve("ca.crt");

        try (LiveCluster cluster = cluster(directory)) {
            cluster.join(options);
            cluster.join(options);
            String old = cluster.members.get(1).peers().get(0).fingerprint();
            secret(mount, "..2026_11_22");
            cluster.join(options);
            cluster.awaitMembers(3);
            cluster.replicates();

            assertThat(cluster.members.get(1).peers())
                    .extracting(TlsPeer::fingerprint)
                    .contains(old)
                    .hasSizeGreaterThan(1);
            assertThat(cluster.members.get(0).peers().stream()
                            .map(TlsPeer::fingerprint)
                            .distinct())
                    .as("the node that started after the swap has the new certificate")
                    .hasSize(2);
        }
    }

    /** A new version of the secret, swapped in as the kubelet does: one rename of a symlink. */
    private void secret(Path mount, String version) throws IOException {
        Path data = Files.createDirectory(mount.resolve(version));
        shell("openssl req -newkey rsa:2048 -nodes -keyout '" + data + "/tls.key' -subj /CN=node -out node.csr");
        shell("openssl x509 -req -days 365 -in node.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out '" + data
                + "/tls.crt' -sha256");
        Files.copy(path("ca.crt"), data.resolve("ca.crt"));
        Path next = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of(version));
        Files.move(next, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            if (!Files.isSymbolicLink(mount.resolve(name))) {
                Files.createSymbolicLink(mount.resolve(name), Path.of("..data", name));
            }
        }
    }
}
