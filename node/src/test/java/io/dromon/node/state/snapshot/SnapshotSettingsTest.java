package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.Address;
import io.dromon.config.ConfigException;
import io.dromon.config.NodeConfig;
import io.dromon.config.ServerOptions;
import io.dromon.node.state.snapshot.SnapshotSettings.Method;
import io.dromon.sst.SstSettings;
import io.dromon.sst.SstSettings.Role;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration says of snapshots (chapter 06 sections 9, 11 and 12). */
@Tag("unit")
final class SnapshotSettingsTest {
    private static final Optional<TlsSettings> LINKS =
            Optional.of(TlsSettings.of(Path.of("/links.pem"), Path.of("/links-key.pem")));

    @TempDir
    Path folder;

    private SnapshotSettings of(Optional<TlsSettings> links, String text) throws IOException {
        Path file = Files.writeString(
                folder.resolve("node.cnf"),
                "[mysqld]\nwsrep_cluster_address=gcomm://\ndatadir=" + folder + "\n" + text + "\n");
        return SnapshotSettings.of(NodeConfig.load(file), links);
    }

    private static TlsSettings tls(SnapshotSettings settings, Role role) {
        return settings.settings(role, settings.method(), "joiner").tls();
    }

    @Test
    void takesByStreamWithTheCertificatesOfTheLinks() throws IOException {
        SnapshotSettings settings = of(LINKS, "");

        assertThat(settings.method()).isEqualTo(Method.STREAM);
        assertThat(settings.whyNotTaken()).isEmpty();
        assertThat(settings.whyNotGiven()).isEmpty();
        assertThat(settings.incoming()).isEqualTo(folder.resolve("state-transfer/incoming"));
        assertThat(tls(settings, Role.JOINER)).isEqualTo(LINKS.orElseThrow());
        assertThat(tls(settings, Role.DONOR)).isEqualTo(LINKS.orElseThrow());
    }

    @Test
    void takesTheCertificatesOfTheSectionFirst() throws IOException {
        SnapshotSettings settings =
                of(LINKS, "[sst]\ntcert=own.pem\ntkey=/own-key.pem\ntca=/ca.pem\nidle-timeout=9\nrlimit=2k");

        TlsSettings tls = tls(settings, Role.DONOR);
        assertThat(tls.certificate()).isEqualTo(folder.resolve("own.pem"));
        assertThat(tls.key()).isEqualTo(Path.of("/own-key.pem"));
        assertThat(tls.ca()).contains(Path.of("/ca.pem"));
        SstSettings donor = settings.settings(Role.DONOR, Method.STREAM, "joiner");
        assertThat(donor.stream().idle()).isEqualTo(Duration.ofSeconds(9));
        assertThat(donor.stream().bytesPerSecond()).isEqualTo(2048);
    }

    @Test
    void givesInPlainTextWithCertificatesOfTheSection() throws IOException {
        SnapshotSettings settings = of(Optional.empty(), "[sst]\ntcert=/own.pem\ntkey=/own-key.pem\ntca=/ca.pem");

        assertThat(settings.whyNotGiven()).isEmpty();
        assertThat(settings.whyNotTaken()).isEmpty();
    }

    @Test
    void saysWhatIsMissingInPlainText() throws IOException {
        SnapshotSettings settings = of(Optional.empty(), "");

        assertThat(settings.whyNotTaken().orElseThrow()).contains("plain text", "set tcert, tkey and tca in [sst]");
        assertThat(settings.whyNotGiven()).isEqualTo(settings.whyNotTaken());
    }

    @Test
    void givesButDoesNotTakeWithSkip() throws IOException {
        SnapshotSettings settings = of(LINKS, "wsrep_sst_method=skip");

        assertThat(settings.whyNotTaken().orElseThrow()).contains("wsrep_sst_method=skip");
        assertThat(settings.whyNotGiven()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "mariabackup, a method of the database server",
        "mysqldump, a method of the database server",
        "rsync_wan, a method of the database server",
        "carrier-pigeon, there is no such method"
    })
    void namesWhatToUseInsteadOfAnotherMethod(String method, String why) {
        assertThatThrownBy(() -> of(LINKS, "wsrep_sst_method=" + method))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.cnf:4")
                .hasMessageContaining("wsrep_sst_method=" + method)
                .hasMessageContaining(why)
                .hasMessageContaining("use stream");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"encrypt=1", "ssl-mode=REQUIRED", "ssl-mode=VERIFY_IDENTITY", "zstd-level=20", "tca=/ca.pem"})
    void refusesASectionThatCannotBeHonoured(String line) {
        assertThatThrownBy(() -> of(LINKS, "[sst]\n" + line))
                .isInstanceOf(ConfigException.class)
                .message()
                .startsWith("[sst]: ")
                .contains(line.startsWith("tca") ? "tcert" : line.substring(0, line.indexOf('=')));
    }

    @Test
    void namesWhatHasNoEffectOnANode() throws IOException {
        SnapshotSettings settings = of(LINKS, "[sst]\nprogress=1\ncompressor=gzip");

        assertThat(settings.warnings()).hasSize(2).allMatch(line -> line.contains("has no effect"));
        assertThat(settings.warnings().get(0)).contains("compressor");
        assertThat(settings.warnings().get(1)).contains("progress");
    }

    @Test
    void runsTheProgramsOfTheSection() throws IOException {
        SnapshotSettings settings = of(
                LINKS,
                "wsrep_sst_method=script\n[sst]\ndonor-program=tar -c .\njoiner-program=tar -x\ncompressor=gzip");

        assertThat(settings.method()).isEqualTo(Method.SCRIPT);
        assertThat(settings.settings(Role.JOINER, Method.SCRIPT, "").program()).containsExactly("tar", "-x");
        assertThat(settings.settings(Role.DONOR, Method.SCRIPT, "joiner").program())
                .containsExactly("tar", "-c", ".");
        assertThat(settings.problem(Role.DONOR, Method.SCRIPT)).isEmpty();
        assertThat(settings.programs())
                .hasSize(2)
                .allMatch(program -> program.problem().isEmpty());
        assertThat(settings.warnings()).isEmpty();
        settings.checkFiles();
    }

    @Test
    void mayGiveByAProgramAndTakeByStream() throws IOException {
        SnapshotSettings settings = of(LINKS, "[sst]\ndonor-program=tar -c .\ncompressor=gzip\njoiner-program=tar -x");

        assertThat(settings.method()).isEqualTo(Method.STREAM);
        assertThat(settings.problem(Role.DONOR, Method.SCRIPT)).isEmpty();
        assertThat(settings.programs())
                .extracting(SnapshotSettings.Program::option)
                .containsExactly("[sst] donor-program");
        assertThat(settings.warnings()).singleElement().asString().contains("joiner-program has no effect");
    }

    @Test
    void takesNothingByScriptWithoutAProgram() {
        assertThatThrownBy(() -> of(LINKS, "wsrep_sst_method=script\n[sst]\ndonor-program=tar -c ."))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.cnf:4")
                .hasMessageContaining("set joiner-program there, for example tar -x");
    }

    @Test
    void saysWhatADonorByScriptLacks() throws IOException {
        assertThat(of(LINKS, "").problem(Role.DONOR, Method.SCRIPT).orElseThrow())
                .contains("names no program", "set donor-program");
    }

    @ParameterizedTest
    @ValueSource(strings = {"donor-program=/nowhere/dump -a", "donor-program=no-such-program"})
    void doesNotStartWithoutAProgramThatItNames(String line) throws IOException {
        SnapshotSettings settings = of(LINKS, "[sst]\n" + line);

        assertThatThrownBy(settings::checkFiles)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("[sst] donor-program")
                .hasMessageContaining("is not here");
    }

    @Test
    void namesAFileThatIsNotThere() throws IOException {
        SnapshotSettings settings = of(LINKS, "[sst]\ntcert=/nowhere.pem\ntkey=/nowhere-key.pem\ntca=/ca.pem");

        assertThatThrownBy(settings::checkFiles)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("[sst]")
                .hasMessageContaining("/nowhere");
        of(LINKS, "").checkFiles();
    }

    private static Address receive(String given, String node, String listen) {
        var builder = NodeConfig.builder().address("gcomm://").listen(listen);
        if (!given.isEmpty()) {
            builder.option(ServerOptions.WSREP_SST_RECEIVE_ADDRESS, given);
        }
        if (!node.isEmpty()) {
            builder.option(ServerOptions.WSREP_NODE_ADDRESS, node);
        }
        return SnapshotSettings.of(builder.build(), Optional.empty()).receive();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.3:5555, 10.0.0.4, tcp://127.0.0.1:0, 10.0.0.3, 5555",
        "10.0.0.3, 10.0.0.4, tcp://127.0.0.1:0, 10.0.0.3, 4444",
        "auto, 10.0.0.4:4567, tcp://127.0.0.1:0, 10.0.0.4, 0",
        "'', 10.0.0.4, tcp://127.0.0.1:0, 10.0.0.4, 0",
        "AUTO, '', tcp://127.0.0.2:0, 127.0.0.2, 0"
    })
    void findsTheAddressForDonors(String given, String node, String listen, String host, int port) {
        assertThat(receive(given, node, listen)).isEqualTo(new Address("", host, port));
    }

    @Test
    void takesAnInterfaceWhereTheNodeListensOnAll() {
        assertThat(receive("", "", "tcp://0.0.0.0:0").isAny()).isFalse();
    }
}
