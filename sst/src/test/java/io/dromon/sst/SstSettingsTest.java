package io.dromon.sst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.sst.SstSettings.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class SstSettingsTest {
    @Test
    void oldNamesCountBeforeNewOnes() {
        SstSettings settings = SstSettings.of(
                Map.of("tcert", "c", "tkey", "k", "tca", "a", "ssl-cert", "x", "ssl_key", "y"), Role.DONOR);

        assertThat(settings.tls().certificate()).isEqualTo(Path.of("c"));
        assertThat(settings.tls().key()).isEqualTo(Path.of("k"));
        assertThat(settings.tls().ca()).contains(Path.of("a"));
    }

    @Test
    void eachRoleMayHaveItsOwnCertificate() {
        Map<String, String> options =
                Map.of("ssl-cert", "c", "ssl-key", "k", "ssl-client-cert", "dc", "ssl-client-key", "dk");

        assertThat(SstSettings.of(options, Role.DONOR).tls().certificate()).isEqualTo(Path.of("dc"));
        assertThat(SstSettings.of(options, Role.JOINER).tls().certificate()).isEqualTo(Path.of("c"));
    }

    @Test
    void mapsRatesAndTimes() {
        TransferSettings stream = SstSettings.of(
                Map.of(
                        "tcert",
                        "c",
                        "tkey",
                        "k",
                        "rlimit",
                        "2m",
                        "sst-initial-timeout",
                        "7",
                        "sst.streams",
                        "3",
                        "zstd_level",
                        "5",
                        "idle-timeout",
                        "9",
                        "total-timeout",
                        "11"),
                Role.JOINER)
                .stream();

        assertThat(stream.bytesPerSecond()).isEqualTo(2 << 20);
        assertThat(stream.first()).isEqualTo(Duration.ofSeconds(7));
        assertThat(stream.streams()).isEqualTo(3);
        assertThat(stream.compression()).isEqualTo(TransferSettings.Compression.level(5));
        assertThat(stream.idle()).isEqualTo(Duration.ofSeconds(9));
        assertThat(stream.total()).isEqualTo(Duration.ofSeconds(11));
    }

    @ParameterizedTest
    @CsvSource({
        "ssl-mode, DISABLED",
        "ssl-mode, REQUIRED",
        "ssl-mode, VERIFY_IDENTITY", // without the joiner's host
        "encrypt, 0",
        "encrypt, 1",
        "compressor, gzip",
        "streams, 0",
        "zstd-level, much",
        "rlimit, fast"
    })
    void refusesWhatItCannotHonour(String name, String value) {
        assertThatThrownBy(
                        () -> SstSettings.of(Map.of("tcert", "c", "tkey", "k", name, value), Role.DONOR, "stream", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void givesEachRoleItsHalfOfTheCompression() {
        Map<String, String> options =
                Map.of("tcert", "c", "tkey", "k", "compressor", "gzip", "decompressor", "gunzip", "progress", "/fifo");

        assertThat(SstSettings.of(options, Role.DONOR, "script", "").filter()).contains("gzip");
        assertThat(SstSettings.of(options, Role.JOINER, "script").filter()).contains("gunzip");
        assertThat(SstSettings.of(options, Role.JOINER, "script").progress()).isEqualTo("/fifo");
    }

    @Test
    void givesEachRoleItsProgram() {
        Map<String, String> options =
                Map.of("tcert", "c", "tkey", "k", "donor-program", " /opt/dump  --all ", "joiner_program", "tar -x");

        assertThat(SstSettings.of(options, Role.DONOR, "script", "").program()).containsExactly("/opt/dump", "--all");
        assertThat(SstSettings.of(options, Role.JOINER, "script").program()).containsExactly("tar", "-x");
        assertThat(SstSettings.of(Map.of("tcert", "c", "tkey", "k"), Role.JOINER, "script")
                        .program())
                .isEmpty();
    }

    @Test
    void refusesAProgramWhosePathBeginsSomewhere() {
        Map<String, String> options = Map.of("tcert", "c", "tkey", "k", "donor-program", "bin/dump --all");

        assertThatThrownBy(() -> SstSettings.of(options, Role.DONOR, "script", ""))
                .hasMessageContaining("donor-program")
                .hasMessageContaining("'bin/dump'")
                .hasMessageContaining("its path from / on");
    }

    @ParameterizedTest
    @CsvSource({"stream, donor-program", "rsync, joiner-program"})
    void runsAProgramByMethodScriptAlone(String method, String name) {
        assertThatThrownBy(() -> SstSettings.of(Map.of("tcert", "c", "tkey", "k", name, "tar"), Role.JOINER, method))
                .hasMessageContaining(name)
                .hasMessageContaining("only method script runs one");
    }

    @Test
    void saysWhyAnOptionHasNoEffect() {
        assertThatThrownBy(() -> SstSettings.of(Map.of("sockopt", ",x"), Role.DONOR))
                .hasMessageContaining("there is no socat");
        assertThatThrownBy(() -> SstSettings.of(Map.of("compressor", "gzip"), Role.DONOR))
                .hasMessageContaining("zstd-level");
    }

    @Test
    void refusesToRunWithoutCertificate() {
        assertThatThrownBy(() -> SstSettings.of(Map.of(), Role.JOINER)).hasMessageContaining("tcert and tkey");
    }

    @Test
    void readsRatesAsPvDoes() {
        assertThat(SstSettings.bytesPerSecond("")).isZero();
        assertThat(SstSettings.bytesPerSecond("80m")).isEqualTo(80L << 20);
        assertThat(SstSettings.bytesPerSecond("128K")).isEqualTo(128L << 10);
        assertThat(SstSettings.bytesPerSecond("500")).isEqualTo(500);
        assertThatThrownBy(() -> SstSettings.bytesPerSecond("fast")).hasMessageContaining("'fast' is no rate");
    }
}
