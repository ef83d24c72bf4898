package io.dromon.node.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.node.rebootstrap.wire.StagedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken as a plan, and what is refused, by name. */
@Tag("unit")
class PlanFileTest {
    private static final String NODE = "{\"name\": \"n1\", \"url\": \"https://h:1\"}";

    @TempDir
    private Path directory;

    private RebootstrapPlan read(String json) throws IOException {
        return PlanFile.read(Files.writeString(directory.resolve("plan.json"), json));
    }

    private static String plan(String options, String nodes) {
        return "{\"cluster\": \"shop\", \"options\": " + options + ", \"nodes\": [" + nodes + "]}";
    }

    @Test
    void readsAPlanWithFilesFromItsOwnDirectory() throws Exception {
        RebootstrapPlan plan = read(plan(
                "{\"socket.ssl\": \"YES\", \"socket.ssl-ca\": \"/etc/ca.pem\"}",
                NODE + ", {\"name\": \"n2\", \"url\": \"unix:/n2\", \"files\": {\"socket.ssl_key\": \"n2/key.pem\"}}"));

        assertThat(plan.cluster()).isEqualTo("shop");
        assertThat(plan.options()).isEqualTo(Map.of("socket.ssl", "YES", "socket.ssl_ca", "/etc/ca.pem"));
        assertThat(plan.names()).containsExactly("n1", "n2");
        assertThat(plan.node("n2").files())
                .isEqualTo(
                        Map.of("socket.ssl_key", directory.resolve("n2/key.pem").toString()));
    }

    @Test
    void drawsAProcedureForEachReading() throws Exception {
        String json = plan("{}", NODE);

        assertThat(read(json).procedure()).isNotEqualTo(read(json).procedure());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | {\"name\": \"n1\", \"url\": \"u\", \"fils\": {}} | node 1 has the unknown fields [fils]; it has files, name, url",
                "{} | {\"name\": \"n1\"} | node 1 lacks the fields [url]",
                "{} | {\"name\": 1, \"url\": \"u\"} | node 1: 'name' is no text",
                "{} | 7 | node 1 is no object",
                "{} | `` | a plan has 1 to 256 nodes",
                "{} | {\"name\": \"n1\", \"url\": \"u\"}, {\"name\": \"n1\", \"url\": \"v\"} | two nodes with the name 'n1'",
                "{} | {\"name\": \"n1\", \"url\": \"u\"}, {\"name\": \"n2\", \"url\": \"u\"} | or the address u",
                "{\"socket.ssl\": true} | {\"name\": \"n1\", \"url\": \"u\"} | 'socket.ssl' is no text; write it in quotes",
                "{\"socket.sll\": \"YES\"} | {\"name\": \"n1\", \"url\": \"u\"} | did you mean socket.ssl?",
                "{\"socket.ssl\": \"ja\"} | {\"name\": \"n1\", \"url\": \"u\"} | socket.ssl: 'ja' is refused",
                "{\"evs.send_window\": \"8\"} | {\"name\": \"n1\", \"url\": \"u\"} | evs.send_window is no option that a re-bootstrap changes",
                "{\"socket.ssl_key\": \"key.pem\"} | {\"name\": \"n1\", \"url\": \"u\"} | it is not told where that file is",
                "{\"socket.ssl_key\": \"/k\"} | {\"name\": \"n1\", \"url\": \"u\", \"files\": {\"socket.ssl_key\": \"k\"}} | is set in 'options' and in 'files' of n1",
                "{} | {\"name\": \"n1\", \"url\": \"u\", \"files\": {\"socket.ssl\": \"k\"}} | socket.ssl does not name a file",
            })
    void refusesWhatIsNoPlan(String options, String nodes, String reason) {
        assertThatThrownBy(() -> read(plan(options, nodes)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plan.json")
                .hasMessageContaining(reason);
    }

    @Test
    void refusesAFileThatIsNoJson() {
        assertThatThrownBy(() -> read("{\n\"cluster\": }")).hasMessageContaining("it is no JSON: line 2");
        assertThatThrownBy(() -> read("{\"cluster\": \"a\", \"cluster\": \"b\", \"options\": {}, \"nodes\": []}"))
                .hasMessageContaining("Duplicate");
        assertThatThrownBy(() -> read("{\"cluster\": \"a\", \"option\": {}}"))
                .hasMessageContaining("it has the unknown fields [option]");
    }

    @Test
    void findsTheFilesOfEachNode() throws Exception {
        Files.createDirectories(directory.resolve("n1"));
        Files.writeString(directory.resolve("n1/cert.pem"), "of n1");
        Files.writeString(directory.resolve("cert.pem"), "of all");
        Map<String, String> options =
                Map.of("socket.ssl", "YES", "socket.ssl_cert", "cert.pem", "tls.crl", "/on/nodes");

        Map<String, String> own = PlanFiles.in(directory, "n1", options);
        Map<String, String> common = PlanFiles.in(directory, "n2", options);

        assertThat(own)
                .isEqualTo(Map.of(
                        "socket.ssl_cert", directory.resolve("n1/cert.pem").toString()));
        assertThat(common)
                .isEqualTo(
                        Map.of("socket.ssl_cert", directory.resolve("cert.pem").toString()));
        assertThat(PlanFiles.without(options)).containsOnlyKeys("socket.ssl", "tls.crl");
        StagedFile staged = Objects.requireNonNull(
                PlanFiles.read(new PlannedNode("n1", "unix:/n1", own)).get("socket.ssl_cert"));
        assertThat(staged.name()).isEqualTo("socket.ssl_cert");
        assertThat(staged.content()).asString().isEqualTo("of n1");
        assertThatThrownBy(() -> PlanFiles.in(directory, "n1", Map.of("socket.ssl_key", "key.pem")))
                .hasMessageContaining("there is neither " + directory.resolve("n1/key.pem") + " nor");
    }

    @Test
    void putsTheNameOfTheNodeInAndNothingElse() throws Exception {
        Files.writeString(directory.resolve("n1.crt"), "of n1");
        Map<String, String> options = Map.of("socket.ssl_cert", "{node}.crt");

        assertThat(PlanFiles.in(directory, "n1", options))
                .isEqualTo(Map.of("socket.ssl_cert", directory.resolve("n1.crt").toString()));
        assertThatThrownBy(() -> PlanFiles.in(directory, "../n1", options))
                .hasMessageContaining("'../n1', as the node calls itself, is no name of a directory");
    }

    @Test
    void refusesFilesThatCannotBeBrought() throws Exception {
        PlannedNode missing = new PlannedNode(
                "n1",
                "unix:/n1",
                Map.of("socket.ssl_key", directory.resolve("k").toString()));
        assertThatThrownBy(() -> PlanFiles.read(missing)).hasMessageContaining("k is not there");

        Files.write(directory.resolve("k"), new byte[StagedFile.MOST_BYTES + 1]);
        assertThatThrownBy(() -> PlanFiles.read(missing)).hasMessageContaining("has more than");

        Files.write(directory.resolve("k"), new byte[0]);
        assertThatThrownBy(() -> PlanFiles.read(missing)).hasMessageContaining("is empty");
    }

    @Test
    void readsOptionsAsTheProviderStringHasThem() {
        assertThat(ChangeableOptions.parse("socket.ssl = YES; tls.valid_ous=\"nodes,ops\";"))
                .isEqualTo(Map.of("socket.ssl", "YES", "tls.valid_ous", "nodes,ops"));
        assertThatThrownBy(() -> ChangeableOptions.parse("socket.ssl=YES;socket.ssl=NO;pc.weight=2;x"))
                .hasMessageContaining("socket.ssl stands twice")
                .hasMessageContaining("pc.weight is no option that a re-bootstrap changes")
                .hasMessageContaining("or by 'dromon set'")
                .hasMessageContaining("'x' has no value");
    }
}
