package io.dromon.node.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.AdminOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Registry;
import io.dromon.node.cli.process.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dromon options --from}, and Orchestrator's names as names of options. */
@Tag("unit")
final class OrchestratorFileTest {
    @TempDir
    Path directory;

    private OrchestratorFile.Translated translated(String json) throws IOException {
        return OrchestratorFile.read(Files.writeString(directory.resolve("orchestrator.conf.json"), json));
    }

    @Test
    void translatesTheListenerAndListsTheRest() throws IOException {
        for (String name : new String[] {"cert.pem", "key.pem", "ca.pem"}) {
            Files.writeString(directory.resolve(name), "");
        }

        OrchestratorFile.Translated translated = translated("""
                {"Debug": true, "ListenAddress": ":3000", "UseSSL": true, "UseMutualTLS": true,
                 "SSLPrivateKeyFile": "DIR/key.pem", "SSLCertFile": "DIR/cert.pem", "SSLCAFile": "DIR/ca.pem",
                 "SSLValidOUs": ["ops", "dba"], "SSLSkipVerify": false, "StatusOUVerify": true, "ReadOnly": true,
                 "MySQLTopologyPassword": "hunter2", "AgentSSLCertFile": ""}
                """.replace("DIR", directory.toString()));

        assertThat(translated.text())
                .startsWith("[mysqld]\nwsrep_provider_options = \"")
                .contains("admin.listen=0.0.0.0:3000:https", "admin.valid_ous=ops,dba", "admin.mutual_tls=true")
                .contains("admin.health=certificate", "admin.change=off", "admin.ssl_key=" + directory + "/key.pem")
                .contains("# not translated: Debug: it has no counterpart")
                .contains("# not translated: SSLSkipVerify: certificates are always verified")
                .doesNotContain("hunter2");
        assertThat(translated.left())
                .containsOnlyKeys("Debug", "SSLSkipVerify", "MySQLTopologyPassword", "AgentSSLCertFile");
        Path file = Files.writeString(
                directory.resolve("node.cnf"),
                translated
                        .text()
                        .replace("[mysqld]", "[mysqld]\nwsrep_cluster_address=gcomm://\nwsrep_cluster_name=g"));
        NodeConfig config = NodeConfig.builder().file(file).dataDir(directory).build(); // what is printed can be used
        assertThat(config.value(AdminOptions.ADMIN_VALID_OUS)).containsExactly("ops", "dba");
    }

    @Test
    void aFileWithoutAListenerHasTheUsualOne() throws IOException {
        assertThat(translated("{}").text()).contains("\"admin.listen=0.0.0.0:3000:http\"");
    }

    @Test
    void whatCannotBeUsedIsRefused() {
        assertThatThrownBy(() -> translated("{\"ListenAddress\": \"db1.example.org\"}"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("admin.listen");
        assertThatThrownBy(() -> translated("{\"SSLCertFile\": \"/x; admin.change=open\"}"))
                .hasMessageContaining("which no option can hold");
        assertThatThrownBy(() -> translated("[]")).hasMessageContaining("is no JSON object");
        assertThatThrownBy(() -> translated("{\"a\": 1, \"a\": 2}")).hasMessageContaining("is no JSON");
    }

    @Test
    void itsNamesAreTakenInOptionsAsWell() {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .address("gcomm://")
                .dataDir(directory)
                .options("ListenAddress=127.0.0.1:4580:http")
                .build();

        assertThat(config.value(AdminOptions.ADMIN_LISTEN)).hasToString("127.0.0.1:4580:http");
        assertThat(Registry.find("SSLValidOUs")).hasValue(AdminOptions.ADMIN_VALID_OUS);
        assertThat(Registry.unknown("UseSSL")).contains("HOST:PORT:https");
    }
}
