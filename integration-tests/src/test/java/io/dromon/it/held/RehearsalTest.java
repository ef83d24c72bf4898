package io.dromon.it.held;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.Ports;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What would fail behind the outage is named before it, and the cluster serves all the time. */
@Tag("peers")
@Timeout(300)
final class RehearsalTest {
    private static final Duration TWO_YEARS = Duration.ofDays(730);

    private final X509Bundle authority = TestPki.ca("shop CA");

    @TempDir
    Path directory;

    @Test
    void namesWhatIsWrongOnOneNodeBeforeAnythingStops() throws Exception {
        int port = Ports.free();
        try (HeldCluster cluster = new HeldCluster(directory, "admin.listen=127.0.0.1:" + port)) {
            Instant now = Instant.now();
            StagedTls good = StagedTls.of(authority, "n2");

            refusedAtOpening(
                    cluster,
                    StagedTls.of(
                            authority,
                            TestPki.builder("n2")
                                    .notBefore(now.minus(TWO_YEARS))
                                    .notAfter(now.minus(Duration.ofDays(1)))),
                    "expired");
            refusedAtOpening(
                    cluster,
                    StagedTls.of(
                            authority,
                            TestPki.builder("n2")
                                    .notBefore(now.plus(TWO_YEARS))
                                    .notAfter(now.plus(TWO_YEARS).plus(TWO_YEARS))),
                    "not valid before");
            refusedAtOpening(cluster, good.with("socket.ssl_key", StagedTls.of(authority, "other")), "socket.ssl_key");
            assertThat(cluster.stage("n2", good.without("socket.ssl_key")))
                    .isInstanceOfSatisfying(
                            Answer.Refused.class, why -> assertThat(why.text()).contains("socket.ssl_key"));
            refusesAForeignAuthority(cluster);
            refusesAnotherMode(cluster);
            refusesWhatCannotBeReached(cluster);
            refusesAStranger(cluster, port);

            cluster.names.forEach(
                    name -> assertThat(cluster.awaitAnswer(name).state()).isEqualTo(RunState.RUNNING));
            assertThat(cluster.put("n2", "a", "1").status()).as("no outage").isEqualTo(200);
        }
    }

    private void stage(HeldCluster cluster, StagedTls ofSecond) throws IOException {
        Map<String, StagedTls> all = new TreeMap<>();
        cluster.names.forEach(name -> all.put(name, name.equals("n2") ? ofSecond : StagedTls.of(authority, name)));
        cluster.stageAll(all);
    }

    private void refusedAtOpening(HeldCluster cluster, StagedTls ofSecond, String why) throws IOException {
        stage(cluster, ofSecond);
        assertThat(cluster.refusal("n2", new NodeRequest.OpenRehearsal())).contains(why);
    }

    private void refusesAForeignAuthority(HeldCluster cluster) throws IOException {
        stage(cluster, StagedTls.of(TestPki.ca("another CA"), "n2"));
        Map<String, String> addresses = cluster.openRehearsals();

        assertThat(cluster.refusal("n1", cluster.rehearse("n1", addresses)))
                .contains("n2 at ", "n1 refuses it", "another CA")
                .doesNotContain("n3 at");
        assertThat(cluster.refusal("n2", cluster.rehearse("n2", addresses))).contains("n1 at ", "n3 at ");
    }

    private void refusesAnotherMode(HeldCluster cluster) throws IOException {
        stage(cluster, new StagedTls(Map.of("socket.ssl", "NO"), Map.of()));
        Map<String, String> addresses = cluster.openRehearsals();

        assertThat(cluster.refusal("n1", cluster.rehearse("n1", addresses)))
                .contains("n2 at ", "has staged plain text");
        assertThat(cluster.refusal("n2", cluster.rehearse("n2", addresses))).contains("has staged TLS");
    }

    private void refusesWhatCannotBeReached(HeldCluster cluster) throws IOException {
        stage(cluster, StagedTls.of(authority, "n2"));
        Map<String, String> addresses = cluster.openRehearsals();
        addresses.put("n3", "ssl://127.0.0.1:" + Ports.free());

        assertThat(cluster.refusal("n1", cluster.rehearse("n1", addresses)))
                .contains("n3 cannot be reached from n1")
                .doesNotContain("n2 at");
    }

    private static void refusesAStranger(HeldCluster cluster, int port) throws IOException {
        AdminClient client = AdminClient.remote(URI.create("http://127.0.0.1:" + port), Optional.empty());
        AdminClient.Answer answer = client.post("rebootstrap", HeldCluster.object(), Duration.ofSeconds(10));

        assertThat(answer.status()).isEqualTo(403);
        AdminClient.Answer malformed = cluster.client("n1").post("rebootstrap");
        assertThat(malformed.status()).isEqualTo(400);
        assertThat(malformed.problem()).contains("no request of a re-bootstrap");
    }
}
