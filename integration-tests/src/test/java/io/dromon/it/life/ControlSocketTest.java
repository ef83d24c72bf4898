package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.local.ControlSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator asks a running node over its control socket. */
@Tag("sockets")
@Timeout(60)
final class ControlSocketTest {
    @TempDir
    Path directory;

    @Test
    void showsLinksWithProtocolAndIdentity() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0").start(2)) {
            Member member = cluster.members.get(0);

            JsonNode status = AdminClient.local(member.dataDirectory).status();

            assertThat(status.path("linkSummary").asText()).isEqualTo("1 of 1 links TLS 1.3");
            assertThat(status.path("tls").path("trustFingerprint").asText())
                    .isEqualTo(cluster.members
                            .get(1)
                            .node
                            .status()
                            .tls()
                            .orElseThrow()
                            .trustFingerprint());
            JsonNode link = status.path("links").path(0);
            assertThat(link.path("peerName").asText()).isEqualTo("n1");
            assertThat(link.path("peer").asText())
                    .isEqualTo(cluster.members.get(1).node.uuid().toString());
            assertThat(link.path("subject").asText()).isEqualTo("CN=n1");
            assertThat(link.path("protocol").asText()).isEqualTo("TLSv1.3");
            assertThat(link.path("generation").asInt()).isEqualTo(1);
            for (String field : new String[] {"cipher", "serial", "notAfter", "since", "bytesIn", "bytesOut"}) {
                assertThat(link.has(field)).as(field).isTrue();
            }
        }
    }

    @Test
    void carriesOutCommands() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0").start(2)) {
            Path data = cluster.members.get(0).dataDirectory;

            AdminClient client = AdminClient.local(data);

            assertThat(client.post("reload").json().path("text").asText()).startsWith("TLS generation 2");
            assertThat(client.post("relink").json().path("relinked").asInt()).isEqualTo(1);
            assertThat(client.set("evs.send_window", "8").isDone()).isTrue();
            AdminClient.Answer refused = client.set("gmcast.segment", "8");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.problem()).contains("gmcast.segment");
            assertThat(client.post("dance").status()).isEqualTo(404);
            assertThat(client.get("/api/v1").text()).contains("POST /api/v1/reload", "GET /health/ready");
        }
    }

    @Test
    void isForTheOwnerAloneAndGoneAfterTheEnd() throws Exception {
        Path data = directory.resolve("n0");
        Path socket = ControlSocket.in(data);
        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            assertThat(cluster.members.get(0).dataDirectory).isEqualTo(data);

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
        }
        org.awaitility.Awaitility.await().until(() -> !Files.exists(socket));
        assertThatThrownBy(() -> AdminClient.local(data).status())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no node runs in");
    }

    @Test
    void replacesASocketThatADeadProcessLeft() throws Exception {
        Path data = Files.createDirectories(directory.resolve("n0"));
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(ControlSocket.in(data)));
        }
        assertThat(ControlSocket.in(data)).exists();

        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            assertThat(AdminClient.local(cluster.members.get(0).dataDirectory)
                            .get("/api/v1/status")
                            .isDone())
                    .isTrue();
        }
    }

    @Test
    void cutsOffWhoSendsTooMuch() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            Path data = cluster.members.get(0).dataDirectory;
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(ControlSocket.in(data)))) {
                byte[] flood = new byte[8192];
                Arrays.fill(flood, (byte) 'x');
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                try {
                    channel.write(ByteBuffer.wrap(flood));
                    ByteBuffer part = ByteBuffer.allocate(4096);
                    while (channel.read(part) >= 0) {
                        answer.write(part.array(), 0, part.position());
                        part.clear();
                    }
                } catch (IOException e) {
                    // The end of the connection, told another way.
                }

                assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 414 ");
            }
            assertThat(AdminClient.local(data).get("/api/v1/status").isDone()).isTrue();
        }
    }

    @Test
    void leavesTheSocketOfALivingNodeAlone() throws Exception {
        Path data = Files.createDirectories(directory.resolve("n0"));
        Path path = ControlSocket.in(data);
        try (ServerSocketChannel living = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            living.bind(UnixDomainSocketAddress.of(path));
            Object before = Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
                    .fileKey();

            try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
                assertThat(cluster.members.get(0).node.status().linkSummary()).startsWith("0 of 0");
            }

            assertThat(Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
                            .fileKey())
                    .isEqualTo(before);
        }
    }
}
