package io.dromon.node.rebootstrap.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.rebootstrap.SettledOptions;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.wire.StagedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is staged stands beside what is used, until it is settled. */
@Tag("unit")
class StagedConfigurationTest {
    private static final Map<String, String> TLS = Map.of("socket.ssl", "YES");
    private static final Map<String, StagedFile> FILES = Map.of(
            "socket.ssl_cert", file("node.crt", "certificate"),
            "socket.ssl_key", file("node.key", "key"),
            "socket.ssl_ca", file("ca.crt", "authority"));

    @TempDir
    private Path directory;

    private NodeConfig original =
            NodeConfig.builder().address("gcomm://10.0.0.2").build();
    private StagedConfiguration staged = new StagedConfiguration(original);

    @BeforeEach
    void begin() {
        original = NodeConfig.builder()
                .address("gcomm://10.0.0.2")
                .group("shop")
                .name("n1")
                .dataDir(directory)
                .commandLine()
                .options("socket.ssl=NO")
                .build();
        staged = new StagedConfiguration(original);
    }

    private static StagedFile file(String name, String content) {
        return StagedFile.of(name, content.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void standsBesideWhatIsUsed() throws IOException {
        staged.stage(TLS, FILES);

        assertThat(staged.config(Target.ORIGINAL).tls()).isFalse();
        NodeConfig changed = staged.config(Target.CHANGED);
        assertThat(changed.tls()).as("it counts more than the command line").isTrue();
        assertThat(changed.value(Options.SOCKET_SSL_KEY)).hasContent("key").hasFileName("node.key");
        assertThat(changed.source(Options.SOCKET_SSL).place()).contains("staged.cnf");
        assertThat(SettledOptions.over(original).tls()).isFalse();
        try (Stream<Path> all = Files.walk(directory.resolve(StagedConfiguration.DIRECTORY))) {
            assertThat(all)
                    .allSatisfy(each -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------"));
        }
    }

    @Test
    void isReplacedByWhatIsStagedLater() throws IOException {
        staged.stage(TLS, FILES);
        Path before = staged.config(Target.CHANGED).value(Options.SOCKET_SSL_KEY);
        staged.stage(TLS, FILES);
        assertThat(staged.config(Target.CHANGED).value(Options.SOCKET_SSL_KEY))
                .as("the same again changes nothing")
                .isEqualTo(before);

        staged.stage(Map.of("socket.ssl", "NO"), Map.of());

        assertThat(staged.config(Target.CHANGED).tls()).isFalse();
        assertThat(before).doesNotExist();
    }

    @Test
    void isTheConfigurationFromWhenItIsSettled() throws IOException {
        staged.stage(TLS, FILES);
        staged.settle(Target.CHANGED);
        staged.settle(Target.CHANGED);

        NodeConfig next = SettledOptions.over(original);
        assertThat(next.tls()).isTrue();
        assertThat(next.source(Options.SOCKET_SSL).place()).contains(SettledOptions.NAME);

        new StagedConfiguration(next).forget();
        assertThat(next.value(Options.SOCKET_SSL_KEY)).as("its files stay").hasContent("key");
        assertThatThrownBy(() -> staged.config(Target.CHANGED)).hasMessageContaining("staged.cnf");
    }

    @Test
    void keepsWhatAnEarlierProcedureHasSettled() throws IOException {
        staged.stage(TLS, FILES);
        staged.settle(Target.CHANGED);
        StagedConfiguration next = new StagedConfiguration(SettledOptions.over(original));
        next.forget();

        next.stage(Map.of("socket.ssl_cipher", "AES256"), Map.of("socket.ssl_ca", file("ca.crt", "another")));

        NodeConfig changed = next.config(Target.CHANGED);
        assertThat(changed.tls()).isTrue();
        assertThat(changed.value(Options.SOCKET_SSL_KEY)).hasContent("key");
        assertThat(changed.value(Options.SOCKET_SSL_CA)).hasContent("another");
        assertThat(next.config(Target.ORIGINAL).value(Options.SOCKET_SSL_CA)).hasContent("authority");
    }

    @Test
    void isForgottenWithItsFiles() throws IOException {
        staged.stage(TLS, FILES);
        staged.settle(Target.ORIGINAL);

        try (Stream<Path> all = Files.list(directory.resolve(StagedConfiguration.DIRECTORY))) {
            assertThat(all).isEmpty();
        }
        assertThat(SettledOptions.over(original)).isSameAs(original);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wsrep_node_name=other",
                "wsrep_cluster_name=other",
                "wsrep_data_home_dir=/tmp",
                "wsrep_new_cluster=ON",
                "wsrep_cluster_address=gcomm://",
                "admin.data=open",
                "pc.weight=7",
                "socket.ssl=PERHAPS",
                "no.such_option=1",
                "socket.ssl_cipher=A\nsocket.ssl = NO",
                "socket.ssl_cipher=A # B",
                "socket.ssl_cipher=\"A\"",
                "socket.ssl_cipher=A "
            })
    void refusesWhatCannotBeStagedAndChangesNothing(String option) throws IOException {
        staged.stage(TLS, FILES);
        List<String> parts = List.of(option.split("=", 2));

        assertThatThrownBy(() -> staged.stage(Map.of(parts.get(0), parts.get(1)), FILES))
                .isInstanceOfAny(IllegalArgumentException.class, io.dromon.config.ConfigException.class);

        assertThat(staged.config(Target.CHANGED).tls()).isTrue();
        assertThat(staged.config(Target.CHANGED).name()).isEqualTo("n1");
        assertThat(fileDirectories())
                .as("files of what was refused do not stay")
                .hasSize(1);
    }

    private List<Path> fileDirectories() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(StagedConfiguration.DIRECTORY))) {
            return all.filter(Files::isDirectory).toList();
        }
    }
}
