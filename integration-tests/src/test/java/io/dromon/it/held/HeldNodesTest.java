package io.dromon.it.held;

import static io.dromon.it.held.HeldCluster.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.peers.Ports;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.rebootstrap.ParticipantFile;
import io.dromon.node.rebootstrap.SettledOptions;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.core.Token;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons go from plain text to TLS, and keep to what they have agreed to when they are killed. */
@Tag("peers")
@Timeout(300)
final class HeldNodesTest {
    private final X509Bundle authority = TestPki.ca("shop CA");

    @TempDir
    Path directory;

    private Map<String, StagedTls> tls(HeldCluster cluster) {
        Map<String, StagedTls> all = new TreeMap<>();
        cluster.names.forEach(name -> all.put(name, StagedTls.of(authority, name)));
        return all;
    }

    @Test
    void goFromPlainTextToTlsAndStayThere() throws Exception {
        int port = Ports.free();
        try (HeldCluster cluster = new HeldCluster(directory, "admin.listen=127.0.0.1:" + port)) {
            assertThat(cluster.put("n2", "a", "1").status()).isEqualTo(200);
            cluster.stageAll(tls(cluster));
            assertThat(cluster.links("n1")).as("nothing is used yet").contains("0 of 2 links TLS");
            checkModes(cluster);
            cluster.rehearseAll();

            cluster.all(name -> new NodeRequest.Drain());
            AdminClient.Answer refused = cluster.put("n1", "b", "2");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("a re-bootstrap of the cluster is under way");
            Map<String, NodeFacts> stopped = cluster.all(name -> new NodeRequest.Stop());
            assertThat(stopped.values()).allSatisfy(facts -> {
                assertThat(facts.state()).isEqualTo(RunState.STOPPED);
                assertThat(facts.position()).isNotNull();
                assertThat(facts.component()).satisfies(last -> {
                    assertThat(last.weights()).containsOnlyKeys("n1", "n2", "n3");
                    assertThat(last.standing()).isEqualTo(NodeFacts.Standing.LOST);
                });
            });
            checkHeld(cluster, "n1");
            assertThat(cluster.fetch("http://127.0.0.1:" + port + "/health/live")
                            .status())
                    .as("the admin listener stays")
                    .isEqualTo(200);

            Token token = cluster.permit(stopped);
            NodeFacts made = cluster.done(token.node(), new NodeRequest.Bootstrap(token, Target.CHANGED));
            assertThat(made.hold().round()).isEqualTo(token.id());
            assertThat(cluster.put(token.node(), "c", "3").status()).isEqualTo(200);
            assertThat(cluster.client(token.node()).post("restart").problem())
                    .contains("a re-bootstrap is open on this node");
            cluster.joinVerifyAndSeal(token, Target.CHANGED);
            assertThat(cluster.fetch("https://127.0.0.1:" + port + "/health/ready")
                            .status())
                    .as("the admin listener has the certificate of the links")
                    .isEqualTo(200);
            for (String name : cluster.names) {
                assertThat(cluster.links(name)).contains("2 of 2 links TLS");
                assertThat(cluster.get(name, "a") + cluster.get(name, "c")).isEqualTo("13");
            }

            cluster.names.forEach(cluster::kill);
            cluster.names.forEach(cluster::start);
            cluster.names.forEach(cluster::awaitSynced);
            assertThat(cluster.links("n3")).as("after the next start").contains("2 of 2 links TLS");
            assertThat(source(cluster, "n3", "socket.ssl")).contains(SettledOptions.NAME);
        }
    }

    private static void checkModes(HeldCluster cluster) throws IOException {
        for (Path file : cluster.filesOf("n1", "rebootstrap")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as("%s", file)
                    .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
        }
    }

    private static void checkHeld(HeldCluster cluster, String name) {
        assertThat(cluster.curl(name, "/health/live").status()).isEqualTo(200);
        AdminClient.Answer ready = cluster.curl(name, "/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.text()).contains("held stopped by a re-bootstrap");
        assertThat(cluster.get(name, "a")).as("what it has can be read").isEqualTo("1");
    }

    private static String source(HeldCluster cluster, String name, String option) throws IOException {
        for (JsonNode each : cluster.client(name).get("/api/v1/options").json()) {
            if (each.path("name").asText().equals(option)) {
                return each.path("source").asText();
            }
        }
        return "";
    }

    @Test
    void keepToTheProcedureWhenTheyAreKilledInItsPhases() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            assertThat(cluster.put("n1", "a", "1").status()).isEqualTo(200);
            cluster.stageAll(tls(cluster));
            assertThat(cluster.killAndStart("n2").state()).as("staged").isEqualTo(RunState.RUNNING);
            cluster.awaitSynced("n2");
            cluster.rehearseAll();

            cluster.all(name -> new NodeRequest.Drain());
            assertThat(cluster.killAndStart("n3").state()).as("drained").isEqualTo(RunState.STOPPED);
            cluster.all(name -> new NodeRequest.Stop());
            assertThat(cluster.killAndStart("n2").state()).as("stopped").isEqualTo(RunState.STOPPED);

            Token first = cluster.permit(cluster.all(name -> new NodeRequest.Stop()));
            assertThat(cluster.isPending(first.node(), new NodeRequest.Bootstrap(first, Target.CHANGED)))
                    .isTrue();
            cluster.killAndStart(first.node());
            assertThat(cluster.refusal(first.node(), new NodeRequest.Bootstrap(first, Target.CHANGED)))
                    .contains("the token was used before");

            Token second = cluster.permit(cluster.all(name -> new NodeRequest.Stop()));
            cluster.done(second.node(), new NodeRequest.Bootstrap(second, Target.CHANGED));
            String joiner = second.node().equals("n1") ? "n2" : "n1";
            String third = second.node().equals("n3") ? "n2" : "n3";
            // Else the kill of one that is a member already would leave the maker without a majority.
            cluster.done(third, new NodeRequest.Join(Target.CHANGED, second.id()));
            assertThat(cluster.isPending(joiner, new NodeRequest.Join(Target.CHANGED, second.id())))
                    .isTrue();
            cluster.killAndStart(joiner);
            cluster.awaitSynced(joiner);
            cluster.joinVerifyAndSeal(second, Target.CHANGED);

            assertThat(cluster.killAndStart("n1").hold().procedure())
                    .as("sealed")
                    .isNull();
            cluster.awaitSynced("n1");
            assertThat(cluster.get("n1", "a")).isEqualTo("1");
        }
    }

    @Test
    void goBackToWhatWasBefore() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            assertThat(cluster.put("n1", "a", "1").status()).isEqualTo(200);
            cluster.stageAll(tls(cluster));
            Token token = cluster.stopAndPermit();
            cluster.done(token.node(), new NodeRequest.Bootstrap(token, Target.ORIGINAL));
            cluster.joinVerifyAndSeal(token, Target.ORIGINAL);

            for (String name : cluster.names) {
                assertThat(cluster.links(name)).contains("0 of 2 links TLS");
                assertThat(cluster.get(name, "a")).isEqualTo("1");
                assertThat(cluster.data(name).resolve(SettledOptions.NAME)).doesNotExist();
            }
        }
    }

    @Test
    void goBackToPlainTextByAProcedureOfItsOwn() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            cluster.stageAll(tls(cluster));
            Token token = cluster.stopAndPermit();
            cluster.done(token.node(), new NodeRequest.Bootstrap(token, Target.CHANGED));
            cluster.joinVerifyAndSeal(token, Target.CHANGED);
            assertThat(cluster.links("n1")).contains("2 of 2 links TLS");

            cluster.beginAnother();
            StagedTls plain = new StagedTls(Map.of("socket.ssl", "NO"), Map.of());
            Map<String, StagedTls> all = new TreeMap<>();
            cluster.names.forEach(name -> all.put(name, plain));
            cluster.stageAll(all);
            cluster.rehearseAll();
            Token back = cluster.stopAndPermit();
            NodeFacts undone = cluster.done(back.node(), new NodeRequest.Bootstrap(back, Target.ORIGINAL));
            assertThat(undone.hold().active()).isEqualTo(Target.ORIGINAL);
            assertThat(cluster.client(back.node()).status().path("tls").isMissingNode())
                    .as("the original configuration is that of the procedure before")
                    .isFalse();
            Token again = cluster.stopAndPermit();
            cluster.done(again.node(), new NodeRequest.Bootstrap(again, Target.CHANGED));
            cluster.joinVerifyAndSeal(again, Target.CHANGED);
            assertThat(cluster.links("n1")).contains("0 of 2 links TLS");
        }
    }

    @Test
    void endInOrderWhileTheyAreHeldAndComeBackHeld() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            cluster.stageAll(tls(cluster));
            cluster.stopAndPermit();
            cluster.process("n1").terminate();
            assertThat(cluster.process("n1").awaitExit(LIMIT)).isZero();
            cluster.process("n2").signal("HUP");
            cluster.process("n2").awaitLog("n2: SIGHUP", LIMIT);

            cluster.start("n1");
            assertThat(cluster.awaitAnswer("n1").state()).isEqualTo(RunState.STOPPED);
            assertThat(cluster.client("n2").post("restart").problem()).contains("held stopped by a re-bootstrap");
            cluster.client("n3").post("leave");
            assertThat(cluster.process("n3").awaitExit(LIMIT)).isZero();
        }
    }

    @Test
    void startNotWithADamagedRecord() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            cluster.stageAll(tls(cluster));
            cluster.kill("n2");
            Path record = cluster.data("n2").resolve(ParticipantFile.NAME);
            Files.writeString(record, Files.readString(record).replace("STAGED", "IDLE"));

            cluster.start("n2");
            assertThat(cluster.process("n2").awaitExit(LIMIT)).isNotZero();
            assertThat(cluster.process("n2").log().lines())
                    .anyMatch(line -> line.contains("whether this node may start by itself"));
        }
    }

    @Test
    void stayHeldWhereThereIsNoComponentToJoin() throws Exception {
        try (HeldCluster cluster = new HeldCluster(directory, "")) {
            Token token = cluster.stopAndPermit();
            NodeRequest.Step join = new NodeRequest.Join(Target.ORIGINAL, token.id());

            assertThat(cluster.isPending("n2", join)).isTrue();
            assertThat(cluster.refusal("n2", join)).contains("has stopped again");
            Token later = cluster.permit(cluster.all(name -> new NodeRequest.Stop()));
            cluster.done(later.node(), new NodeRequest.Bootstrap(later, Target.ORIGINAL));
            cluster.joinVerifyAndSeal(later, Target.ORIGINAL);
            assertThat(cluster.process("n2").isAlive())
                    .as("of the same process")
                    .isTrue();
        }
    }
}
