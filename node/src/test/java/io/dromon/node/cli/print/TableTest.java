package io.dromon.node.cli.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class TableTest {
    @Test
    void givesEachColumnTheWidthOfItsWidestCell() {
        Table table = Table.of("PEER", "CN").row("a", "CN=a,OU=nodes").row("longer", "");

        assertThat(table).hasToString("""
                PEER    CN
                a       CN=a,OU=nodes
                longer
                """);
    }

    @Test
    void endsNumbersAtOnePlaceAndStandsToTheRight() {
        Table table = Table.indented(2, "node").numbers("p50 ms", "n").row("1", "0.25", "12345");

        assertThat(table).hasToString("""
                  node  p50 ms      n
                  1       0.25  12345
                """);
    }

    @Test
    void letsAShortRowGoOnToTheEnd() {
        Table table = Table.of("METHOD")
                .numbers("s", "MiB/s")
                .row("cp", "1", "900")
                .row("tar-socat", "socat is not installed on this machine")
                .row("rsync", "no");

        assertThat(table).hasToString("""
                METHOD     s  MiB/s
                cp         1    900
                tar-socat  socat is not installed on this machine
                rsync      no
                """);
    }

    @Test
    void showsWhatLooksLikeAStyleAsItIs() {
        Table table = Table.of("CN").row("@|red CN=evil|@ x").row("@|").row("日本語@|bold 本|@");

        assertThat(table.toString().lines()).containsExactly("CN", "@|red CN=evil|@ x", "@|", "日本語@|bold 本|@");
    }

    @Test
    void refusesARowWithTooManyCells() {
        assertThatThrownBy(() -> Table.of("A").row("1", "2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 cells for 1 columns");
    }
}
