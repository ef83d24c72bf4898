package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of the admin listener open, and what is refused because it would open more. */
@Tag("unit")
class AdminOptionsTest {
    @TempDir
    Path directory;

    private String files = "";

    @BeforeEach
    void makeFiles() throws IOException {
        for (String name : List.of("key.pem", "cert.pem", "ops.pem")) {
            Files.createFile(directory.resolve(name));
        }
        files = "socket.ssl_key=" + directory.resolve("key.pem") + ";socket.ssl_cert=" + directory.resolve("cert.pem")
                + ";";
    }

    private static NodeConfig node(String options) {
        return NodeConfig.builder()
                .name("n")
                .address("gcomm://h")
                .options(options)
                .build();
    }

    private static void refuses(String options, String... words) {
        assertThatThrownBy(() -> node(options))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, BOTH, true",
        "127.0.0.1:80:https, HTTPS, true",
        "[::1]:0:http, HTTP, true",
        "localhost:1, BOTH, true",
        "10.0.0.5:443, BOTH, false",
        "[::]:443:https, HTTPS, false"
    })
    void readsTheFormsOfAnAddress(String text, AdminAddress.Protocol protocol, boolean loopback) {
        AdminAddress read = AdminAddress.parse(text);

        assertThat(read.protocol()).isEqualTo(protocol);
        assertThat(read.isLoopback()).isEqualTo(loopback);
        assertThat(read).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:https", "127.0.0.1:x", "::1:80", "tcp://127.0.0.1:1", "h:80"})
    void refusesOtherAddresses(String text) {
        refuses("admin.listen=" + text, "admin.listen");
    }

    @Test
    void onLoopbackReadingIsOpenAndChangingIsOff() {
        NodeConfig config = node("admin.listen=127.0.0.1:0");

        assertThat(config.value(AdminOptions.ADMIN_HEALTH)).isEqualTo("open");
        assertThat(config.value(AdminOptions.ADMIN_READ)).isEqualTo("open");
        assertThat(config.value(AdminOptions.ADMIN_CHANGE)).isEqualTo("off");
        assertThat(config.value(AdminOptions.ADMIN_DATA)).isEqualTo("off");
        assertThat(config.value(AdminOptions.ADMIN_MUTUAL_TLS)).isFalse();
    }

    @Test
    void aListOfUnitsTurnsMutualTlsOn() {
        NodeConfig config = node(files + "admin.listen=10.0.0.5:4580:https;admin.valid_ous=ops;admin.change_ous=dba");

        assertThat(config.value(AdminOptions.ADMIN_MUTUAL_TLS)).isTrue();
        assertThat(config.value(AdminOptions.ADMIN_READ)).isEqualTo("certificate");
        assertThat(config.value(AdminOptions.ADMIN_CHANGE)).isEqualTo("certificate");
        assertThat(config.value(AdminOptions.ADMIN_DATA))
                .as("not by mutual TLS alone")
                .isEqualTo("off");
        assertThat(config.value(AdminOptions.ADMIN_READ_OUS)).containsExactly("ops");
        assertThat(config.value(AdminOptions.ADMIN_CHANGE_OUS)).containsExactly("dba");
        assertThat(config.value(AdminOptions.ADMIN_SSL_CERT)).isEqualTo(directory.resolve("cert.pem"));
    }

    @Test
    void whatOtherMachinesReachNeedsMutualTls() {
        refuses(files + "admin.listen=10.0.0.5:4580", "can be reached from other machines", "admin.mutual_tls=yes");
        refuses(
                files + "admin.listen=0.0.0.0:4580;admin.valid_ous=ops;admin.change=open",
                "admin.change: open would let every machine");
        refuses(
                files + "admin.listen=0.0.0.0:4580;admin.valid_ous=ops;admin.data=open",
                "admin.data: open would let every machine");
        assertThat(node(files + "admin.listen=0.0.0.0:4580;admin.valid_ous=ops;admin.read=open")
                        .warnings())
                .anyMatch(warning -> warning.contains("admin.read=open: every machine"));
    }

    @Test
    void mutualTlsNeedsAListAndACertificate() {
        refuses(files + "admin.listen=127.0.0.1:0;admin.mutual_tls=yes", "it needs admin.valid_ous");
        refuses("admin.listen=127.0.0.1:0;admin.valid_ous=ops", "admin.mutual_tls", "needs a certificate");
        refuses(files + "admin.listen=127.0.0.1:0:http;admin.valid_ous=ops", "write 127.0.0.1:0:https");
        refuses("admin.listen=127.0.0.1:0:https", "there is no certificate");
    }

    @Test
    void whatWouldDoNothingIsRefused() {
        refuses(
                files + "admin.listen=127.0.0.1:0;admin.valid_ous=ops;admin.mutual_tls=no",
                "admin.valid_ous: does nothing with admin.mutual_tls=no");
        refuses("admin.listen=127.0.0.1:0;admin.read_ous=ops", "admin.read_ous: does nothing with admin.read=open");
        refuses("admin.listen=127.0.0.1:0;admin.change=certificate", "certificate needs admin.mutual_tls");
        assertThat(node("admin.read=off").warnings())
                .anyMatch(warning -> warning.contains("admin.read is ignored: admin.listen is not set"));
    }

    @Test
    void aPairOfItsOwnIsGivenWhole() {
        refuses(
                files + "admin.listen=127.0.0.1:0;admin.ssl_cert=" + directory.resolve("cert.pem"),
                "set admin.ssl_cert and admin.ssl_key together");
        refuses(files + "admin.listen=127.0.0.1:0;admin.ssl_ca=/nowhere/ca.pem", "admin.ssl_ca", "does not exist");
    }

    @Test
    void passwordAndListsAreThoseOfTheNodeForItsOwnFilesAlone() {
        String given = files + "socket.ssl_password_file=" + directory.resolve("key.pem") + ";tls.crl="
                + directory.resolve("ops.pem") + ";admin.listen=127.0.0.1:0;";
        String other = "admin.ssl_ca=" + directory.resolve("ops.pem") + ";admin.ssl_cert="
                + directory.resolve("ops.pem") + ";admin.ssl_key=" + directory.resolve("ops.pem");

        assertThat(node(given).optional(AdminOptions.ADMIN_SSL_PASSWORD_FILE)).isPresent();
        assertThat(node(given).optional(AdminOptions.ADMIN_SSL_CRL)).isPresent();
        assertThat(node(given + other).optional(AdminOptions.ADMIN_SSL_PASSWORD_FILE))
                .isEmpty();
        assertThat(node(given + other).optional(AdminOptions.ADMIN_SSL_CRL)).isEmpty();
    }
}
