package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class IdentityOptionsTest {
    @TempDir
    Path directory;

    private String files = "";

    @BeforeEach
    void makeFiles() throws IOException {
        for (String name : List.of("key.pem", "cert.pem", "a.pem", "b.pem")) {
            Files.createFile(directory.resolve(name));
        }
        files = "socket.ssl_key=" + path("key.pem") + ";socket.ssl_cert=" + path("cert.pem") + ";";
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private static NodeConfig node(String options) {
        return NodeConfig.builder()
                .name("n")
                .address("gcomm://h")
                .options(options)
                .build();
    }

    @Test
    void aRuleTurnsIdentityOn() {
        assertThat(node(files).value(IdentityOptions.TLS_VERIFY)).isEqualTo(Verify.CA);
        assertThat(node(files + "tls.valid_ous=nodes").value(IdentityOptions.TLS_VERIFY))
                .isEqualTo(Verify.IDENTITY);
        assertThat(node(files + "tls.client_ca.Acme=" + path("a.pem")).value(IdentityOptions.TLS_VERIFY))
                .isEqualTo(Verify.IDENTITY);
    }

    @Test
    void identityWithoutARuleIsRefused() {
        assertThatThrownBy(() -> node(files + "tls.verify=identity"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("at least one rule")
                .hasMessageContaining("tls.valid_ous");
    }

    @Test
    void aRuleThatWouldDoNothingIsRefused() {
        assertThatThrownBy(() -> node(files + "tls.verify=ca;tls.valid_ous=a;tls.client_ca.Acme=" + path("a.pem")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tls.valid_ous does nothing with tls.verify=ca")
                .hasMessageContaining("tls.client_ca.Acme does nothing");
    }

    @Test
    void identityInPlainTextIsRefusedUnlessPlainTextIsMeant() {
        assertThatThrownBy(() -> node("tls.verify=identity"))
                .hasMessageContaining("tls.verify is ignored, links are plain text")
                .hasMessageContaining("socket.ssl=false");
        assertThat(node("socket.ssl=false;tls.valid_ous=a;tls.crl=/x").warnings())
                .hasSize(2)
                .allMatch(warning -> warning.contains("links are plain text: socket.ssl is false"));
    }

    @Test
    void anOptionOfTlsInPlainTextIsAWarning() {
        assertThat(node("socket.ssl_cipher=HIGH;socket.ssl_compression=YES;tls.protocols=TLSv1.3;tls.provider=jdk")
                        .warnings())
                .hasSize(4)
                .allMatch(warning -> warning.contains("is ignored, links are plain text: neither socket.ssl_key nor"));
        assertThat(node("socket.ssl=false;socket.ssl_compression=NO;tls.provider=auto")
                        .warnings())
                .isEmpty();
    }

    @Test
    void anEndOfDynamicWithoutDynamicIsAWarning() {
        assertThat(node(files + "tls.dynamic_until=2027-01-31T12:00:00Z;tls.dynamic_grace=PT1H")
                        .warnings())
                .hasSize(2)
                .allMatch(warning -> warning.contains("has no effect: socket.dynamic is off"));
        assertThat(node(files + "socket.dynamic=true;tls.dynamic_until=2027-01-31T12:00:00Z")
                        .warnings())
                .isEmpty();
    }

    @Test
    void aCommaThatBelongsToAValueCanBeWrittenEverywhere() throws IOException {
        List<String> wanted = List.of("Acme, Inc.", "nodes");
        assertThat(node(files + "tls.valid_ous=Acme\\\\, Inc.,nodes").value(IdentityOptions.TLS_VALID_OUS))
                .isEqualTo(wanted);

        String head = "wsrep_cluster_address=gcomm://h\nwsrep_node_name=n\n";
        Path section = Files.writeString(
                path("section.cnf"),
                "[dromon]\n" + head + "socket.ssl_key=" + path("key.pem") + "\nsocket.ssl_cert=" + path("cert.pem")
                        + "\ntls.valid_ous=Acme\\, Inc.,nodes\n");
        assertThat(NodeConfig.load(section).value(IdentityOptions.TLS_VALID_OUS))
                .isEqualTo(wanted);

        Path provider = Files.writeString(
                path("provider.cnf"),
                "[dromon]\n" + head + "wsrep_provider_options=\"" + files
                        + "tls.valid_ous=Acme\\\\\\\\, Inc.,nodes\"\n");
        assertThat(NodeConfig.load(provider).value(IdentityOptions.TLS_VALID_OUS))
                .isEqualTo(wanted);
    }

    @Test
    void rulesGoTogetherAsIsSaid() {
        assertThat(node(files + "tls.valid_ous=a").value(IdentityOptions.TLS_MATCH))
                .isEqualTo(Match.ANY);
        assertThat(node(files + "tls.valid_ous=a;tls.match=all").value(IdentityOptions.TLS_MATCH))
                .isEqualTo(Match.ALL);
        assertThatThrownBy(() -> node(files + "tls.match=all"))
                .hasMessageContaining("tls.match does nothing without a rule");
    }

    @Test
    void listsAreDemandedOnlyWhereThereIsAFileOfThem() {
        assertThatThrownBy(() -> node(files + "tls.crl_required=yes"))
                .hasMessageContaining("set tls.crl to a PEM file");
        assertThat(node(files + "tls.crl_required=yes;tls.crl=" + path("a.pem"))
                        .value(IdentityOptions.TLS_CRL_REQUIRED))
                .isTrue();
    }

    @Test
    void organisationsKeepTheirNamesAsWritten() {
        NodeConfig config = node(files + "tls.client_ca.Acme-East Inc. = " + path("a.pem") + ", " + path("b.pem")
                + "; tls.client_ca.Acme_East Inc.=" + path("b.pem"));

        Map<String, List<Path>> organisations = config.members(IdentityOptions.TLS_CLIENT_CA);

        assertThat(organisations)
                .isEqualTo(Map.of(
                        "Acme-East Inc.", List.of(path("a.pem"), path("b.pem")),
                        "Acme_East Inc.", List.of(path("b.pem"))));
        assertThat(config.options())
                .extracting(Option::name)
                .contains("tls.client_ca.Acme-East Inc.", "tls.client_ca.ORG");
    }

    @Test
    void organisationsStandInAFileOfTheirOwnSection() throws IOException {
        Path file = Files.writeString(
                path("node.cnf"),
                "[dromon]\nwsrep_cluster_address=gcomm://h\nwsrep_node_name=n\nsocket.ssl_key=" + path("key.pem")
                        + "\nsocket.ssl_cert=" + path("cert.pem") + "\ntls.client_ca.A-B=" + path("a.pem")
                        + "\ntls.client_ca.A_B=" + path("b.pem") + "\n");

        assertThat(NodeConfig.load(file).members(IdentityOptions.TLS_CLIENT_CA).keySet())
                .containsExactly("A-B", "A_B");
    }

    @Test
    void namesEveryFileThatIsMissing() {
        assertThatThrownBy(() -> node(files + "tls.crl=/no/crl;tls.client_ca.A=/no/a," + path("a.pem")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tls.crl: /no/crl does not exist")
                .hasMessageContaining("tls.client_ca.A: /no/a does not exist");
    }

    @Test
    void rulesInTheClusterAddressAreRefused() {
        assertThatThrownBy(() -> NodeConfig.builder()
                        .name("n")
                        .address("gcomm://h?tls.valid_ous=a")
                        .build())
                .hasMessageContaining("tls.valid_ous has no effect in the cluster address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls.valid_sans=*.*.example.org",
                "tls.valid_sans=*",
                "tls.valid_sans=a b",
                "tls.valid_sans=10.0.0.256",
                "tls.valid_sans=IP:host",
                "tls.valid_sans=URI:nothing",
                "tls.valid_sans=spiffe://acme/db*",
                "tls.valid_sans=spiffe://*/db",
                "tls.valid_sans=spiffe://acme/*/db",
                "tls.valid_sans=urn:acme:*",
                "tls.valid_sans=spiffe://*",
                "tls.valid_ous=",
                "tls.valid_cns=a,",
                "tls.client_ca.A="
            })
    void refusesWhatCannotBeARule(String option) {
        assertThatThrownBy(() -> node(files + option))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("refused");
    }
}
