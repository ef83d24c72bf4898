package io.dromon.node.cli.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.cli.control.ClientTls;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.transport.testpki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Which ways lead to a node while its TLS changes. */
@Tag("unit")
class NodeWaysTest {
    @TempDir
    private Path directory;

    private Path authority(String name) throws IOException {
        return Files.writeString(directory.resolve(name), TestPki.ca(name).getCertificatePEM());
    }

    private static ClientTls tls(String... arguments) {
        ClientTls tls = new ClientTls();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("tls", CommandLine.Model.CommandSpec.forAnnotatedObject(tls)))
                .parseArgs(arguments);
        return tls;
    }

    private static int ways(NodeWays ways, String address, Map<String, String> files) {
        return ways.to(new PlannedNode("n1", address, files)).size();
    }

    @Test
    void areThoseOfTheAddressAndOfTheStagedAuthority() throws IOException {
        Map<String, String> staged =
                Map.of("socket.ssl_ca", authority("staged.pem").toString());
        try (NodeWays plain = new NodeWays(tls());
                NodeWays secure = new NodeWays(tls("--ca", authority("ca.pem").toString()))) {
            assertThat(ways(plain, "unix:/n1/dromon.sock", staged)).isEqualTo(1);
            assertThat(ways(plain, "http://127.0.0.1:1", Map.of())).isEqualTo(1);
            assertThat(ways(plain, "http://127.0.0.1:1", staged))
                    .as("https there later")
                    .isEqualTo(2);
            assertThat(ways(secure, "https://h:1", Map.of())).isEqualTo(1);
            assertThat(ways(secure, "https://h:1", staged))
                    .as("of another CA later")
                    .isEqualTo(2);
        }
    }

    @Test
    void areAddressedByUrlsAndDirectories() throws IOException {
        assertThat(NodeWays.address("unix:" + directory)).isEqualTo("unix:" + directory.resolve("dromon.sock"));
        assertThat(NodeWays.address("https://h:1")).isEqualTo("https://h:1");
        assertThat(NodeWays.address("http://[::1]:1")).isEqualTo("http://[::1]:1");
        assertThatThrownBy(() -> NodeWays.address("http://localhost.example.org:1"))
                .hasMessageContaining("would cross the network in plain text");
        assertThatThrownBy(() -> NodeWays.address("ftp://h")).hasMessageContaining("is no address of a node");
        assertThatThrownBy(() -> NodeWays.address("h h")).hasMessageContaining("is no address of a node");
    }
}
