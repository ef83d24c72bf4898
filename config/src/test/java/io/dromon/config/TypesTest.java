package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The syntax of values (chapter 01 section 10, "Value syntax"); what garbd 26.4.23 accepts and refuses was tried on the
 * real program.
 */
@Tag("unit")
class TypesTest {
    @ParameterizedTest
    @ValueSource(strings = {"1", "y", "Y", "yes", "YeS", "on", "ON", "true", "True"})
    void readsEverySpellingOfTrue(String text) {
        assertThat(Types.BOOLEAN.parse(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "n", "N", "no", "NO", "off", "Off", "false", "FALSE"})
    void readsEverySpellingOfFalse(String text) {
        assertThat(Types.BOOLEAN.parse(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "t", "f", "enable", "-1", "yes "})
    void refusesWhatIsNoBoolean(String text) {
        assertThatThrownBy(() -> Types.BOOLEAN.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "PT3S,3000", "PT0.5S,500", "PT1.5S,1500", "PT1M30S,90000", "PT24H,86400000", "P1DT6H,108000000", "P1D,86400000",
        "P1Y,31104000000", "P1M,2592000000", "2.5,2500", "0,0", "5,5000", ".25,250", "PT0S,0"
    })
    void readsDurationsAsGaleraWritesThem(String text, long millis) {
        Duration read = Types.DURATION.parse(text);

        assertThat(read).isEqualTo(Duration.ofMillis(millis));
        assertThat(Types.DURATION.parse(Types.DURATION.print(read))).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "P",
                "PT",
                "P1DT",
                "PT.5S",
                "pt5s",
                "PT5,5S",
                "P1W",
                "-1",
                "PT-5S",
                "5s",
                "1e3",
                "P100001D",
                "99999999999999",
                "PT1S2M",
                "PT0.0000000001S"
            })
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Types.DURATION.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"PT7.5S,PT7.5S", "2.5,PT2.5S", "60,PT1M", "P1DT6H,PT30H", "PT0.5S,PT0.5S"})
    void printsDurationsInIsoForm(String text, String printed) {
        assertThat(Types.DURATION.print(Types.DURATION.parse(text))).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0",
        "1,1,1",
        "1k,1024,1K",
        "128M,134217728,128M",
        "2g,2147483648,2G",
        "3T,3298534883328,3T",
        "1025,1025,1025",
        "1024K,1048576,1M",
        "9223372036854775807,9223372036854775807,9223372036854775807"
    })
    void readsSizesWithSuffixes(String text, long value, String printed) {
        assertThat(Types.SIZE.parse(text)).isEqualTo(value);
        assertThat(Types.SIZE.print(value)).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "1KB", "1.5M", "9223372036854775808", "9T9", "8388608T", "0x10", "1 K", "--1"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Types.SIZE.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesIntegersBeyondThirtyOneBits() {
        assertThat(Types.INTEGER.parse("2147483647")).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> Types.INTEGER.parse("2147483648")).hasMessageContaining("at most 2147483647");
        assertThatThrownBy(() -> Types.INTEGER.parse("2G")).hasMessageContaining("at most 2147483647");
    }

    @Test
    void readsAutoForTheSystemsChoice() {
        assertThat(Types.SIZE_OR_AUTO.parse("AUTO")).isEmpty();
        assertThat(Types.SIZE_OR_AUTO.parse("512K")).hasValue(524_288);
        assertThatThrownBy(() -> Types.SIZE_OR_AUTO.parse("-1")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "NaN", "Infinity", "1e-1", "0x1p3", "1,5", "1.0f"})
    void refusesWhatIsNoDecimal(String text) {
        assertThatThrownBy(() -> Types.DECIMAL.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0x1f,31", "1f,31", "0XFFF,4095", "0,0"})
    void readsMasksInHex(String text, int value) {
        assertThat(Types.MASK.parse(text)).isEqualTo(value);
    }

    @Test
    void readsListsWithoutRepetition() {
        assertThat(Options.TLS_PROTOCOLS.parse("tlsv1.2, TLSv1.2")).isEqualTo(List.of("TLSv1.2"));
        assertThatThrownBy(() -> Options.TLS_PROTOCOLS.parse("TLSv1.3,"))
                .hasMessageContaining("tls.protocols")
                .hasMessageContaining("TLSv1.3, TLSv1.2");
    }

    @Test
    void saysTypeRangeAndAnExampleOfABadValue() {
        assertThatThrownBy(() -> EvsOptions.EVS_KEEPALIVE_PERIOD.parse("often"))
                .hasMessage(
                        "evs.keepalive_period: 'often' is refused (not a duration); expected a duration (ISO 8601 like"
                                + " PT1.5S or P1DT6H, or seconds like 2.5), at least PT0.1S, at most evs.suspect_timeout/3 at start,"
                                + " for example PT1S");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.5,'',10.0.0.5,-1",
        "10.0.0.5:4567,'',10.0.0.5,4567",
        "tcp://h:0,tcp,h,0",
        "ssl://[::1]:5,ssl,::1,5",
        "[fe80::1%eth0],'',fe80::1%eth0,-1",
        "node-1.example.org:,'',node-1.example.org,-1"
    })
    void readsAddresses(String text, String scheme, String host, int port) {
        assertThat(Address.parse(text)).isEqualTo(new Address(scheme, host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":1",
                "udp://h",
                "h:65536",
                "h:-1",
                "h:+1",
                "h:21060 ",
                " h",
                "h:x",
                "::1",
                "[::1",
                "[::1]x",
                "[h]",
                "[]",
                "1.2.3",
                "1.2.3.256",
                "01.2.3.4",
                "h_ ost",
                "-h",
                "[::1]:99999",
                "[12345::]"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
