package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.OpenSsl;
import io.dromon.it.tls.MixedMode.Outcome;
import io.dromon.it.tls.MixedMode.Program;
import io.dromon.it.tls.MixedMode.Said;
import io.dromon.it.tls.MixedMode.Side;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plain text against TLS, in both directions, Dromon against Dromon and against real garbd: Dromon's side names the
 * mismatch and the remedy. The program {@code MixedModeTable} shows all combinations, with mariadbd too.
 */
@Tag("peers")
@Timeout(240)
final class MixedModeTest {
    @TempDir
    Path directory;

    /** Empty is whatever a Galera node says, or nothing. */
    @ParameterizedTest(name = "{0} TLS {1} dials {2} TLS {3}")
    @CsvSource(
            delimiter = ';',
            value = {
                "DROMON; false; DROMON; true;  3000; the peer speaks TLS, this node plain text; said nothing for",
                "DROMON; true;  DROMON; false; 1000; the peer .* in plain text, this node TLS; the peer speaks TLS, this",
                "DROMON; false; GARBD;  true;  5000; a node with TLS on waits like this; Failed to establish connection",
                "DROMON; true;  GARBD;  false; 1000; the peer speaks Galera's protocol in plain text; ''",
                "GARBD;  false; DROMON; true;  3000; ''; said nothing for .* most likely it runs in plain text",
                "GARBD;  true;  DROMON; false; 1000; Failed to establish connection; the peer speaks TLS, this node"
            })
    void namesTheMismatch(
            Program dialler,
            boolean diallerTls,
            Program acceptor,
            boolean acceptorTls,
            long limitMs,
            String byDialler,
            String byAcceptor)
            throws Exception {
        MixedMode mode = new MixedMode(directory, new OpenSsl(directory).sharedPair(), () -> {
            throw new IllegalStateException("no database here");
        });

        Outcome outcome = mode.run(new Side(dialler, diallerTls), new Side(acceptor, acceptorTls));

        System.out.println(outcome);
        assertThat(outcome.linked()).isFalse();
        assertThat(outcome.shortestMs()).isLessThan(limitMs);
        assertSaid(outcome.byDialler(), dialler, byDialler);
        assertSaid(outcome.byAcceptor(), acceptor, byAcceptor);
    }

    private static void assertSaid(Optional<Said> said, Program program, String regex) {
        if (!regex.isEmpty()) {
            assertThat(said.orElseThrow().text()).containsPattern(regex);
        }
        if (program == Program.DROMON) {
            assertThat(said.orElseThrow().text()).contains("socket.ssl");
        }
    }
}
