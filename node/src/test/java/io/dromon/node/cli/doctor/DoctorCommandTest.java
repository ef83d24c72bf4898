package io.dromon.node.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.node.cli.Dromon;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start would trip over is said before it. */
@Tag("sockets")
@Timeout(60)
final class DoctorCommandTest {
    private final X509Bundle ca = TestPki.ca("doctor CA");

    @TempDir
    Path dir;

    private record Run(int code, String out) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    @BeforeEach
    void goodFiles() throws IOException {
        put(TestPki.issue(TestPki.builder("n1,OU=nodes"), ca));
        write("ca.pem", ca.getCertificatePEM());
    }

    private void put(X509Bundle own) throws IOException {
        write("cert.pem", own.getCertificatePEM());
        write("key.pem", own.getPrivateKeyPEM());
        mode("key.pem", "rw-------");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    private void mode(String name, String mode) throws IOException {
        Files.setPosixFilePermissions(dir.resolve(name), PosixFilePermissions.fromString(mode));
    }

    private String tls() {
        return "socket.ssl_cert=" + dir.resolve("cert.pem") + ";socket.ssl_key=" + dir.resolve("key.pem")
                + ";socket.ssl_ca=" + dir.resolve("ca.pem");
    }

    private Run doctor(String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("doctor", "--data-dir", dir.resolve("data").toString()));
        if (!List.of(arguments).contains("--listen")) {
            all.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        }
        all.addAll(List.of(arguments));
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int code = Dromon.commandLine().execute(all.toArray(new String[0]));
            return new Run(code, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    private Run alone(String options) {
        return doctor("--address", "gcomm://", "--options", options);
    }

    @Test
    void looksAtTheAdminListenerAsAStartDoes() throws Exception {
        Run open = alone("admin.listen=127.0.0.1:0");
        assertThat(open.code).isZero();
        assertThat(open.out).contains("admin.listen", "can be had", "admin.change", "off");
        try (ServerSocket taken = new ServerSocket(0)) {
            Run used = alone("admin.listen=127.0.0.1:" + taken.getLocalPort());
            assertThat(used.code).isEqualTo(1);
            assertThat(used.out).contains("cannot be had", "choose another one");
        }
        write("broken.pem", "nothing");
        mode("broken.pem", "rw-------");
        Run broken = alone("admin.listen=127.0.0.1:0:https;admin.ssl_cert=" + dir.resolve("broken.pem")
                + ";admin.ssl_key=" + dir.resolve("broken.pem"));
        assertThat(broken.code).isEqualTo(1);
        assertThat(broken.out).contains("admin.ssl_key: no private key", "admin.ssl_cert: no certificate");
        assertThat(alone("admin.listen=0.0.0.0:0").out).contains("can be reached from other machines");
    }

    @Test
    void saysOfTheFileOfADatabaseThatADataNodeDoesNotBelongThere() throws Exception {
        write("my.cnf", """
                [mysqld]
                wsrep_provider=/usr/lib/galera/libgalera_smm.so
                wsrep_cluster_name=g
                wsrep_node_name=n1
                wsrep_cluster_address=gcomm://
                wsrep_provider_options="gmcast.listen_addr=tcp://127.0.0.1:0"
                """);
        Files.createDirectory(dir.resolve("data"));
        write("data/grastate.dat", "");

        Run run = doctor("-c", dir.resolve("my.cnf").toString());

        assertThat(run.code)
                .as("a cluster of Dromon nodes may have such a file")
                .isZero();
        assertThat(run.out)
                .containsPattern("WARNING +databases")
                .contains("libgalera_smm.so", "my.cnf:2", "grastate.dat", "'dromon arbitrator'");
    }

    @Test
    void findsNothingWrongWithAGoodSetAndSaysWhereEachValueComesFrom() throws IOException {
        Path file = write(
                "node.cnf",
                "[mysqld]\nwsrep_cluster_name=orders\nwsrep_cluster_address=gcomm://\nwsrep_provider_options=\"" + tls()
                        + "\"\n");

        Run run = doctor("--config", file.toString(), "--options", "tls.valid_ous=nodes");

        assertThat(run.out)
                .contains("a cold start would work, 0 warnings")
                .containsPattern("wsrep_cluster_name +orders +" + file + ":2")
                .containsPattern("socket.ssl_cert +" + dir.resolve("cert.pem") + " +" + file + ":4, provider options")
                .containsPattern("tls.valid_ous +nodes +command line, provider options")
                .containsPattern("tls.protocols +TLSv1.3,TLSv1.2 +default")
                .containsPattern("socket.ssl_key +rw------- +\\S+ +" + dir.resolve("key.pem"))
                .contains("OK       chain, usage: nodes with this trust")
                .contains("this node itself would be let in by tls.valid_ous: nodes")
                .contains("OK       gmcast.listen_addr: can listen at ssl://127.0.0.1:");
        assertThat(run.code).isZero();
        assertThat(Files.exists(dir.resolve("data"))).as("nothing is changed").isFalse();
    }

    @Test
    void answersInJson() throws IOException {
        JsonNode document =
                doctor("--address", "gcomm://", "--options", tls(), "--json").json();

        assertThat(document.path("coldStart").asText()).isEqualTo("works");
        JsonNode group = document.path("channels").get(1);
        assertThat(group.path("name").asText()).isEqualTo("group");
        assertThat(group.path("mode").asText()).isEqualTo("TLS");
        assertThat(group.path("files").findValuesAsText("mode")).contains("rw-------");
        assertThat(group.path("findings").findValuesAsText("text"))
                .anySatisfy(text -> assertThat(text).contains("no rule is set: any certificate"));
    }

    @Test
    void warnsOfAKeyThatOthersCanReadAndFailsForOneThatTheyCanWrite() throws IOException {
        mode("key.pem", "rw-r--r--");
        Run readable = alone(tls());
        mode("key.pem", "rw-rw----");
        Run writable = alone(tls());

        assertThat(readable.out).contains("WARNING  socket.ssl_key: every user can read", "chmod 600");
        assertThat(readable.code).isZero();
        assertThat(writable.out).contains("FAIL     socket.ssl_key: ", "may be written by others");
        assertThat(writable.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void namesEverythingThatIsWrongWithTheFilesAtOnce() throws IOException {
        X509Bundle other = TestPki.issue(TestPki.builder("n2"), ca);
        write("key.pem", other.getPrivateKeyPEM());
        mode("key.pem", "rw-rw-rw-");
        write("ca.pem", "no certificate here\n");

        Run run = alone(tls());

        assertThat(run.out)
                .contains("may be written by others")
                .contains("is not the key of the first certificate")
                .contains("no certificate in " + dir.resolve("ca.pem"))
                .contains("a cold start would FAIL: 3 problems");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void failsForAnExpiredCertificateAndWarnsOfOneThatEndsSoon() throws IOException {
        put(TestPki.issue(
                TestPki.builder("n1")
                        .notBefore(Instant.now().minus(Duration.ofDays(9)))
                        .notAfter(Instant.now().minus(Duration.ofDays(2))),
                ca));
        Run expired = alone(tls());
        put(TestPki.issue(TestPki.builder("n1").notAfter(Instant.now().plus(Duration.ofDays(5))), ca));
        Run ending = alone(tls());

        assertThat(expired.out).contains("FAIL     socket.ssl_cert: peers will refuse", "has expired");
        assertThat(expired.code).isEqualTo(ExitCode.FAILED);
        assertThat(ending.out).contains("WARNING  dates: the certificate expires at", "in less than 7 days");
        assertThat(ending.code).isZero();
    }

    @Test
    void failsForACertificateOfAnotherAuthority() throws IOException {
        put(TestPki.issue(TestPki.builder("n1"), TestPki.ca("another CA")));

        Run run = alone(tls());

        assertThat(run.out).contains("FAIL     socket.ssl_cert: peers will refuse", "neither among the trusted ones");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void failsForACertificateThatItsOwnRulesRefuse() {
        Run run = alone(tls() + ";tls.valid_ous=arbitrators");

        assertThat(run.out).contains("peers with this node's rules will refuse it", "its OU: nodes");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void tellsEveryProblemOfTheConfigurationWithItsPlace() throws IOException {
        Path file = write("node.cnf", "[dromon]\nwsrep_cluster_address=gcomm://\nsocket.ssl_cart=x\n");

        Run run = doctor("--config", file.toString(), "--options", "tls.verify=identity");

        assertThat(run.out)
                .contains("configuration: unusable")
                .contains(file + ":3: unknown option 'socket.ssl_cart'")
                .contains("tls.verify is ignored, links are plain text");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void goesOnBehindAConfigurationThatCannotBeUsed() throws IOException {
        put(TestPki.issue(TestPki.builder("n1"), TestPki.ca("another CA")));
        mode("key.pem", "rw-rw-rw-");
        mode("ca.pem", "rw-r--r--");
        Files.createDirectory(dir.resolve("data"));
        mode("data", "rwxrwxrwx");
        write("pw", "word\n");
        mode("pw", "rw-r--r--");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = doctor(
                    "--address",
                    "gcomm://",
                    "--listen",
                    "tcp://127.0.0.1:" + taken.getLocalPort(),
                    "--options",
                    tls() + ";socket.ssl_password_file=" + dir.resolve("pw")
                            + ";socket.ssl_cipher=nosuch;evs.send_window=0;evs.nosuch=1");

            assertThat(run.out)
                    .as("the configuration")
                    .contains("configuration: unusable", "unknown option 'evs.nosuch'", "evs.send_window")
                    .as("the files, with what peers would say of the certificate")
                    .contains("socket.ssl_key: " + dir.resolve("key.pem") + " may be written by others")
                    .contains("FAIL     socket.ssl_cert: peers will refuse this node's certificate")
                    .contains("FAIL     socket.ssl_cipher: unknown part")
                    .contains("WARNING  socket.ssl_password_file: every user can read")
                    .as("the data directory, and the address")
                    .contains("every user can replace what is in " + dir.resolve("data"))
                    .contains("FAIL     gmcast.listen_addr: cannot listen at");
            assertThat(run.code).isEqualTo(ExitCode.FAILED);
        }
    }

    @Test
    void looksAtNothingWithoutTheFileOfTheConfiguration() {
        Run run = doctor("--config", dir.resolve("nothing.cnf").toString());

        assertThat(run.out).contains("nothing.cnf does not exist").doesNotContain("group", "plain text");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void saysOnceThatAFileIsMissingAndThatTheAddressIsUnknown() {
        Run run = doctor("--options", tls().replace("key.pem", "nothing.pem"));

        assertThat(run.out)
                .containsOnlyOnce("nothing.pem does not exist")
                .doesNotContain("no such file")
                .contains("wsrep_cluster_address: is not set")
                .contains("OK       gmcast.listen_addr: can listen at ssl://127.0.0.1:");
    }

    @Test
    void tellsWhatADerivedValueComesFrom() {
        Run run = alone(tls() + ";tls.valid_ous=nodes");

        assertThat(run.out)
                .containsPattern("tls.verify +identity +command line, provider options, by tls.valid_ous")
                .containsPattern("socket.ssl +true +command line, provider options, by socket.ssl_key")
                .containsPattern("base_dir +" + dir.resolve("data") + " +command line, by wsrep_data_home_dir");
    }

    @Test
    void checksTheFilesOfStateTransferInBothRoles() throws IOException {
        Path file = write(
                "node.cnf",
                "[mysqld]\nwsrep_cluster_address=gcomm://\nwsrep_sst_method=stream\n[sst]\ntcert="
                        + dir.resolve("cert.pem") + "\ntkey=" + dir.resolve("nothing.pem") + "\ntca="
                        + dir.resolve("ca.pem") + "\n");

        Run run = doctor("--config", file.toString(), "--options", tls());

        assertThat(run.out)
                .contains("sst, as joiner: TLS, both certificates verified", "sst, as donor")
                .containsPattern("sst.tkey +\\S+nothing.pem +" + file + ":6")
                .contains("tkey: no such file: " + dir.resolve("nothing.pem"));
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void looksForTheProgramsOfStateTransfer() throws IOException {
        Path file = write("node.cnf", """
                [mysqld]
                wsrep_cluster_address=gcomm://
                wsrep_sst_method=script
                [sst]
                idle-timeout=20
                joiner-program=tar -x
                donor-program=/nowhere/dump --all
                """);

        Run run = doctor("--config", file.toString(), "--options", tls());

        assertThat(run.out)
                .contains("sst programs: wsrep_sst_method=script", "can run tar -x")
                .contains("the program '/nowhere/dump' is not here")
                .contains("sst, as donor: TLS, with the certificates of the links");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void namesTheProgramThatAJoinerByScriptLacks() throws IOException {
        Path file = write("node.cnf", "[mysqld]\nwsrep_cluster_address=gcomm://\nwsrep_sst_method=script\n");

        Run run = doctor("--config", file.toString(), "--options", tls());

        assertThat(run.out).contains("[sst] names none: set joiner-program there");
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void seesAnAddressThatIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = doctor(
                    "--address", "gcomm://", "--listen", "tcp://127.0.0.1:" + taken.getLocalPort(), "--options", tls());

            assertThat(run.out).contains("FAIL     gmcast.listen_addr: cannot listen at");
            assertThat(run.code).isEqualTo(ExitCode.FAILED);
        }
    }

    @Test
    void knowsTheNodeThatRunsHereAlready() {
        try (Node node = join("data", tls())) {
            String own = node.listenAddress().replaceFirst("^.*://", "tcp://");

            Run run = doctor("--address", "gcomm://", "--listen", own, "--options", tls());

            assertThat(run.out).contains("OK       gmcast.listen_addr: in use by the node that runs here: peer at");
            assertThat(run.code).isZero();
        }
    }

    private Node join(String directory, String options) {
        return Node.join(
                NodeConfig.builder()
                        .group("g")
                        .name("peer")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(dir.resolve(directory))
                        .options(options)
                        .build(),
                delivery -> {});
    }

    private Run peers(Node peer, String options) {
        String address = peer.listenAddress().replaceFirst("^.*://", "");
        return doctor("--address", "gcomm://" + address, "--options", options, "--peers");
    }

    @Test
    void seesThatAPeerAndThisNodeWouldAcceptEachOther() {
        try (Node peer = join("peer", tls() + ";tls.valid_ous=nodes")) {
            Run run = peers(peer, tls() + ";tls.valid_ous=nodes");

            assertThat(run.out)
                    .containsPattern("127.0.0.1:\\d+ +TLS +TLSv1.3 TLS_\\S+ +(OU=nodes,CN=n1|CN=n1,OU=nodes), serial")
                    .contains("tls.valid_ous: nodes", "both would accept each other");
            assertThat(run.code).isZero();
        }
    }

    @Test
    void tellsWhoseVerdictItIsWhenCertificatesAreRefused() throws IOException {
        try (Node peer = join("peer", tls() + ";tls.valid_ous=nodes")) {
            put(TestPki.issue(TestPki.builder("intruder"), ca));
            Run refusedThere = peers(peer, tls());
            X509Bundle other = TestPki.ca("another CA");
            put(TestPki.issue(TestPki.builder("n1"), other));
            write("ca.pem", other.getCertificatePEM());
            Run refusedByBoth = peers(peer, tls());

            assertThat(refusedThere.out)
                    .contains("it would refuse this node: ")
                    .doesNotContain("this node would refuse it");
            assertThat(refusedThere.code).isEqualTo(ExitCode.FAILED);
            assertThat(refusedByBoth.out)
                    .contains("this node would refuse it: certificate", "; it would refuse this node: ");
            assertThat(refusedByBoth.code).isEqualTo(ExitCode.FAILED);
        }
    }

    @Test
    void namesAPeerOfTheOtherMode() {
        try (Node plain = join("plain", "socket.ssl=no");
                Node secured = join("secured", tls())) {
            Run fromTls = peers(plain, tls());
            Run fromPlain = peers(secured, "socket.ssl=no");
            Run both = peers(plain, "socket.ssl=no");
            Run changing = peers(plain, tls() + ";socket.dynamic=yes");

            assertThat(fromTls.out).contains("the peer runs in plain text, this node TLS");
            assertThat(fromTls.code).isEqualTo(ExitCode.FAILED);
            assertThat(fromPlain.out).contains("the peer runs TLS, this node plain text", "CN=n1");
            assertThat(fromPlain.code).isEqualTo(ExitCode.FAILED);
            assertThat(both.out).contains("plain text, as this node");
            assertThat(both.code).isZero();
            assertThat(changing.out).contains("let in while socket.dynamic is on");
        }
    }

    @Test
    void warnsOfAnUnreachablePeerAndFailsIfThereIsNoOther() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Run alone = doctor("--address", "gcomm://127.0.0.1:" + free, "--options", tls(), "--peers");

        assertThat(alone.out)
                .contains("WARNING  127.0.0.1:" + free)
                .contains("connection refused")
                .contains("no address leads to a node");
        assertThat(alone.code).isEqualTo(ExitCode.FAILED);
        try (Node peer = join("peer", tls())) {
            String address = peer.listenAddress().replaceFirst("^.*://", "");
            Run other = doctor("--address", "gcomm://127.0.0.1:" + free + "," + address, "--options", tls(), "--peers");

            assertThat(other.out).contains("both would accept each other");
            assertThat(other.code).isZero();
        }
    }

    @Test
    void seesThatNoNodeAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Run run = doctor(
                    "--address", "gcomm://127.0.0.1:" + silent.getLocalPort(), "--options", tls(), "--peers", "--json");

            JsonNode peer = run.json().path("peers").get(0);
            assertThat(peer.path("mode").asText()).isEqualTo("SILENT");
            assertThat(peer.path("text").asText()).contains("said nothing");
            assertThat(run.code).isEqualTo(ExitCode.FAILED);
        }
    }

    @Test
    void findsADataDirectoryThatIsNone() throws IOException {
        Files.createSymbolicLink(dir.resolve("data"), dir.resolve("nowhere"));
        Run dangling = alone(tls());
        Files.delete(dir.resolve("data"));
        write("data", "");
        Run file = alone(tls());

        for (Run run : List.of(dangling, file)) {
            assertThat(run.out())
                    .containsOnlyOnce("data directory: ")
                    .contains("FAIL     data directory: " + dir.resolve("data") + " is no directory");
            assertThat(run.code()).isNotZero();
        }
    }

    @Test
    void findsADataDirectoryThatOthersCanChange() throws IOException {
        Files.createDirectory(dir.resolve("data"));
        Files.createSymbolicLink(dir.resolve("data/gvwstate.dat"), write("elsewhere", "my_uuid: x"));
        mode("data", "rwxrwx---");

        Run group = alone(tls());
        assertThat(group.out()).contains("can replace what is in " + dir.resolve("data"), "is a link");

        mode("data", "rwxrwxrwx");
        Run everybody = alone(tls());
        assertThat(everybody.out()).contains("every user can replace what is in " + dir.resolve("data"));
        assertThat(everybody.code()).isNotZero();
    }
}
