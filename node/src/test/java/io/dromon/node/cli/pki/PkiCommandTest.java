package io.dromon.node.cli.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.node.cli.Dromon;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

/** What {@code dromon pki} makes, judged by the real openssl and by a node. */
@Tag("sockets")
@Timeout(60)
class PkiCommandTest {
    @TempDir
    Path dir;

    private record Run(int code, String out, String err) {}

    private Run dromon(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Dromon.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private String made(String... arguments) {
        Run run = dromon(arguments);
        assertThat(run.err).isEmpty();
        assertThat(run.code).isZero();
        return run.out;
    }

    private String openssl(String... arguments) throws Exception {
        return openssl(true, arguments);
    }

    private String refusedByOpenssl(String... arguments) throws Exception {
        return openssl(false, arguments);
    }

    private String openssl(boolean accepted, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(dir.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (java.io.IOException e) {
            assumeTrue("required".equals(System.getProperty("peers")), "openssl is not installed");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue() == 0).as(output).isEqualTo(accepted);
        return output;
    }

    private String path(String name) {
        return dir.resolve(name).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "rsa", "ed25519"})
    void opensslAndNodesAcceptWhatIsIssued(String kind) throws Exception {
        made("pki", "init-ca", "--out", dir.toString(), "--key", kind, "--o", "Acme");
        String said = made(
                "pki",
                "issue",
                "--ca",
                dir.toString(),
                "--out",
                dir.toString(),
                "--key",
                kind,
                "--o",
                "Acme",
                "--ou",
                "nodes",
                "--san",
                "node1.example.org,10.0.0.5,::1,spiffe://example.org/n1",
                "--days",
                "30",
                "node1");

        assertThat(said).contains("OU=nodes").contains("socket.ssl_cert=" + path("node1.crt"));
        for (String purpose : List.of("sslserver", "sslclient")) {
            assertThat(openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", "ca.crt", "node1.crt"))
                    .contains("node1.crt: OK");
        }
        assertThat(openssl("x509", "-in", "node1.crt", "-noout", "-ext", "subjectAltName,extendedKeyUsage"))
                .contains("DNS:node1.example.org", "IP Address:10.0.0.5", "URI:spiffe://example.org/n1")
                .contains("TLS Web Server Authentication, TLS Web Client Authentication");
        assertThat(openssl("pkey", "-in", "node1.key", "-noout", "-check")).contains("valid");
        for (String key : List.of("ca.key", "node1.key")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(key))))
                    .isEqualTo("rw-------");
        }
        TlsGeneration generation = TlsGeneration.load(1, files("node1"));
        assertThat(generation.warnings(Instant.now())).isEmpty();
        assertThat(generation.notes()).isEmpty();
        String provider = kind.equals("ed25519") ? "--provider=jdk" : "--provider=auto";
        assertThat(made(
                        "pki",
                        "verify",
                        provider,
                        "--ca",
                        path("ca.crt"),
                        "--key",
                        path("node1.key"),
                        path("node1.crt")))
                .contains("node1.crt: OK");
    }

    /** What {@code openssl genpkey} takes, and whether every node has {@code tls.provider=jdk}. */
    @ParameterizedTest
    @CsvSource({
        "EC -pkeyopt ec_paramgen_curve:P-521, EC P-521",
        "ed25519, Ed25519",
        "ed448, Ed448",
    })
    void aKeyThatBoringSslRefusesIsSignedAndVerifiedForTheJdkAlone(String key, String kind) throws Exception {
        made("pki", "init-ca", "--out", dir.toString());
        List<String> genpkey = new ArrayList<>(List.of("genpkey", "-out", "n.key", "-algorithm"));
        genpkey.addAll(List.of(key.split(" ", -1)));
        openssl(genpkey.toArray(new String[0]));
        openssl("req", "-new", "-key", "n.key", "-out", "n.csr", "-subj", "/CN=n");

        Run refused = dromon("pki", "sign", "--ca", dir.toString(), path("n.csr"));
        made("pki", "sign", "--provider=jdk", "--ca", dir.toString(), path("n.csr"));
        Run verified = dromon("pki", "verify", "--ca", path("ca.crt"), path("n.crt"));

        assertThat(refused.code).isEqualTo(1);
        assertThat(refused.err)
                .contains("n.csr is not signed: its key is " + kind + ", which a Dromon node takes only with")
                .contains("make a new pair (EC P-256)");
        assertThat(verified.code).isEqualTo(1);
        assertThat(verified.out).contains("its key is " + kind);
        assertThat(made("pki", "verify", "--provider=jdk", "--ca", path("ca.crt"), path("n.crt")))
                .contains("n.crt: OK");
    }

    /** openssl computes no identifier like Dromon's for that key: what is signed names the one that the CA's certificate has. */
    @Test
    void namesTheKeyIdentifierThatTheCaHas() throws Exception {
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key");
        openssl(
                "req",
                "-new",
                "-x509",
                "-key",
                "ca.key",
                "-out",
                "ca.crt",
                "-subj",
                "/CN=CA",
                "-addext",
                "subjectKeyIdentifier=00:11:22:33",
                "-addext",
                "authorityKeyIdentifier=none");
        made("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n");

        assertThat(openssl("x509", "-in", "n.crt", "-noout", "-ext", "authorityKeyIdentifier"))
                .contains("00:11:22:33");
        assertThat(openssl("verify", "-CAfile", "ca.crt", "n.crt")).contains("n.crt: OK");
    }

    private TlsSettings files(String name) {
        return new TlsSettings(
                dir.resolve(name + ".crt"),
                dir.resolve(name + ".key"),
                Optional.of(dir.resolve("ca.crt")),
                Optional.empty(),
                "",
                TlsSettings.Provider.AUTO);
    }

    @Test
    void aRequestIsSignedWithItsSubjectAndNamesAlone() throws Exception {
        made("pki", "init-ca", "--out", dir.toString());
        made("pki", "csr", "--out", dir.toString(), "--o", "Acme", "--san", "DNS:n2.example.org", "n2");
        assertThat(openssl("req", "-in", "n2.csr", "-verify", "-noout", "-subject"))
                .contains("O = Acme", "CN = n2");
        openssl(
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "n3.key",
                "-out",
                "n3.csr",
                "-subj",
                "/O=Other/CN=n3",
                "-addext",
                "basicConstraints=CA:TRUE",
                "-addext",
                "subjectAltName=DNS:n3");

        made("pki", "sign", "--ca", dir.toString(), path("n2.csr"));
        String third = made("pki", "sign", "--ca", dir.toString(), "--san", "IP:10.0.0.3", path("n3.csr"));

        assertThat(openssl("verify", "-CAfile", "ca.crt", "n2.crt", "n3.crt")).contains("n2.crt: OK", "n3.crt: OK");
        assertThat(third).contains("O=Other").contains("DNS:n3, IP:10.0.0.3").contains("CA           no");
        assertThat(TlsGeneration.load(1, files("n3")).warnings(Instant.now())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "rsa", "ed25519"})
    void opensslAndNodesRefuseWhatIsRevoked(String kind) throws Exception {
        String ca = dir.toString();
        made("pki", "init-ca", "--out", ca, "--key", kind);
        for (String name : List.of("n1", "n2", "n3")) {
            made("pki", "issue", "--ca", ca, "--out", ca, name);
        }

        String first = made("pki", "gen-crl", "--ca", ca);
        made("pki", "revoke", "--ca", ca, "--reason", "key_compromise", path("n1.crt"));
        made("pki", "revoke", "--ca", ca, "--days", "7", path("n2.crt"));

        assertThat(first).contains("revoked      0", "tls.crl=" + path("ca.crl"));
        String text = openssl("crl", "-in", "ca.crl", "-noout", "-text", "-CAfile", "ca.crt");
        assertThat(text).contains("verify OK", "Key Compromise", "X509v3 Authority Key Identifier");
        assertThat(text).containsPattern("X509v3 CRL Number: *\n +3\n");
        assertThat(text.split("Serial Number:", -1)).hasSize(3);
        assertThat(openssl("verify", "-crl_check", "-CAfile", "ca.crt", "-CRLfile", "ca.crl", "n3.crt"))
                .contains("n3.crt: OK");
        for (String name : List.of("n1", "n2")) {
            assertThat(refusedByOpenssl(
                            "verify", "-crl_check", "-CAfile", "ca.crt", "-CRLfile", "ca.crl", name + ".crt"))
                    .contains("certificate revoked");
            Run refused = dromon("pki", "verify", "--ca", path("ca.crt"), "--crl", path("ca.crl"), path(name + ".crt"));
            assertThat(refused.code).isEqualTo(1);
            assertThat(refused.out).contains("was revoked by its CA");
        }
        assertThat(made("pki", "verify", "--ca", path("ca.crt"), "--crl", path("ca.crl"), path("n3.crt")))
                .contains("n3.crt: OK");
        assertThat(made("pki", "inspect", path("ca.crl.before"))).contains("revoked      1");
    }

    @Test
    void aListIsReplacedByItsNextEditionAlone() throws Exception {
        String ca = dir.toString();
        made("pki", "init-ca", "--out", ca);
        made("pki", "init-ca", "--out", path("other"));
        made("pki", "issue", "--ca", ca, "--out", ca, "n1");
        made("pki", "revoke", "--ca", ca, path("n1.crt"));
        String list = Files.readString(dir.resolve("ca.crl"));
        Files.writeString(dir.resolve("notes.txt"), "not a list");

        Run again = dromon("pki", "revoke", "--ca", ca, path("n1.crt"));
        Run foreign = dromon("pki", "revoke", "--ca", path("other"), path("n1.crt"));
        Run otherList = dromon("pki", "gen-crl", "--ca", path("other"), "--crl", path("ca.crl"));
        Run notes = dromon("pki", "gen-crl", "--ca", ca, "--crl", path("notes.txt"));
        Run itself = dromon("pki", "revoke", "--ca", ca, path("ca.crt"));
        Files.createFile(dir.resolve("ca.crl.next"));
        Run busy = dromon("pki", "gen-crl", "--ca", ca);

        assertThat(again.err).contains("is revoked already (serial ");
        assertThat(foreign.err).contains("was not issued by this CA");
        assertThat(otherList.err).contains("is not a list of this CA, and is left as it is");
        assertThat(notes.err).contains("no revocation list in");
        assertThat(itself.err).contains("is the CA itself");
        assertThat(busy.err).contains("ca.crl.next exists and is not overwritten");
        assertThat(List.of(again, foreign, otherList, notes, itself, busy)).allMatch(run -> run.code == 1);
        assertThat(Files.readString(dir.resolve("ca.crl"))).isEqualTo(list);
        assertThat(Files.readString(dir.resolve("notes.txt"))).isEqualTo("not a list");
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        made("pki", "init-ca", "--out", dir.toString());
        made("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n1");
        String key = Files.readString(dir.resolve("n1.key"));
        String ca = Files.readString(dir.resolve("ca.key"));
        Files.delete(dir.resolve("n1.crt"));

        Run again = dromon("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n1");
        Run other = dromon("pki", "init-ca", "--out", dir.toString());

        assertThat(again.code).isEqualTo(1);
        assertThat(again.err).contains("n1.key exists and is not overwritten").doesNotContain("\tat ");
        assertThat(other.code).isEqualTo(1);
        assertThat(Files.readString(dir.resolve("n1.key"))).isEqualTo(key);
        assertThat(Files.readString(dir.resolve("ca.key"))).isEqualTo(ca);
        assertThat(dir.resolve("n1.crt")).doesNotExist();
    }

    @Test
    void aKeyWithAPasswordIsEncrypted() throws Exception {
        Path password = Files.writeString(dir.resolve("password"), "open sesame\nmore\n");
        made("pki", "init-ca", "--out", dir.toString(), "--password-file", password.toString());

        Run without = dromon("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n1");
        made(
                "pki",
                "issue",
                "--ca",
                dir.toString(),
                "--ca-password-file",
                password.toString(),
                "--out",
                dir.toString(),
                "n1");

        assertThat(without.code).isEqualTo(1);
        assertThat(without.err).contains("ca.key is encrypted").doesNotContain("sesame");
        assertThat(Files.readString(dir.resolve("ca.key"))).contains("BEGIN ENCRYPTED PRIVATE KEY");
        assertThat(openssl("pkey", "-in", "ca.key", "-passin", "pass:open sesame", "-noout", "-check"))
                .contains("valid");
        assertThat(made("pki", "inspect", path("ca.key"))).contains("encrypted").doesNotContain("BEGIN");
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        made("pki", "init-ca", "--out", dir.toString());
        made("pki", "init-ca", "--out", path("other"));
        made("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n1");
        made("pki", "issue", "--ca", path("other"), "--out", path("other"), "n1");
        Path garbage = Files.writeString(
                dir.resolve("garbage"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        Run foreign = dromon("pki", "verify", "--ca", path("other/ca.crt"), path("n1.crt"));
        Run leafAsCa = dromon("pki", "verify", "--ca", path("n1.crt"), path("n1.crt"));
        Run key = dromon("pki", "verify", "--ca", path("ca.crt"), "--key", path("other/n1.key"), path("n1.crt"));
        openssl("pkey", "-in", "n1.key", "-aes256", "-passout", "pass:word", "-out", "locked.key");
        Run encrypted = dromon("pki", "verify", "--ca", path("ca.crt"), "--key", path("locked.key"), path("n1.crt"));
        Run noList = dromon("pki", "verify", "--ca", path("ca.crt"), "--crl", path("n1.crt"), path("n1.crt"));
        Run damaged = dromon("pki", "inspect", garbage.toString());
        Run name = dromon("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "--san", "IP:x", "n2");
        Run slash = dromon("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "../n2");

        assertThat(foreign.code).isEqualTo(1);
        assertThat(foreign.out).contains("CN=n1", "put that CA's certificate into --ca");
        assertThat(leafAsCa.out).contains("cannot be its own anchor");
        assertThat(key.out).contains("--key: the key in " + path("other/n1.key") + " is not the key of");
        assertThat(encrypted.out)
                .contains("--key: the private key in ", "is encrypted; set --password-file to a file")
                .doesNotContain("peers will refuse");
        assertThat(noList.out).contains("--crl: ");
        assertThat(foreign.out + leafAsCa.out + key.out + encrypted.out + noList.out)
                .as("options of a node")
                .doesNotContain("socket.", "tls.");
        assertThat(damaged.err).contains("damaged").doesNotContain("\tat ");
        assertThat(name.err).contains("'IP:x' is no alternative name");
        assertThat(slash.err).contains("cannot be the name of a file");
    }

    @Test
    void saysOfAListThatItIsOfNoCaOrNotItsOwn() throws Exception {
        made("pki", "init-ca", "--out", dir.toString());
        made("pki", "issue", "--ca", dir.toString(), "--out", dir.toString(), "n1");
        made("pki", "init-ca", "--out", path("namesake"));
        made("pki", "gen-crl", "--ca", path("namesake"));
        made("pki", "init-ca", "--cn", "Other", "--out", path("other"));
        made("pki", "gen-crl", "--ca", path("other"));

        Run forged = dromon("pki", "verify", "--ca", path("ca.crt"), "--crl", path("namesake/ca.crl"), path("n1.crt"));
        Run strange = dromon("pki", "verify", "--ca", path("ca.crt"), "--crl", path("other/ca.crl"), path("n1.crt"));

        assertThat(forged.out).contains("--crl: the list of", "is not signed with the key of that CA");
        assertThat(forged.code).isEqualTo(1);
        assertThat(strange.out)
                .contains("n1.crt: OK", "but --crl: the list of \"CN=Other\" belongs to no CA that is known here");
        assertThat(strange.code).isZero();
    }

    /** An override of the direction and an escape of the terminal, in a subject. */
    @Test
    void showsNothingOfACertificateThatSteersATerminal() throws Exception {
        String unused = openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-utf8",
                "-keyout",
                "k.pem",
                "-out",
                "c.pem",
                "-subj",
                "/CN=a\u202eb\u001b[2Jc");

        Run run = dromon("pki", "inspect", dir.resolve("c.pem").toString());

        assertThat(run.out + run.err).contains("CN=a?b?[2Jc").doesNotContain("\u202e", "\u001b");
    }
}
