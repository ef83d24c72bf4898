package io.dromon.node.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.NodeConfig;
import io.dromon.node.Health;
import io.dromon.node.Node;
import io.dromon.node.cli.Dromon;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the commands for a running node print. */
@Tag("sockets")
@Timeout(60)
final class ControlCommandTest {
    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    @Test
    void showsAndChangesARunningNode() {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .build();
        try (Node node = Node.join(config, delivery -> {})) {
            String status = run(0, "status");
            assertThat(status)
                    .contains("group g is PRIMARY", "members     1: a (SYNCED)", "off: PLAIN TEXT")
                    .contains(node.uuid().toString());
            assertThat(run(0, "status", "--json")).contains("\"linkSummary\" : \"0 of 0 links TLS 1.3\"");
            assertThat(run(0, "status", "--format", "json")).contains("\"ready\" : true", "\"status\" : \"ok\"");
            assertThat(run(0, "status", "--health")).isEqualTo("ready, ok" + System.lineSeparator());
            assertThat(run(0, "status", "--format", "prometheus"))
                    .contains("# TYPE dromon_ready gauge", "dromon_ready 1.0", "dromon_health 0.0")
                    .contains("dromon_node_info{group=\"g\",name=\"a\",state=\"SYNCED\"")
                    .contains("dromon_links{protocol=\"TLSv1.3\"} 0.0", "dromon_group_members 1.0");
            assertThat(run(0, "set", "evs.send_window=8")).contains("evs.send_window is set");
            assertThat(run(0, "relink")).contains("0 links were relinked");

            run(ExitCode.FAILED, "set", "gmcast.segment=3");
            run(ExitCode.FAILED, "reload");
            run(ExitCode.FAILED, "rotate", "present-new");

            assertThat(errors.toString())
                    .contains("gmcast.segment: cannot be changed while the node runs")
                    .contains("this node runs in plain text");
        }
    }

    @Test
    void asksANodeByItsUrl() throws Exception {
        X509Bundle ca = TestPki.ca("url CA");
        put(TestPki.issue(TestPki.builder("a").subject("CN=a,OU=ops").addSanIpAddress("127.0.0.1"), ca), ca);
        String pair = "=" + directory.resolve("cert.pem") + ";admin.ssl_key=" + directory.resolve("key.pem")
                + ";admin.ssl_ca=" + directory.resolve("ca.pem");
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .options("admin.listen=127.0.0.1:0:https;admin.valid_ous=ops;admin.ssl_cert" + pair)
                .build();
        try (Node node = Node.join(config, delivery -> {})) {
            String address = node.status().admin().orElseThrow().address();
            String[] door = {
                "--url", "https://" + address,
                "--ca", directory.resolve("ca.pem").toString(),
                "--cert", directory.resolve("cert.pem").toString(),
                "--key", directory.resolve("key.pem").toString()
            };

            assertThat(execute(0, door, "status", "--health")).isEqualTo("ready, ok" + System.lineSeparator());
            assertThat(execute(0, door, "set", "evs.send_window=8")).contains("evs.send_window is set");
            execute(ExitCode.FAILED, new String[] {"--url", "https://" + address}, "status");
            assertThat(errors.toString()).contains("--ca is missing");
            execute(ExitCode.FAILED, new String[] {"--url", "https://" + address, door[2], door[3]}, "status");
            assertThat(errors.toString()).contains("this client has shown none", "dromon --cert --key");
            String name = address.replace("127.0.0.1", "localhost");
            execute(ExitCode.FAILED, new String[] {"--url", "https://" + name, door[2], door[3]}, "status");
            assertThat(errors.toString()).contains("belongs to none of localhost");
            execute(ExitCode.FAILED, new String[] {"--url", "http://" + address}, "status");
            assertThat(errors.toString()).contains("plain HTTP on a port for HTTPS; use https://");
        }
    }

    @Test
    void saysThatNoNodeRunsThere() {
        run(ExitCode.FAILED, "status");

        assertThat(errors.toString()).contains("no node runs in " + directory, "--data-dir");
    }

    @Test
    void tellsOfACertificateThatEndsSoonAndOfOneThatHasEnded() throws Exception {
        X509Bundle ca = TestPki.ca("status CA");
        put(TestPki.issue(TestPki.builder("a").notAfter(Instant.now().plus(Duration.ofDays(5))), ca), ca);
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .options("socket.ssl_cert=" + directory.resolve("cert.pem") + ";socket.ssl_key="
                        + directory.resolve("key.pem") + ";socket.ssl_ca=" + directory.resolve("ca.pem"))
                .build();
        try (Node node = Node.join(config, delivery -> {})) {
            JsonNode tls =
                    new ObjectMapper().readTree(run(0, "status", "--json")).path("tls");
            assertThat(node.status().health().word()).isEqualTo(Health.Word.CRITICAL);
            assertThat(tls.path("daysLeft").asInt()).isEqualTo(4);
            assertThat(tls.path("health").asText()).isEqualTo("critical");
            assertThat(tls.path("certificates").findValuesAsText("role")).containsExactly("own", "authority");
            assertThat(run(0, "status", "--health"))
                    .startsWith("ready, critical: the certificate expires at ")
                    .contains("in less than 7 days");
            assertThat(run(0, "status", "--format", "prometheus"))
                    .containsPattern("dromon_tls_certificate_not_after_seconds\\{role=\"own\",serial=\"[0-9a-f]+\","
                            + "subject=\"CN=a\"} [0-9.E]+")
                    .contains("dromon_health 2.0", "dromon_ready 1.0", "dromon_tls_reload_refused 0.0");

            put(TestPki.issue(TestPki.builder("a"), ca), ca);
            run(0, "reload");
            assertThat(run(0, "status", "--health")).isEqualTo("ready, ok" + System.lineSeparator());
            Files.setPosixFilePermissions(directory.resolve("key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(run(0, "reload")).contains("WARNING: socket.ssl_key: every user can read", "chmod 600");
            Files.writeString(directory.resolve("key.pem"), "nothing");
            run(ExitCode.FAILED, "reload");
            assertThat(run(0, "status", "--health")).startsWith("ready, warning: the files on disk are not used");
        }
        run(ExitCode.FAILED, "status", "--health");
    }

    private void put(X509Bundle own, X509Bundle ca) throws IOException {
        Files.writeString(directory.resolve("cert.pem"), own.getCertificatePEM());
        Files.writeString(directory.resolve("key.pem"), own.getPrivateKeyPEM());
        Files.setPosixFilePermissions(directory.resolve("key.pem"), PosixFilePermissions.fromString("rw-------"));
        Files.writeString(directory.resolve("ca.pem"), ca.getCertificatePEM());
    }

    @Test
    void printsLinksAndWarningsAsATable() throws Exception {
        String json = """
                {"name":"a","uuid":"u","listenAddress":"ssl://h:1","state":"SYNCED","linkSummary":"1 of 1 links TLS 1.3",
                 "group":{"name":"g","state":"PRIMARY","configuration":2,"seqno":7,"weight":2,
                          "members":[{"name":"a","state":"SYNCED"},{"name":"b","state":"SYNCED","arbitrator":true}]},
                 "tls":{"enabled":true,"provider":"BoringSSL","generation":3,"loaded":"2026-11-21T00:00:00Z",
                        "subject":"CN=a","serial":"1","notAfter":"2020-01-01T00:00:00Z","trustFingerprint":"abcd",
                        "trusted":["CN=ca"],"warnings":["the certificate has EXPIRED"],"refusedReload":"no key"},
                 "links":[{"peerName":"b","peerAddress":"ssl://h:2","state":"OK","mode":"TLS","protocol":"TLSv1.3",
                           "cipher":"TLS_AES_128_GCM_SHA256","subject":"CN=b","serial":"2","generation":3,
                           "alternativeNames":["DNS:b.example.org","IP:10.0.0.2"],"admittedBy":"tls.valid_ous: nodes",
                           "compression":{"ratioOut":3.5},
                           "notAfter":"2020-01-01T00:00:00Z","bytesIn":5,"bytesOut":6}],
                 "refused":[{"kind":"PlainPeer","address":"10.0.0.9","message":"speaks plain text","count":4,
                             "lastSeen":"2026-11-21T00:00:00Z"}]}
                """;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        StatusTable.print(new ObjectMapper().readTree(json), new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("b (SYNCED, arbitrator)", "generation 3 since", "fingerprint abcd")
                .contains("WARNING     the certificate has EXPIRED", "the files on disk are not used: no key")
                .containsPattern(
                        "b +ssl://h:2 +OK +TLSv1.3 +TLS_AES_128_GCM_SHA256 +- +3.5 +CN=b +DNS:b.example.org,IP:10.0.0.2 +2 +2020.* EXPIRED +tls.valid_ous: nodes +3 ")
                .contains("PlainPeer  4 times  speaks plain text");
    }

    private String run(int expected, String... arguments) {
        return execute(expected, new String[] {"--data-dir", directory.toString()}, arguments);
    }

    private String execute(int expected, String[] door, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + door.length);
        System.arraycopy(door, 0, all, arguments.length, door.length);
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            CommandLine command = Dromon.commandLine().setErr(new PrintWriter(errors, true));
            assertThat(command.execute(all)).as("%s", String.join(" ", all)).isEqualTo(expected);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
