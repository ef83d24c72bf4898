package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.doctor.Diagnosis;
import io.dromon.node.doctor.Doctor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dromon doctor --peers} says of real Galera nodes, and what it does to them: nothing. */
@Tag("peers")
@Timeout(60)
final class DoctorPeersTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void tellsTheModeOfGarbdAndWhetherBothWouldAcceptEachOther() throws Exception {
        TlsFiles pair = new OpenSsl(Files.createDirectory(directory.resolve("own"))).sharedPair();
        TlsFiles other = new OpenSsl(Files.createDirectory(directory.resolve("other"))).sharedPair();
        try (Garbd secured = garbd("secured", Optional.of(pair));
                Garbd plain = garbd("plain", Optional.empty());
                Garbd untrusted = garbd("untrusted", Optional.of(other))) {
            for (Garbd garbd : new Garbd[] {secured, plain, untrusted}) {
                garbd.process().awaitLog("New COMPONENT: primary = yes", LIMIT);
            }

            Diagnosis tls = examine(pair.providerOptions(), secured, plain, untrusted);
            Diagnosis clear = examine("socket.ssl=no", secured, plain);

            assertThat(tls.wouldFail()).isTrue();
            assertThat(tls.peers()).extracting(Diagnosis.Peer::mode).containsExactly("TLS", "PLAIN", "TLS");
            assertThat(tls.peers().get(0).finding().text()).isEqualTo("both would accept each other");
            assertThat(tls.peers().get(0).admitsUs()).contains("YES");
            assertThat(tls.peers().get(1).finding().text()).contains("the peer runs in plain text, this node TLS");
            assertThat(tls.peers().get(2).admitsUs()).contains("NO");
            assertThat(tls.peers().get(2).finding().text())
                    .contains("this node would refuse it: ", "it would refuse this node: ", "alert unknown_ca");
            assertThat(clear.peers().get(0).finding().text()).contains("the peer runs TLS, this node plain text");
            assertThat(clear.peers().get(0).certificate()).isPresent();
            assertThat(clear.peers().get(1).finding().level()).isEqualTo(Diagnosis.Level.OK);
            for (Garbd garbd : new Garbd[] {secured, plain, untrusted}) {
                assertThat(garbd.process().isAlive()).isTrue();
            }
        }
    }

    private Garbd garbd(String name, Optional<TlsFiles> files) throws Exception {
        return Garbd.in(Files.createDirectory(directory.resolve(name)))
                .name(name)
                .group("g")
                .tls(files.orElse(null))
                .start();
    }

    private Diagnosis examine(String options, Garbd... peers) {
        StringBuilder address = new StringBuilder();
        for (Garbd peer : peers) {
            address.append(address.isEmpty() ? "gcomm://" : ",").append(peer.hostPort());
        }
        return Doctor.examine(
                () -> NodeConfig.builder()
                        .group("g")
                        .address(address.toString())
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve("data"))
                        .options(options)
                        .build(),
                true);
    }
}
