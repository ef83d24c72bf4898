package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cluster address may hold and what it comes to (chapter 01 section 10, chapter 03 section 7.1). */
@Tag("unit")
class ClusterAddressTest {
    @Test
    void readsHostsAndFillsInTheDefaultPort() {
        ClusterAddress address = ClusterAddress.parse("gcomm://10.0.0.5:4001,node-2,[2001:db8::1]:4003,[::2],h5:");

        assertThat(address.bootstrap()).isFalse();
        assertThat(address.dialled(4567))
                .extracting(Address::hostPort)
                .containsExactly("10.0.0.5:4001", "node-2:4567", "[2001:db8::1]:4003", "[::2]:4567", "h5:4567");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gcomm://", "gcomm://?pc.weight=7", "gcomm:///path", "gcomm://0.0.0.0", "gcomm://0.0.0.0:4567,h"
            })
    void makesANewGroupWithoutHostsOrWithTheAnyAddressFirst(String text) {
        assertThat(ClusterAddress.parse(text).bootstrap()).isTrue();
    }

    @Test
    void neverDialsTheAnyAddress() {
        assertThat(ClusterAddress.parse("gcomm://0.0.0.0,h:1,[::]").dialled(4567))
                .extracting(Address::hostPort)
                .containsExactly("h:1");
        assertThat(ClusterAddress.parse("gcomm://h,0.0.0.0").bootstrap()).isFalse();
    }

    @Test
    void readsTheQueryWhereTheFirstOfANameCounts() {
        ClusterAddress address = ClusterAddress.parse("gcomm://h?pc.weight=7&gmcast.segment=3&pc.weight=8&evs.evict=");

        assertThat(address.query())
                .containsExactly(
                        java.util.Map.entry("pc.weight", "7"),
                        java.util.Map.entry("gmcast.segment", "3"),
                        java.util.Map.entry("evs.evict", ""));
        assertThat(address.notes()).singleElement().asString().contains("pc.weight", "first");
    }

    @Test
    void ignoresUserAndPathWithANote() {
        ClusterAddress address = ClusterAddress.parse("gcomm://me@h:1/some/path?pc.weight=2");

        assertThat(address.hosts()).isEqualTo(List.of(new Address("", "h", 1)));
        assertThat(address.notes()).hasSize(2);
        assertThat(address.notes().toString()).doesNotContain("me@");
    }

    @Test
    void skipsEmptyHostsBehindTheFirst() {
        assertThat(ClusterAddress.parse("gcomm://a,,b,").hosts())
                .extracting(Address::host)
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.5|no '://'",
                "|no '://'",
                "dummy://h|'dummy' is not supported",
                "GCOMM://h|not supported",
                "gcomm://h:21060 ,h2|blank",
                "gcomm://h1, h2|blank",
                "gcomm://h:65536|not a port",
                "gcomm://h:x|not a port",
                "gcomm://h:0|port 0",
                "gcomm://::1|brackets",
                "gcomm://[::]|no address to connect to",
                "gcomm://,h|first host is empty",
                "gcomm://,|first host is empty",
                "gcomm://h?pc.weight|not name=value",
                "gcomm://h?a=b=c|not name=value",
                "gcomm://h?=b|not name=value",
                "gcomm://h?a=b&|not name=value"
            })
    void refusesWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> ClusterAddress.parse(text == null ? "" : text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void printsWhatItRead() {
        String text = "gcomm://h:1,[::1],10.0.0.5?pc.weight=2&evs.version=0";

        assertThat(ClusterAddress.parse(text)).hasToString(text);
    }
}
