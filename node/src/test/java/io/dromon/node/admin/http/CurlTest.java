package io.dromon.node.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What curl gets of a node: the commands of ADMIN.md. */
@Tag("peers")
@Timeout(90)
final class CurlTest {
    private final X509Bundle authority = TestPki.ca("curl CA");

    @TempDir
    Path directory;

    @BeforeEach
    void requireCurl() {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    }

    private void pair(String name, String subject) throws IOException {
        X509Bundle own = TestPki.issue(TestPki.builder("x").subject(subject).addSanIpAddress("127.0.0.1"), authority);
        Files.writeString(directory.resolve(name + ".pem"), own.getCertificatePEM());
        Files.writeString(directory.resolve(name + ".key"), own.getPrivateKeyPEM());
        Files.setPosixFilePermissions(directory.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
    }

    private Node node(String protocol) throws IOException {
        pair("node", "CN=n1");
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        return Node.join(
                NodeConfig.builder()
                        .group("g")
                        .name("n1")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve("data"))
                        .options("admin.listen=127.0.0.1:0" + protocol + ";admin.valid_ous=ops;admin.ssl_cert="
                                + directory.resolve("node.pem") + ";admin.ssl_key=" + directory.resolve("node.key")
                                + ";admin.ssl_ca=" + directory.resolve("ca.pem"))
                        .build(),
                delivery -> {});
    }

    /** The answer, with the status code as its last line; curl's exit code alone where there is none. */
    private String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/curl", "-sS", "--noproxy", "*", "--max-time", "20", "-w", "\n%{http_code}"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private String https(Node node, String path, String... more) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("--cacert", directory.resolve("ca.pem").toString()));
        arguments.addAll(List.of(more));
        arguments.add("https://" + address(node) + path);
        return curl(arguments.toArray(String[]::new));
    }

    private static String address(Node node) {
        return node.status().admin().orElseThrow().address();
    }

    private String[] as(String name) {
        return new String[] {
            "--cert",
            directory.resolve(name + ".pem").toString(),
            "--key",
            directory.resolve(name + ".key").toString()
        };
    }

    @Test
    void asksBothDoors() throws Exception {
        pair("ops", "CN=olga,OU=ops");
        pair("sales", "CN=sam,OU=sales");
        try (Node node = node("")) {
            String socket = directory.resolve("data").resolve("dromon.sock").toString();

            assertThat(curl("--unix-socket", socket, "http://localhost/api/v1/status"))
                    .endsWith("\n200");
            assertThat(curl("http://" + address(node) + "/health/ready")).endsWith("\n200");
            assertThat(https(node, "/health/ready")).endsWith("\n200");
            assertThat(https(node, "/api/v1/status")).contains("has shown none").endsWith("\n403");
            assertThat(https(node, "/api/v1/status", as("sales")))
                    .contains("has OU sales")
                    .endsWith("\n403");
            assertThat(https(node, "/api/v1/members", as("ops")))
                    .contains("\"n1\"")
                    .endsWith("\n200");
            assertThat(https(node, "/metrics", as("ops")))
                    .contains("mysql_global_status_wsrep_cluster_size 1.0", "dromon_build_info{")
                    .endsWith("\n200");
            assertThat(https(node, "/api/v1/events", merged(as("ops"), "--max-time", "2")))
                    .contains("event: status\ndata: {\"group\":\"g\",\"primary\":true");
            assertThat(https(node, "/api/v1/weight", merged(as("ops"), "--json", "{\"weight\": 2}")))
                    .endsWith("\n200");
            assertThat(node.status().options()).containsEntry("pc.weight", "2");
            assertThat(curl("--unix-socket", socket, "http://localhost/api/v1/audit"))
                    .contains("\"action\" : \"weight 2\"", "OU=ops", "\"result\" : \"done\"");
        }
    }

    private static String[] merged(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void isToldWhatAPortForHttpsTakes() throws Exception {
        try (Node node = node(":https")) {
            assertThat(curl("http://" + address(node) + "/health/live"))
                    .contains("plain HTTP on a port for HTTPS")
                    .endsWith("\n400");
            assertThat(curl("--http2-prior-knowledge", "http://" + address(node) + "/health/live"))
                    .endsWith("\n000");
        }
    }
}
