package io.dromon.transport.tls.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.openssl.CertificateTrustBlock;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All of a file is read, or the file is refused. */
@Tag("unit")
class PemFilesTest {
    private static final X509Bundle ONE = TestPki.ca("one");
    private static final X509Bundle TWO = TestPki.ca("two");
    private static final X509Bundle THREE = TestPki.ca("three");
    private static final String BLOCK = "-----BEGIN %1$s-----\nMAUCAQECAQI=\n-----END %1$s-----\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static String pem(X509Bundle bundle) {
        return bundle.getCertificatePEM().strip() + "\n";
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("bundle.pem"), text, StandardCharsets.UTF_8);
    }

    @Test
    void readsWhatStandsBetweenTextAndCommentsInEveryLineEnding() throws Exception {
        String text =
                "subject=CN = one\n" + pem(ONE) + "\n--- the next one ----------\n# -----BEGIN CERTIFICATE----- off\n"
                        + pem(TWO).replace("-----\n", "-----  \n") + "Bag Attributes\n  friendlyName: three\n"
                        + pem(THREE).strip();

        for (String end : new String[] {"\n", "\r\n"}) {
            assertThat(PemFiles.certificates("socket.ssl_ca", file(text.replace("\n", end))))
                    .containsExactly(ONE.getCertificate(), TWO.getCertificate(), THREE.getCertificate());
        }
    }

    /** OpenSSL reads lines up to LF, and so nothing of such a file. */
    @Test
    void refusesLinesThatEndWithCrAlone() throws Exception {
        Path all = file(pem(ONE).replace('\n', '\r'));
        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", all))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("its lines end with CR alone");

        Path second = file(pem(ONE) + pem(TWO).replace('\n', '\r'));
        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", second)).isInstanceOf(PemException.class);
    }

    @Test
    void refusesAnEndAndABeginningInOneLineForEveryKindOfFile() throws Exception {
        int line = pem(ONE).split("\n", -1).length - 1;
        Path certificates = file(pem(ONE).strip() + pem(TWO));
        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", certificates))
                .isInstanceOf(PemException.class)
                .hasMessageContaining(
                        "bundle.pem, line " + line + ": the end of a block and the beginning of the next");
        assertThatThrownBy(() -> PemFiles.items(certificates)).hasMessageContaining("line " + line);

        Path key = file(ONE.getPrivateKeyPEM().strip() + pem(ONE));
        assertThatThrownBy(() -> PemFiles.privateKey("socket.ssl_key", key, Optional.empty()))
                .hasMessageContaining("the end of a block and the beginning of the next");

        Path lists = file(list(ONE).strip() + list(TWO));
        assertThatThrownBy(() -> PemFiles.revocationLists("tls.crl", lists))
                .hasMessageContaining("the end of a block and the beginning of the next");
    }

    private static String list(X509Bundle ca) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(TestPki.crl(ca, Instant.now(), Duration.ofDays(1)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "-----BEGIN CERTIFICATE-----, -----BEGIN CERTIFICATE----, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, ----BEGIN CERTIFICATE-----, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, BEGIN CERTIFICATE-----, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, -----BEGIN CERTIFICATE, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, x-----BEGIN CERTIFICATE-----, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, —BEGIN CERTIFICATE—, a damaged line BEGIN or END",
        "-----BEGIN CERTIFICATE-----, '  -----BEGIN CERTIFICATE-----', the line is indented",
        "-----BEGIN CERTIFICATE-----, -----BEGN CERTIFICATE-----, a block ends that has no beginning",
        "-----END CERTIFICATE-----, -----END CERTIFICATE----, a damaged line BEGIN or END",
        "-----END CERTIFICATE-----, -----END TRUSTED CERTIFICATE-----, name different kinds of block",
        "-----END CERTIFICATE-----, '', a block begins although the one of line",
    })
    void refusesADamagedLineInTheMiddle(String line, String damaged, String words) throws Exception {
        Path file = file(pem(ONE) + pem(TWO).replace(line, damaged) + pem(THREE));

        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", file))
                .isInstanceOf(PemException.class)
                .hasMessageContaining("bundle.pem, line ")
                .hasMessageContaining(words)
                .hasMessageContaining("nothing of the file is taken");
    }

    @Test
    void refusesAFileThatWasCut() throws Exception {
        Path file = file(pem(ONE) + pem(TWO).substring(0, 200));

        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", file))
                .hasMessageContaining("is damaged: the block that begins in line")
                .hasMessageContaining("has no end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DH PARAMETERS", "X9.42 DH PARAMETERS", "EC PARAMETERS", "PUBLIC KEY", "OPENSSH PRIVATE KEY"})
    void overlooksWhatHoldsNoCertificate(String kind) throws Exception {
        Path file = file(String.format(BLOCK, kind) + pem(ONE) + ONE.getPrivateKeyPEM() + "\n");

        assertThat(PemFiles.certificates("cert", file)).containsExactly(ONE.getCertificate());
        assertThat(PemFiles.privateKey("key", file, Optional.empty()).getAlgorithm())
                .isEqualTo("EC");
        assertThat(PemFiles.items(file)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS7", "CMS", "CERTIFCATE", "X509 CERTIFICATES"})
    void refusesABlockThatMayHoldCertificatesAndIsNotRead(String kind) throws Exception {
        Path file = file(pem(ONE) + String.format(BLOCK, kind));

        assertThatThrownBy(() -> PemFiles.certificates("socket.ssl_ca", file))
                .hasMessageContaining("a block of the kind '" + kind + "' is not read");
    }

    private static String trusted(X509Bundle bundle, Set<KeyPurposeId> uses, Set<KeyPurposeId> prohibitions)
            throws Exception {
        Set<ASN1ObjectIdentifier> trusted =
                uses.stream().map(KeyPurposeId::toOID).collect(Collectors.toSet());
        Set<ASN1ObjectIdentifier> rejected =
                prohibitions.stream().map(KeyPurposeId::toOID).collect(Collectors.toSet());
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(new X509TrustedCertificateBlock(
                    new JcaX509CertificateHolder(bundle.getCertificate()),
                    new CertificateTrustBlock("an alias", trusted, rejected)));
        }
        return text.toString();
    }

    @Test
    void readsWhichUsesATrustedCertificateIsRejectedFor() throws Exception {
        Set<KeyPurposeId> server = Set.of(KeyPurposeId.id_kp_serverAuth);
        Set<KeyPurposeId> client = Set.of(KeyPurposeId.id_kp_clientAuth);
        Set<KeyPurposeId> any = Set.of(KeyPurposeId.anyExtendedKeyUsage);
        Set<KeyPurposeId> mail = Set.of(KeyPurposeId.id_kp_emailProtection);
        Set<String> both = Set.of(Authorities.SERVER, Authorities.CLIENT);
        Set<KeyPurposeId> none = Set.of();

        assertThat(rejected(none, none)).isEmpty();
        assertThat(rejected(any, none)).isEmpty();
        assertThat(rejected(none, server)).isEqualTo(Set.of(Authorities.SERVER));
        assertThat(rejected(server, none)).isEqualTo(Set.of(Authorities.CLIENT));
        assertThat(rejected(none, any)).isEqualTo(both);
        assertThat(rejected(mail, none)).isEqualTo(both);
        assertThat(rejected(client, client)).isEqualTo(both);
        assertThat(rejected(any, client)).isEqualTo(Set.of(Authorities.CLIENT));
    }

    private Set<String> rejected(Set<KeyPurposeId> uses, Set<KeyPurposeId> prohibitions) throws Exception {
        Map<?, Set<String>> rejected = PemFiles.authorities("socket.ssl_ca", file(trusted(ONE, uses, prohibitions)))
                .rejected();
        return rejected.getOrDefault(ONE.getCertificate(), Set.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"camellia-256-cbc", "aria-256-cbc", "aes-256-cfb"})
    void blamesTheCipherAndNotThePassword(String cipher) throws Exception {
        Path plain = Files.writeString(directory.resolve("plain.pem"), ONE.getPrivateKeyPEM());
        Path password = Files.writeString(directory.resolve("password"), "secret\n");
        Path encrypted = directory.resolve("encrypted.pem");
        openssl("pkcs8", "-topk8", "-in", plain, "-v2", cipher, "-passout", "file:" + password, "-out", encrypted);

        assertThatThrownBy(() -> PemFiles.privateKey("socket.ssl_key", encrypted, Optional.of(password)))
                .hasMessageContaining("encrypted in a way that is not read here")
                .hasMessageContaining("openssl pkey -in")
                .hasMessageNotContaining("right password");
    }

    @Test
    void blamesThePasswordWhereTheCipherIsKnown() throws Exception {
        Path plain = Files.writeString(directory.resolve("plain.pem"), ONE.getPrivateKeyPEM());
        Path password = Files.writeString(directory.resolve("password"), "secret\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "other\n");
        Path encrypted = directory.resolve("encrypted.pem");
        openssl("pkcs8", "-topk8", "-in", plain, "-v2", "aes256", "-passout", "file:" + password, "-out", encrypted);

        assertThat(PemFiles.privateKey("socket.ssl_key", encrypted, Optional.of(password)))
                .isNotNull();
        assertThatThrownBy(() -> PemFiles.privateKey("socket.ssl_key", encrypted, Optional.of(wrong)))
                .hasMessageContaining("put the right password");
    }

    private void openssl(Object... arguments) throws Exception {
        java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("openssl"));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("openssl.log").toFile())
                    .start();
        } catch (IOException missing) {
            Assumptions.assumeTrue("required".equals(System.getProperty("peers")), "openssl is not installed");
            throw missing;
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("openssl.log")))
                .isZero();
    }
}
