package io.dromon.node.admin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.PeerSubjects;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admin listener of a real node: who gets what, over HTTP and HTTPS. */
@Tag("sockets")
@Timeout(90)
final class AdminListenerTest {
    private final X509Bundle authority = TestPki.ca("admin CA");

    @TempDir
    Path directory;

    private NodeConfig config(String options) {
        return NodeConfig.builder()
                .group("g")
                .name("n1")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("data"))
                .options(options)
                .build();
    }

    private Node node(String options) {
        return Node.join(config(options), delivery -> {});
    }

    /** Puts a pair of the authority in place, and the options that name it. */
    private String pair(String subject) throws IOException {
        X509Bundle own = TestPki.issue(TestPki.builder(subject), authority);
        Files.writeString(directory.resolve("cert.pem"), own.getCertificatePEM());
        Files.writeString(directory.resolve("key.pem"), own.getPrivateKeyPEM());
        Files.setPosixFilePermissions(directory.resolve("key.pem"), PosixFilePermissions.fromString("rw-------"));
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        return "admin.ssl_cert=" + directory.resolve("cert.pem") + ";admin.ssl_key=" + directory.resolve("key.pem")
                + ";admin.ssl_ca=" + directory.resolve("ca.pem") + ";tls.watch_interval=0;";
    }

    private static String address(Node node) {
        return node.status().admin().orElseThrow().address();
    }

    private static AdminClient plain(Node node) {
        return AdminClient.remote(URI.create("http://" + address(node)), Optional.empty());
    }

    private TlsEndpoint endpoint(Optional<X509Bundle> own) throws Exception {
        return TlsEndpoint.of(
                new TlsEndpoint.Spec(
                        false,
                        own.map(bundle -> new TlsGeneration(
                                1,
                                bundle.getKeyPair().getPrivate(),
                                List.of(bundle.getCertificate()),
                                List.of(authority.getCertificate()))),
                        Trust.in(List.of(authority.getCertificate())),
                        TlsEndpoint.Verification.CHAIN,
                        PeerSubjects.ANY,
                        List.of("TLSv1.3", "TLSv1.2"),
                        "",
                        List.of(),
                        TlsSettings.Provider.AUTO),
                InstantSource.system());
    }

    private int status(Node node, Optional<X509Bundle> own, String method, String path) throws Exception {
        try (TlsEndpoint tls = endpoint(own)) {
            AdminClient client = AdminClient.remote(URI.create("https://" + address(node)), Optional.of(tls));
            return method.equals("GET")
                    ? client.get(path).status()
                    : client.post(path.substring("/api/v1/".length())).status();
        }
    }

    /** The subject of the certificate that a new connection is shown. */
    private String presented(Node node) throws Exception {
        KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
        trust.load(null, null);
        trust.setCertificateEntry("ca", authority.getCertificate());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        URI address = URI.create("https://" + address(node));
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(address.getHost(), address.getPort())) {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    private Optional<X509Bundle> operator(String subject) throws Exception {
        return Optional.of(TestPki.issue(TestPki.builder("x").subject(subject), authority));
    }

    @Test
    void withoutTlsALoopbackListenerIsReadAndChangesNothing() throws Exception {
        try (Node node = node("admin.listen=127.0.0.1:0")) {
            AdminClient client = plain(node);

            assertThat(client.status().path("state").asText()).isEqualTo("SYNCED");
            assertThat(client.status()
                            .path("admin")
                            .path("access")
                            .path("change")
                            .asText())
                    .isEqualTo("off");
            AdminClient.Answer refused = client.set("evs.send_window", "8");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.problem()).contains("admin.change=off", "use the control socket");
            assertThat(node.status().options().get("evs.send_window")).isNotEqualTo("8");
        }
    }

    @Test
    void answersEveryPathOfTheList() throws Exception {
        try (Node node = node("admin.listen=127.0.0.1:0")) {
            AdminClient client = plain(node);

            for (JsonNode route : client.get("/api/v1").json().path("routes")) {
                String[] parts = route.asText().split(" ", 2);
                if (parts[0].equals("GET") && !parts[1].endsWith("/events")) {
                    String path = parts[1].replace("{name}", "g");
                    int expected = path.equals("/health/may-lose-me") ? 503 : 200;
                    assertThat(client.get(path).status()).as(path).isEqualTo(expected);
                }
            }
            assertThat(client.get("/api/v1/topology.txt").text())
                    .startsWith("g PRIMARY configuration ")
                    .contains("* n1 ");
            assertThat(client.get("/api/cluster/other").status()).isEqualTo(404);
            assertThat(client.get("/api/v1/problems").json()).isEmpty();
            assertThat(client.get("/health/may-lose-me").text()).contains("of a weight of 1 the others have 0");
            assertThat(client.get("/metrics").text()).contains("dromon_ready 1.0");
        }
    }

    @Test
    void aCertificateOpensTheClassesOfItsUnitAlone() throws Exception {
        String options = "admin.listen=127.0.0.1:0:https;admin.valid_ous=ops,dba;admin.change_ous=dba;";
        try (Node node = node(pair("n1") + options)) {
            assertThat(status(node, Optional.empty(), "GET", "/health/ready")).isEqualTo(200);
            assertThat(status(node, Optional.empty(), "GET", "/api/v1/status")).isEqualTo(403);
            assertThat(status(node, Optional.empty(), "GET", "/no/such/path")).isEqualTo(403);

            Optional<X509Bundle> other = operator("CN=o,OU=sales");
            assertThat(status(node, other, "GET", "/api/v1/status")).isEqualTo(403);

            Optional<X509Bundle> ops = operator("CN=o,OU=ops");
            assertThat(status(node, ops, "GET", "/api/v1/status")).isEqualTo(200);
            assertThat(status(node, ops, "POST", "/api/v1/relink")).isEqualTo(403);

            Optional<X509Bundle> dba = operator("CN=o,OU=dba");
            assertThat(status(node, dba, "POST", "/api/v1/relink")).isEqualTo(200);
            assertThat(AdminClient.local(directory.resolve("data"))
                            .get("/api/v1/audit")
                            .json()
                            .get(0)
                            .path("subject")
                            .asText())
                    .contains("OU=dba");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityEndsTheHandshake() throws Exception {
        try (Node node = node(pair("n1") + "admin.listen=127.0.0.1:0;admin.valid_ous=ops")) {
            X509Bundle foreign = TestPki.issue(TestPki.builder("x").subject("CN=o,OU=ops"), TestPki.ca("another CA"));

            assertThatThrownBy(() -> status(node, Optional.of(foreign), "GET", "/health/live"))
                    .isInstanceOf(IOException.class);
            assertThat(status(node, operator("CN=o,OU=ops"), "GET", "/health/live"))
                    .isEqualTo(200);
        }
    }

    @Test
    void onePortTakesBothAndAPortForHttpsRefusesPlain() throws Exception {
        try (Node node = node(pair("n1") + "admin.listen=127.0.0.1:0")) {
            assertThat(plain(node).get("/health/live").status()).isEqualTo(200);
            assertThat(status(node, Optional.empty(), "GET", "/health/live")).isEqualTo(200);
        }
        try (Node node = node(pair("n1") + "admin.listen=127.0.0.1:0:https")) {
            AdminClient.Answer refused = plain(node).get("/health/live");

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.problem()).isEqualTo("plain HTTP on a port for HTTPS; use https://");
        }
        try (Node node = node("admin.listen=127.0.0.1:0:http")) {
            assertThatThrownBy(() -> status(node, Optional.empty(), "GET", "/health/live"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void newConnectionsUseWhatAReloadHasRead() throws Exception {
        try (Node node = node(pair("n1") + "admin.listen=127.0.0.1:0:https;admin.valid_ous=ops")) {
            AdminClient local = AdminClient.local(directory.resolve("data"));
            Optional<X509Bundle> ops = operator("CN=o,OU=ops");
            assertThat(presented(node)).isEqualTo("CN=n1");
            String before = local.post("reload").json().path("text").asText();

            String unused = pair("renewed");
            ObjectNode dryRun = JsonNodeFactory.instance.objectNode().put("dryRun", true);
            assertThat(local.post("reload", dryRun, Duration.ofSeconds(10)).text())
                    .contains("would use certificate \\\"CN=renewed\\\"");
            String after = local.post("reload").json().path("text").asText();

            assertThat(unused).isNotEmpty();
            assertThat(before).contains("\"CN=n1\"");
            assertThat(after).contains("\"CN=renewed\"");
            assertThat(presented(node)).isEqualTo("CN=renewed");
            assertThat(status(node, ops, "GET", "/api/v1/status")).isEqualTo(200);
            Files.writeString(directory.resolve("cert.pem"), "nothing");
            AdminClient.Answer refused = local.post("reload");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.problem()).contains("admin.ssl_cert", "those before stay in use");
            assertThat(presented(node)).isEqualTo("CN=renewed");
            assertThat(status(node, ops, "GET", "/api/v1/status")).isEqualTo(200);
        }
    }

    @Test
    void aNodeWhoseListenerCannotBeOpenedDoesNotStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> node("admin.listen=127.0.0.1:" + taken.getLocalPort()))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContainingAll("cannot listen at", "choose another admin.listen");
        }
        String files = pair("n1");
        Files.writeString(directory.resolve("key.pem"), "nothing");
        assertThatThrownBy(() -> node(files + "admin.listen=127.0.0.1:0"))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("admin.ssl_key");
        try (Node node = node("admin.listen=127.0.0.1:0")) {
            assertThat(node.isOpen()).isTrue(); // nothing holds the directory
        }
    }

    @Test
    void aRestartIsAcceptedAndTheListenerComesBack() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Node node = node("admin.listen=127.0.0.1:" + port + ";admin.change=open")) {
            AdminClient client = plain(node);
            ObjectNode order = JsonNodeFactory.instance.objectNode();
            order.putObject("options").put("gmcast.segment", "3");
            ObjectNode wrong = JsonNodeFactory.instance.objectNode();
            wrong.putObject("options").put("gmcast.segment", "999");

            assertThat(client.post("restart", wrong, Duration.ofSeconds(10)).status())
                    .isEqualTo(409);
            AdminClient.Answer begun = client.post("restart", order, Duration.ofSeconds(10));

            assertThat(begun.status()).isEqualTo(202);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(client.get("/health/ready").status()).isEqualTo(200);
                assertThat(client.get("/api/v1/audit").text()).contains("started again");
            });
            assertThat(client.get("/api/v1/members")
                            .json()
                            .get(0)
                            .path("segment")
                            .asInt())
                    .isEqualTo(3);
            assertThat(client.post("leave").status()).isEqualTo(202);
            await().atMost(Duration.ofSeconds(20)).until(() -> !node.isOpen());
            assertThat(node.status().state()).isEqualTo(NodeState.CLOSED);
        }
    }

    @Test
    void evictsOtherMembersAlone() throws Exception {
        try (Node node = node("admin.listen=127.0.0.1:0;admin.change=open")) {
            AdminClient client = plain(node);
            ObjectNode order = JsonNodeFactory.instance.objectNode();

            AdminClient.Answer self = client.post("evict", order.put("member", "n1"), Duration.ofSeconds(10));
            AdminClient.Answer unknown = client.post("evict", order.put("member", "n9"), Duration.ofSeconds(10));

            assertThat(self.status()).isEqualTo(409);
            assertThat(self.problem()).contains("this is the node itself");
            assertThat(unknown.problem()).contains("no member has this name or UUID");
            assertThat(node.status().state()).isEqualTo(NodeState.SYNCED);
        }
    }

    @Test
    void tellsWhoAsksAndWhatItMayDo() throws Exception {
        String options = "admin.listen=127.0.0.1:0:https;admin.valid_ous=ops,dba;admin.change_ous=dba;";
        try (Node node = node(pair("n1") + options)) {
            try (TlsEndpoint tls = endpoint(operator("CN=o,OU=ops"))) {
                JsonNode me = AdminClient.remote(URI.create("https://" + address(node)), Optional.of(tls))
                        .get("/api/v1/me")
                        .json();

                assertThat(me.path("name").asText()).isEqualTo("CN=o,OU=ops");
                assertThat(me.path("door").asText()).isEqualTo("https");
                assertThat(me.path("access").path("read").path("may").asBoolean())
                        .isTrue();
                assertThat(me.path("access").path("change").path("may").asBoolean())
                        .isFalse();
                assertThat(me.path("access").path("change").path("cause").asText())
                        .contains("admin.change asks for a certificate with OU dba");
                assertThat(me.path("access").path("data").path("cause").asText())
                        .contains("admin.data=off");
                assertThat(me.path("actions")).isEmpty();
            }
            JsonNode me = AdminClient.local(directory.resolve("data"))
                    .get("/api/v1/me")
                    .json();
            assertThat(me.path("actions").toString()).contains("\"reload\"", "\"evict\"", "\"leave\"");
        }
    }

    @Test
    void aDrainedNodeTakesNoWritesAndHasFinishedThoseThatItTook() throws Exception {
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Application slow = delivery -> {
            applying.countDown();
            awaitQuietly(released);
        };
        try (Node node = Node.join(config("admin.listen=127.0.0.1:0;admin.change=open"), slow)) {
            AdminClient client = plain(node);
            CompletableFuture<Committed> taken = node.replicate(WriteSet.of(new byte[] {1}));
            applying.await();
            CompletableFuture<AdminClient.Answer> drained = new CompletableFuture<>();
            Thread operator = new Thread(() -> {
                try {
                    drained.complete(client.post("drain"));
                } catch (IOException e) {
                    drained.completeExceptionally(e);
                }
            });
            operator.start();
            await().until(() -> !node.status().health().ready());

            assertThat(node.replicate(WriteSet.of(new byte[] {2})))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(NodeException.class)
                    .withMessageContaining("drained by an operator, and nothing was sent");
            assertThat(drained).as("one is being applied").isNotDone();
            assertThat(client.get("/health/ready").status()).isEqualTo(503);
            assertThat(client.get("/api/v1/problems")
                            .json()
                            .get(0)
                            .path("remedy")
                            .asText())
                    .contains("dromon undrain");
            assertThat(node.status().state()).isEqualTo(NodeState.SYNCED);

            released.countDown();
            assertThat(drained.get(20, TimeUnit.SECONDS).text()).contains("none is on its way");
            assertThat(taken).isCompleted();
            assertThat(client.get("/api/v1/audit").json().get(0).path("action").asText())
                    .isEqualTo("drain");

            assertThat(client.post("undrain").status()).isEqualTo(200);
            assertThat(node.replicate(WriteSet.of(new byte[] {3}))).succeedsWithin(Duration.ofSeconds(10));
            assertThat(client.get("/health/ready").status()).isEqualTo(200);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void desyncsAndChangesItsWeight() throws Exception {
        try (Node node = node("admin.listen=127.0.0.1:0;admin.change=open")) {
            AdminClient client = plain(node);
            ObjectNode weight = JsonNodeFactory.instance.objectNode().put("weight", 3);

            ObjectNode dryRun = weight.deepCopy().put("dryRun", true);
            assertThat(client.post("weight", dryRun, Duration.ofSeconds(10)).text())
                    .contains("pc.weight would be 3");
            assertThat(node.status().options()).containsEntry("pc.weight", "1");
            assertThat(client.post("weight", weight, Duration.ofSeconds(10)).status())
                    .isEqualTo(200);
            await().until(() -> node.status().group().weight() == 3);
            assertThat(client.post("desync").status()).isEqualTo(200);
            await().until(() -> node.status().state() == NodeState.DONOR);
            assertThat(client.post("resync").status()).isEqualTo(200);
            await().until(() -> node.status().state() == NodeState.SYNCED);
            assertThat(client.post(
                                    "desync",
                                    JsonNodeFactory.instance.objectNode().put("x", 1),
                                    Duration.ofSeconds(5))
                            .problem())
                    .contains("a field that this action does not know");
        }
    }
}
