package io.dromon.node.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.config.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class OptionTableTest {
    @Test
    void printsEachOptionAsARowOfMarkdownWithEqualColumns() {
        String[] rows = OptionTable.print(OptionTable.Format.MD).split("\n");

        assertThat(rows).hasSize(Registry.all().size() + 2);
        long bars = bars(rows[0]);
        assertThat(rows).allSatisfy(row -> assertThat(bars(row)).isEqualTo(bars));
        assertThat(rows).anyMatch(row -> row.startsWith("| `evs.suspect_timeout` |") && row.contains("PT5S"));
    }

    private static long bars(String row) {
        return row.replace("\\|", "").chars().filter(c -> c == '|').count();
    }

    @Test
    void printsReadableJson() throws IOException {
        JsonNode all = new ObjectMapper().readTree(OptionTable.print(OptionTable.Format.JSON));

        assertThat(all).hasSize(Registry.all().size());
        assertThat(all)
                .allSatisfy(option -> assertThat(option.path("doc").asText()).isNotEmpty());
        JsonNode one = new ObjectMapper().readTree(OptionTable.print(OptionTable.Format.JSON, "evs.send-window"));
        assertThat(one.path("name").asText()).isEqualTo("evs.send_window");
        assertThat(one.path("range").asText()).contains("evs.user_send_window");
        assertThat(one.path("support").asText()).isEqualTo("honoured");
    }

    @Test
    void printsOneOptionWithAllThatIsKnown() {
        assertThat(OptionTable.print(OptionTable.Format.TABLE, "gcache.size"))
                .contains("gcache.size", "128M", "bytes", "honoured by cache");
        assertThat(OptionTable.print(OptionTable.Format.MD, "socket.ssl"))
                .startsWith("### `socket.ssl`")
                .contains("honoured by tls");
    }

    @Test
    void suggestsTheNearestNameOfAnUnknownOne() {
        assertThatThrownBy(() -> OptionTable.print(OptionTable.Format.MD, "evs.suspicious_timeout"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("did you mean evs.suspect_timeout?");
    }

    @Test
    void showsValuesAndPlacesButNoSecrets() {
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://")
                .options("pc.weight=3")
                .option("wsrep_sst_auth", "root:hush")
                .build();

        for (OptionTable.Format format : OptionTable.Format.values()) {
            assertThat(OptionTable.print(format, config))
                    .contains("provider options")
                    .doesNotContain("hush");
        }
        assertThat(config.warnings().toString()).doesNotContain("hush");
    }

    @Test
    void showsTheSetMembersOfAFamilyBesideIt(@TempDir Path directory) throws IOException {
        for (String name : List.of("key.pem", "cert.pem", "a.pem")) {
            Files.createFile(directory.resolve(name));
        }
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://h")
                .options("socket.ssl_key=" + directory.resolve("key.pem") + ";socket.ssl_cert="
                        + directory.resolve("cert.pem") + ";tls.client_ca.Acme-East Inc. = "
                        + directory.resolve("a.pem"))
                .build();

        assertThat(OptionTable.print(OptionTable.Format.TABLE, config))
                .contains("tls.client_ca.Acme-East Inc.", "tls.client_ca.ORG");
    }
}
