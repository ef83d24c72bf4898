package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.tls.TlsPeer;
import io.dromon.transport.tls.pem.Authority;
import io.dromon.transport.tls.pem.KeyKind;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemOutput;
import io.dromon.transport.tls.pem.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A certificate of a trusted CA that does not belong here is refused, and the cluster is not disturbed. */
@Tag("sockets")
@Timeout(120)
final class WrongIdentityTest {
    @TempDir
    Path directory;

    private String rules = "";

    @BeforeEach
    void makeTheCas() throws IOException {
        for (String ca : List.of("cluster", "acme", "globex")) {
            Authority.create(KeyKind.EC.generate(), subject(ca + " CA", ca, "ca"), Duration.ofDays(30))
                    .write(file(ca, "-ca.crt"), file(ca, "-ca.key"), new char[0]);
        }
        rules = ";socket.ssl_ca=" + file("cluster", "-ca.crt") + ";tls.valid_ous=nodes;tls.client_ca.acme="
                + file("acme", "-ca.crt") + ";tls.client_ca.globex=" + file("globex", "-ca.crt");
    }

    private Path file(String name, String ending) {
        return directory.resolve(name + ending);
    }

    private static Subject subject(String name, String organisation, String unit) {
        return new Subject(name, Optional.of(organisation), List.of(unit), List.of());
    }

    /** The options of a node whose certificate is of that CA. */
    private String node(String name, String ca, String organisation, String unit) throws IOException, PemException {
        Authority authority = Authority.read(file(ca, "-ca.crt"), file(ca, "-ca.key"), Optional.empty());
        KeyPair key = KeyKind.EC.generate();
        PemOutput.key(file(name, ".key"), key.getPrivate(), new char[0]);
        PemOutput.certificates(
                file(name, ".crt"),
                List.of(authority.issue(key.getPublic(), subject(name, organisation, unit), Duration.ofDays(9))));
        return "socket.ssl_cert=" + file(name, ".crt") + ";socket.ssl_key=" + file(name, ".key") + rules;
    }

    private static LiveCluster cluster(Path directory) {
        return new LiveCluster(directory, "pc.wait_prim_timeout=PT5S");
    }

    @Test
    void isRefusedWithTheRuleNamed() throws Exception {
        try (LiveCluster cluster = cluster(directory)) {
            Node first = cluster.join(node("a", "cluster", "cluster", "nodes")).node;
            cluster.join(node("b", "acme", "acme", "any"));
            cluster.join(node("c", "globex", "globex", "any"));
            cluster.awaitMembers(3);
            cluster.replicates();
            assertThat(cluster.members.get(0).peers())
                    .extracting(TlsPeer::admittedBy)
                    .containsExactlyInAnyOrder("tls.client_ca.acme", "tls.client_ca.globex");
            int views = cluster.members.get(0).views.get();

            String wrongUnit = node("web", "cluster", "cluster", "web");
            String wrongCa = node("spy", "globex", "acme", "nodes");

            assertRefused(
                    first,
                    () -> cluster.join(wrongUnit),
                    "CN=web",
                    "no rule of tls.verify=identity: tls.valid_ous=nodes");
            assertRefused(first, () -> cluster.join(wrongCa), "CN=spy", "(rule tls.client_ca.acme)");

            cluster.replicates();
            assertThat(cluster.members.get(0).views.get()).as("no view change").isEqualTo(views);
            assertThat(first.status().links()).hasSize(2);
        }
    }

    private static void assertRefused(Node by, ThrowingCallable join, String subject, String rule) {
        Instant start = Instant.now();
        assertThatThrownBy(join).isInstanceOf(NodeException.class).hasMessageContaining("refused");

        RefusedPeer refused = by.status().refused().stream()
                .filter(peer -> peer.message().contains(subject))
                .findFirst()
                .orElseThrow();
        long tookMs = Duration.between(start, refused.firstSeen()).toMillis();
        System.out.printf("refused %d ms after the start of the node: %s%n", tookMs, refused.message());
        assertThat(refused.kind()).isEqualTo("WrongIdentity");
        assertThat(refused.message()).contains(rule);
        assertThat(tookMs).as("from the start of the node on").isLessThan(1000);
    }

    @Test
    void identityWithoutARuleDoesNotStart() throws Exception {
        String options = node("a", "cluster", "cluster", "nodes").replace(rules, "") + ";tls.verify=identity";

        try (LiveCluster cluster = cluster(directory)) {
            assertThatThrownBy(() -> cluster.join(options)).hasMessageContaining("at least one rule");
        }
    }
}
