package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class NodeConfigFileTest {
    @TempDir
    Path directory;

    @Test
    void readsTheFileOfADatabaseServer() throws IOException {
        Path file = write(
                "[client]",
                "port = 3306",
                "[mysqld]",
                "datadir = /var/lib/mysql",
                "innodb-autoinc-lock-mode = 2",
                "skip-name-resolve",
                "wsrep-on = ON",
                "wsrep_OSU_method = RSU",
                "wsrep_provider = /usr/lib/galera/libgalera_smm.so",
                "wsrep-cluster-name = shop",
                "wsrep_cluster_address = \"gcomm://10.0.0.1,10.0.0.2:5000?pc.weight=4\"",
                "wsrep_node_name = n1",
                "wsrep_node_address = 10.0.0.9:5001",
                "loose-wsrep-unheard-of = 1",
                "wsrep_provider_options = \"evs.suspect_timeout=PT4S; gmcast.segment=2; pc.weight=9; gcache.size=1G\"",
                "[sst]",
                "tca = /etc/ca.pem");

        NodeConfig config = NodeConfig.load(file);

        assertThat(config.group()).isEqualTo("shop");
        assertThat(config.name()).isEqualTo("n1");
        assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/mysql"));
        assertThat(config.peers()).extracting(Address::hostPort).containsExactly("10.0.0.1:5001", "10.0.0.2:5000");
        assertThat(config.listen()).hasToString("tcp://0.0.0.0:5001");
        assertThat(config.incomingAddress()).isEqualTo("10.0.0.9:5001");
        assertThat(config.value(EvsOptions.EVS_SUSPECT_TIMEOUT)).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(4);
        assertThat(config.source(PrimaryOptions.PC_WEIGHT).kind()).isEqualTo(Source.Kind.ADDRESS_QUERY);
        assertThat(config.source(EvsOptions.EVS_SUSPECT_TIMEOUT).place()).isEqualTo(file + ":15, provider options");
        assertThat(config.source(ServerOptions.WSREP_CLUSTER_NAME))
                .isEqualTo(new Source(Source.Kind.FILE, file + ":10"));
        assertThat(config.warnings())
                .anyMatch(warning -> warning.contains("wsrep_provider has no effect"))
                .anyMatch(warning -> warning.contains("wsrep_osu_method has no effect"))
                .noneMatch(warning -> warning.contains("gcache.size"))
                .anyMatch(warning -> warning.contains("pc.weight=4 counts, not 9"))
                .noneMatch(warning -> warning.contains("innodb") || warning.contains("unheard"));
    }

    @Test
    void reportsAllProblemsTogetherWithTheirPlaces() throws IOException {
        Path file = write(
                "[mysqld]",
                "wsrep_cluster_adress = gcomm://",
                "wsrep_cluster_address = gcomm://h:99999",
                "wsrep_provider_options = evs.suspect_timout=PT5S; pc.weight=300; gcs.fc_limit; evs.send_window=x",
                "wsrep_node_name",
                "[dromon]",
                "evs.keepalive_period = PT4S",
                "tls.colour = red");

        assertThatThrownBy(() -> NodeConfig.load(file))
                .asInstanceOf(type(ConfigException.class))
                .satisfies(problem -> assertThat(problem.problems())
                        .extracting(one -> one.toString().replace(file.toString(), "F"))
                        .satisfiesExactlyInAnyOrder(
                                one -> assertThat(one)
                                        .startsWith("F:2: ")
                                        .contains("did you mean wsrep_cluster_address?"),
                                one -> assertThat(one).startsWith("F:3: ").contains("'99999' is not a port"),
                                one -> assertThat(one)
                                        .startsWith("F:4, provider options: ")
                                        .contains("did you mean evs.suspect_timeout?"),
                                one -> assertThat(one).startsWith("F:4").contains("pc.weight: '300'", "at most 254"),
                                one -> assertThat(one).startsWith("F:4").contains("'gcs.fc_limit' has no value"),
                                one -> assertThat(one).startsWith("F:4").contains("evs.send_window: 'x'", "an integer"),
                                one -> assertThat(one).startsWith("F:5: ").contains("'wsrep_node_name' has no value"),
                                one -> assertThat(one)
                                        .startsWith("F:7: ")
                                        .contains("at most evs.suspect_timeout/3 (now PT1.666666666S)"),
                                one -> assertThat(one).startsWith("F:8: ").contains("unknown option 'tls.colour'")));
    }

    @Test
    void doesNotMissTheAddressInAFileThatCannotBeRead() {
        assertThatThrownBy(() ->
                        NodeConfig.builder().file(Path.of("/no/such/file")).build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/no/such/file does not exist")
                .hasMessageNotContaining("wsrep_cluster_address");
    }

    @Test
    void letsTheCommandLineCountMoreThanTheFile() throws IOException {
        Path file = write(
                "[galera]",
                "wsrep_cluster_name = g",
                "wsrep_cluster_address = gcomm://h1",
                "wsrep_provider_options = pc.weight=2; gmcast.segment=1");

        NodeConfig config = NodeConfig.builder()
                .commandLine()
                .options("pc.weight=5")
                .address("gcomm://h2:1")
                .name("n")
                .file(file)
                .build();

        assertThat(config.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(5);
        assertThat(config.source(PrimaryOptions.PC_WEIGHT).place()).isEqualTo("command line, provider options");
        assertThat(config.value(Options.GMCAST_SEGMENT)).isEqualTo(1);
        assertThat(config.peers()).extracting(Address::host).containsExactly("h2");
        assertThat(config.source(ServerOptions.WSREP_CLUSTER_ADDRESS).kind()).isEqualTo(Source.Kind.COMMAND_LINE);
    }

    @Test
    void takesTheLastOfEqualLines() throws IOException {
        Path file = write(
                "[mysqld]",
                "wsrep_cluster_address = gcomm://h1",
                "wsrep_provider_options = pc.weight=2",
                "[mariadb]",
                "wsrep-cluster-address = gcomm://h2",
                "wsrep_provider_options = gmcast.segment=1");

        NodeConfig config = NodeConfig.load(file);

        assertThat(config.peers()).extracting(Address::host).containsExactly("h2");
        assertThat(config.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(1);
        assertThat(config.value(Options.GMCAST_SEGMENT)).isEqualTo(1);
    }

    @Test
    void warnsOfSectionsAndSstOptionsThatItDoesNotKnow() throws IOException {
        Path file = write(
                "[mysqld]",
                "wsrep_cluster_address = gcomm://h1",
                "[mysqld-8.0]",
                "wsrep_cluster_name = other",
                "[sst]",
                "my-script-option = 1");

        NodeConfig config = NodeConfig.load(file);

        assertThat(config.group()).isEqualTo("my_wsrep_cluster");
        assertThat(config.warnings())
                .anyMatch(warning -> warning.contains(":4: ") && warning.contains("[mysqld-8.0] is not read"))
                .anyMatch(warning -> warning.contains("my-script-option"));
    }

    @Test
    void namesTheSectionInWhichAMissingAddressStands() throws IOException {
        Path file = write("[mariadb-10.11]", "datadir = /d", "wsrep_cluster_address = gcomm://h1");

        assertThatThrownBy(() -> NodeConfig.load(file))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting(problem -> problem.toString().replace(file.toString(), "F"))
                                .containsExactly(
                                        "wsrep_cluster_address: is not set where it counts: it stands at F:3, but section"
                                                + " [mariadb-10.11] is not read, since only the servers of that version do; use"
                                                + " [mysqld], [galera] or [dromon]; for example gcomm://10.0.0.5,10.0.0.6, or"
                                                + " gcomm:// for a new group",
                                        "F:2: datadir is ignored, section [mariadb-10.11] is not read, since only the servers"
                                                + " of that version do; use [mysqld], [galera] or [dromon]"));
    }

    /** What a mariadbd 10.11 takes without a value, and its modifiers (observed with --help --verbose). */
    @Test
    void takesTheBareNamesThatMariadbdTakes() throws IOException {
        Path file = write(
                "[mysqld]",
                "wsrep_cluster_address = gcomm://h1",
                "wsrep_log_conflicts",
                "wsrep-slave-FK-checks",
                "wsrep_sync_wait",
                "wsrep_reject_queries",
                "loose_wsrep_causal_reads",
                "skip-wsrep-on",
                "wsrep_desync",
                "enable_wsrep_new_cluster");

        NodeConfig config = NodeConfig.load(file);

        assertThat(text(config, "wsrep_log_conflicts")).isEqualTo("ON");
        assertThat(text(config, "wsrep_slave_fk_checks")).isEqualTo("ON");
        assertThat(text(config, "wsrep_sync_wait")).isEqualTo("1");
        assertThat(text(config, "wsrep_reject_queries")).isEqualTo("ALL");
        assertThat(text(config, "wsrep_causal_reads")).isEqualTo("ON");
        assertThat(text(config, "wsrep_on")).isEqualTo("OFF");
        assertThat(config.value(ServerOptions.WSREP_DESYNC)).isTrue();
        assertThat(config.bootstrap()).isTrue();
    }

    @Test
    void turnsASwitchOffWhateverValueFollows() throws IOException {
        Path file = write(
                "[mysqld]",
                "wsrep_cluster_address = gcomm://h1",
                "skip-wsrep-desync = 1",
                "disable_wsrep_new_cluster",
                "enable-wsrep-recover = 0");

        NodeConfig config = NodeConfig.load(file);

        assertThat(config.value(ServerOptions.WSREP_DESYNC)).isFalse();
        assertThat(config.bootstrap()).isFalse();
        assertThat(config.value(ServerOptions.WSREP_RECOVER)).isFalse();
    }

    @Test
    void wantsAValueWhereMariadbdWantsOne() throws IOException {
        Path file = write("[mysqld]", "wsrep_cluster_address = gcomm://h1", "wsrep_slave_threads", "wsrep_debug");

        assertThatThrownBy(() -> NodeConfig.load(file))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting(ConfigProblem::message)
                                .containsExactly(
                                        "'wsrep_slave_threads' has no value; write wsrep_slave_threads=...",
                                        "'wsrep_debug' has no value; write wsrep_debug=..."));
    }

    @Test
    void looksForRelativePathsOfAFileInTheDataDirectory() throws IOException {
        Path data = Files.createDirectory(directory.resolve("db"));
        Files.createFile(data.resolve("cert.pem"));
        Files.createFile(data.resolve("key.pem"));
        Path file = write(
                "[mysqld]",
                "datadir = " + data,
                "wsrep_data_home_dir = state",
                "wsrep_cluster_address = gcomm://h",
                "wsrep_provider_options = socket.ssl_key=key.pem;socket.ssl_cert=cert.pem");

        NodeConfig config = NodeConfig.builder().file(file).build();

        assertThat(config.value(Options.SOCKET_SSL_KEY)).isEqualTo(data.resolve("key.pem"));
        assertThat(config.dataDir()).isEqualTo(data.resolve("state"));
    }

    @Test
    void looksForThemInTheStateDirectoryWhereTheFileNamesNoOther() throws IOException {
        Files.createFile(directory.resolve("cert.pem"));
        Files.createFile(directory.resolve("key.pem"));
        Path file = write(
                "[dromon]",
                "wsrep_cluster_address = gcomm://h",
                "socket.ssl_key = key.pem",
                "socket.ssl_cert = cert.pem");

        NodeConfig config =
                NodeConfig.builder().file(file).commandLine().dataDir(directory).build();

        assertThat(config.value(Options.SOCKET_SSL_KEY)).isEqualTo(directory.resolve("key.pem"));
    }

    @Test
    void saysWhereItLookedForARelativePath() throws IOException {
        Path file = write(
                "[mysqld]",
                "datadir = " + directory,
                "wsrep_cluster_address = gcomm://h",
                "wsrep_provider_options = socket.ssl_key=key.pem;socket.ssl_cert=cert.pem");
        Files.createFile(directory.resolve("cert.pem"));

        assertThatThrownBy(() -> NodeConfig.load(file))
                .hasMessage(file + ":4, provider options: socket.ssl_key: " + directory.resolve("key.pem")
                        + " does not exist; a relative path in an option file belongs to the data directory, "
                        + directory);
    }

    @Test
    void leavesARelativePathOfTheCommandLineToTheCurrentDirectory() {
        assertThatThrownBy(() -> NodeConfig.builder()
                        .commandLine()
                        .dataDir(directory)
                        .address("gcomm://h")
                        .options("socket.ssl_key=no-such-key.pem;socket.ssl_cert=no-such-cert.pem")
                        .build())
                .hasMessageContaining(Path.of("no-such-key.pem").toAbsolutePath() + " does not exist")
                .hasMessageNotContaining("data directory");
    }

    private static String text(NodeConfig config, String name) {
        return config.text(Registry.find(name).orElseThrow());
    }

    @Test
    void wantsKeyAndCertificateAsSoonAsOneIsGiven() throws IOException {
        Path cert = Files.createFile(directory.resolve("cert.pem"));

        assertThatThrownBy(() -> tls("socket.ssl_cert=" + cert))
                .hasMessage(
                        "provider options: To enable SSL at least both of 'socket.ssl_key' and 'socket.ssl_cert' must"
                                + " be set");
        assertThatThrownBy(() -> tls("socket.ssl=yes")).hasMessageContaining("at least both");
        assertThatThrownBy(() -> tls("socket.ssl_key=" + directory.resolve("no.pem") + ";socket.ssl_cert=" + directory))
                .hasMessageContaining("2 problems")
                .hasMessageContaining("no.pem does not exist")
                .hasMessageContaining("is not a file");
    }

    @Test
    void turnsTlsOnWithBothFiles() throws IOException {
        NodeConfig config = tls("socket.ssl_key=" + key("rw-------") + ";socket.ssl_cert=" + cert());

        assertThat(config.tls()).isTrue();
        assertThat(config.listen().scheme()).isEqualTo("ssl");
        assertThat(config.value(Options.SOCKET_SSL_CA)).isEqualTo(cert());
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void staysPlainWithAWarningWhereSslIsSwitchedOff() throws IOException {
        NodeConfig config = tls("socket.ssl=no;socket.ssl_key=/no/key;socket.ssl_cert=" + cert());

        assertThat(config.tls()).isFalse();
        assertThat(config.warnings()).hasSize(2).allMatch(warning -> warning.contains("links are plain text"));
    }

    @Test
    void warnsOfACaThatAloneTurnsNothingOn() throws IOException {
        NodeConfig config = tls("socket.ssl_ca=" + cert());

        assertThat(config.tls()).isFalse();
        assertThat(config.warnings()).singleElement().asString().contains("neither socket.ssl_key nor");
    }

    private static NodeConfig tls(String options) {
        return NodeConfig.builder()
                .name("n")
                .address("gcomm://h")
                .options(options)
                .build();
    }

    private Path cert() throws IOException {
        Path file = directory.resolve("cert.pem");
        return Files.exists(file) ? file : Files.createFile(file);
    }

    private Path key(String mode) throws IOException {
        Path file = Files.createFile(directory.resolve("key.pem"));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Path write(String... lines) throws IOException {
        return Files.write(directory.resolve("node.cnf"), List.of(lines));
    }
}
