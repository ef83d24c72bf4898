package io.dromon.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files to key, chain and anchors; those that openssl writes are made by openssl. */
@Tag("unit")
@Timeout(60)
class TlsGenerationTest {
    @TempDir
    Path dir;

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(dir.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("openssl.log").toFile())
                    .start();
        } catch (java.io.IOException e) {
            assumeTrue("required".equals(System.getProperty("peers")), "openssl is not installed");
            throw e;
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(dir.resolve("openssl.log")))
                .isZero();
    }

    private TlsSettings files(String certificate, String key) {
        return TlsSettings.of(dir.resolve(certificate), dir.resolve(key));
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(dir.resolve(name), text);
    }

    private void works(TlsSettings settings) throws Exception {
        TlsGeneration generation = TlsGeneration.load(1, settings);
        assertThat(generation.warnings(Instant.now())).isEmpty();
        for (TlsSettings.Provider provider : List.of(TlsSettings.Provider.BORINGSSL, TlsSettings.Provider.JDK)) {
            try (TlsContexts contexts = TestPki.contexts(provider, "", generation)) {
                assertThat(contexts.generation()).isSameAs(generation);
            }
        }
    }

    @Test
    void classicRecipeWithDatesBeyondTheYear3000Works() throws Exception {
        openssl(
                "req",
                "-new",
                "-x509",
                "-days",
                "365000",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=x");

        works(files("cert.pem", "key.pem"));

        TlsGeneration generation = TlsGeneration.load(1, files("cert.pem", "key.pem"));
        assertThat(generation.certificate().getNotAfter().toInstant()).isAfter(Instant.parse("3000-01-01T00:00:00Z"));
        assertThat(generation.anchors()).containsExactly(generation.certificate());
    }

    @Test
    void versionOneCertificateOfOwnCaWorks() throws Exception {
        openssl("genrsa", "-traditional", "-out", "ca-key.pem", "2048");
        openssl(
                "req",
                "-new",
                "-x509",
                "-nodes",
                "-days",
                "365",
                "-key",
                "ca-key.pem",
                "-out",
                "ca-cert.pem",
                "-subj",
                "/CN=CA");
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "req.pem", "-subj", "/CN=node");
        openssl("rsa", "-traditional", "-in", "key.pem", "-out", "key1.pem");
        openssl(
                "x509",
                "-req",
                "-in",
                "req.pem",
                "-days",
                "365",
                "-CA",
                "ca-cert.pem",
                "-CAkey",
                "ca-key.pem",
                "-set_serial",
                "01",
                "-out",
                "cert.pem");
        TlsSettings settings = new TlsSettings(
                dir.resolve("cert.pem"),
                dir.resolve("key1.pem"),
                Optional.of(dir.resolve("ca-cert.pem")),
                Optional.empty(),
                "",
                TlsSettings.Provider.AUTO);

        works(settings);

        assertThat(TlsGeneration.load(1, settings).certificate().getVersion()).isEqualTo(1);
        assertThat(Files.readString(dir.resolve("key1.pem"))).startsWith("-----BEGIN RSA PRIVATE KEY");
        assertThat(TlsGeneration.load(1, files("cert.pem", "key1.pem")).warnings(Instant.now()))
                .as("without socket.ssl_ca")
                .isNotEmpty()
                .first()
                .asString()
                .contains("CN=CA");
    }

    @Test
    void sec1KeyWithItsParametersWorks() throws Exception {
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", "key.pem");
        openssl("req", "-new", "-x509", "-days", "30", "-key", "key.pem", "-out", "cert.pem", "-subj", "/CN=x");

        assertThat(Files.readString(dir.resolve("key.pem"))).contains("BEGIN EC PARAMETERS", "BEGIN EC PRIVATE KEY");
        works(files("cert.pem", "key.pem"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs8", "traditional", "pkcs8-des3"})
    void encryptedKeyNeedsItsPassword(String form) throws Exception {
        openssl(
                "req",
                "-new",
                "-x509",
                "-days",
                "30",
                "-nodes",
                "-keyout",
                "plain.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=x");
        switch (form) {
            case "traditional" ->
                openssl(
                        "rsa",
                        "-traditional",
                        "-aes256",
                        "-passout",
                        "pass:secret",
                        "-in",
                        "plain.pem",
                        "-out",
                        "key.pem");
            case "pkcs8-des3" ->
                openssl(
                        "pkcs8",
                        "-topk8",
                        "-v2",
                        "des3",
                        "-passout",
                        "pass:secret",
                        "-in",
                        "plain.pem",
                        "-out",
                        "key.pem");
            default -> openssl("pkcs8", "-topk8", "-passout", "pass:secret", "-in", "plain.pem", "-out", "key.pem");
        }
        write("password", "secret\nsecond line\n");
        write("wrong", "guess\n");
        TlsSettings none = files("cert.pem", "key.pem");

        works(withPassword(none, "password"));
        assertThat(TlsGeneration.load(1, withPassword(none, "password")).notes())
                .anySatisfy(note -> assertThat(note).startsWith("socket.ssl_password_file: every user can read "));

        assertThatThrownBy(() -> TlsGeneration.load(1, none))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("encrypted")
                .hasMessageContaining("socket.ssl_password_file");
        assertThatThrownBy(() -> TlsGeneration.load(1, withPassword(none, "wrong")))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("cannot be decrypted")
                .hasMessageNotContaining("guess");
        assertThatThrownBy(() -> TlsGeneration.load(1, withPassword(none, "absent")))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("socket.ssl_password_file: no such file");
    }

    private TlsSettings withPassword(TlsSettings settings, String file) {
        return new TlsSettings(
                settings.certificate(),
                settings.key(),
                settings.ca(),
                Optional.of(dir.resolve(file)),
                "",
                TlsSettings.Provider.AUTO);
    }

    @Test
    void chainIsKeptAndBundleOfAnchorsRead() throws Exception {
        X509Bundle ca = TestPki.ca("CA");
        X509Bundle other = TestPki.ca("Other CA");
        X509Bundle intermediate = TestPki.issue(TestPki.builder("I").setIsCertificateAuthority(true), ca);
        X509Bundle leaf = TestPki.issue(TestPki.builder("leaf"), intermediate);
        write("key.pem", leaf.getPrivateKeyPEM());
        write("cert.pem", leaf.getCertificatePEM() + "\n" + intermediate.getCertificatePEM());
        write("ca.pem", "# two\n" + other.getCertificatePEM() + "\n" + ca.getCertificatePEM() + "\n");
        TlsSettings settings = new TlsSettings(
                dir.resolve("cert.pem"),
                dir.resolve("key.pem"),
                Optional.of(dir.resolve("ca.pem")),
                Optional.empty(),
                "",
                TlsSettings.Provider.AUTO);

        TlsGeneration generation = TlsGeneration.load(3, settings);

        assertThat(generation.chain()).containsExactly(leaf.getCertificate(), intermediate.getCertificate());
        assertThat(generation.anchors()).containsExactly(other.getCertificate(), ca.getCertificate());
        assertThat(generation.warnings(Instant.now())).isEmpty();
        assertThat(generation).hasToString(generation.toString()).asString().doesNotContain("PRIVATE");
    }

    @Test
    void everythingWrongWithAFileIsSaid() throws Exception {
        X509Bundle one = TestPki.selfSigned("one");
        X509Bundle two = TestPki.selfSigned("two");
        write("cert.pem", one.getCertificatePEM());
        write("key.pem", one.getPrivateKeyPEM());
        write("other.pem", two.getPrivateKeyPEM());
        write("two.pem", one.getPrivateKeyPEM() + "\n" + two.getPrivateKeyPEM());
        write("empty.pem", "");
        write("broken.pem", "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkq\n-----END PRIVATE KEY-----\n");
        write("brokencert.pem", "-----BEGIN CERTIFICATE-----\nMIIBVgIBADANBgkq\n-----END CERTIFICATE-----\n");

        assertThatThrownBy(() -> TlsGeneration.load(1, files("absent.pem", "key.pem")))
                .hasMessageContaining("socket.ssl_cert: no such file")
                .hasMessageContaining("absent.pem");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", ".")))
                .hasMessageContaining("socket.ssl_key")
                .hasMessageContaining("directory");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "cert.pem")))
                .hasMessageContaining("socket.ssl_key: no private key");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("empty.pem", "key.pem")))
                .hasMessageContaining("socket.ssl_cert: no certificate");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "other.pem")))
                .hasMessageContaining("is not the key of the first certificate")
                .hasMessageContaining("CN=one");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "two.pem")))
                .hasMessageContaining("more than one private key");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "broken.pem")))
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> TlsGeneration.load(1, files("brokencert.pem", "key.pem")))
                .hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ec:secp224r1|its key is EC on a curve that not every TLS has; RSA from 2048 bits, EC on P-256",
                "ec:secp256k1|its key is EC on a curve that not every TLS has",
                "ec:brainpoolP256r1|its key is EC on a curve that not every TLS has",
                "rsa-pss|its key is RSASSA-PSS; RSA from 2048 bits",
                "dsa:dsa.pem|its key is DSA; RSA from 2048 bits",
                "ec:explicit|cert.pem is damaged, or of a kind that cannot be read (Only named ECParam"
            })
    void aKindOfKeyThatNoTlsTakesIsNamed(String kind, String reason) throws Exception {
        String name = kind.replaceFirst("^ec:", "");
        if (name.equals("explicit")) {
            openssl("ecparam", "-name", "prime256v1", "-param_enc", "explicit", "-genkey", "-out", "key.pem");
        } else if (kind.startsWith("ec:")) {
            openssl("ecparam", "-name", name, "-genkey", "-noout", "-out", "key.pem");
        } else if (kind.startsWith("dsa:")) {
            openssl("dsaparam", "-out", "dsa.pem", "2048");
            openssl("gendsa", "-out", "key.pem", "dsa.pem");
        } else {
            openssl("genpkey", "-algorithm", "RSA-PSS", "-out", "key.pem");
        }
        openssl("req", "-new", "-x509", "-key", "key.pem", "-subj", "/CN=x", "-days", "9", "-out", "cert.pem");

        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "key.pem")))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("is not the key of");
    }

    @Test
    void aPasswordForAKeyThatIsNotEncryptedIsTold() throws Exception {
        openssl("req", "-new", "-x509", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=x");
        Path password = Files.writeString(dir.resolve("password"), "hush\n");
        TlsSettings settings = new TlsSettings(
                dir.resolve("cert.pem"),
                dir.resolve("key.pem"),
                Optional.empty(),
                Optional.of(password),
                "",
                TlsSettings.Provider.AUTO);

        assertThat(TlsGeneration.load(1, settings).notes().toString())
                .contains("socket.ssl_password_file has no effect: the private key in")
                .doesNotContain("hush");
    }

    @Test
    void tooSmallKeyIsAnError() throws Exception {
        openssl(
                "req",
                "-new",
                "-x509",
                "-days",
                "30",
                "-newkey",
                "rsa:1024",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=x");

        assertThatThrownBy(() -> TlsGeneration.load(1, files("cert.pem", "key.pem")))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageContaining("1024 bits");
    }

    @Test
    void ownExpiredCertificateIsAWarning() throws Exception {
        X509Bundle expired = TestPki.make(
                TestPki.builder("old")
                        .setIsCertificateAuthority(true)
                        .notBefore(Instant.now().minus(Duration.ofDays(9)))
                        .notAfter(Instant.now().minus(Duration.ofDays(2))),
                null);
        write("cert.pem", expired.getCertificatePEM());
        write("key.pem", expired.getPrivateKeyPEM());

        List<String> warnings =
                TlsGeneration.load(1, files("cert.pem", "key.pem")).warnings(Instant.now());

        assertThat(warnings).singleElement().asString().contains("expired").contains("CN=old");
    }
}
