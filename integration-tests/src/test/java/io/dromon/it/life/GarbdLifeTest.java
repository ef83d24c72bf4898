package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.TlsFiles;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Renewal and the change of mode with a real Galera node as a member. */
@Tag("peers")
@Timeout(120)
final class GarbdLifeTest {
    private static final int ROUNDS = Integer.getInteger("life.rounds", 6);

    @TempDir
    Path directory;

    @Test
    void relinksToGarbdWithoutAViewChange() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0").start(2);
                Garbd garbd = garbd(cluster, Optional.of(files(cluster)))) {
            cluster.awaitMembers(3);
            int views = cluster.views();
            cluster.write(4, 512);

            for (int round = 0; round < ROUNDS; round++) {
                Member member = cluster.members.get(round % 2);
                String serial = ReloadTest.serial(member.files.issue(cluster.authority, member.name));
                member.node.reload();
                assertThat(member.node.relink().get(60, TimeUnit.SECONDS)).isEqualTo(2);
                assertThat(member.node.status().tls().orElseThrow().serial()).isEqualTo(serial);
            }

            cluster.stopWriting();
            assertThat(cluster.failed).hasValue(0);
            assertThat(garbd.process().isAlive()).isTrue();
            assertThat(cluster.members)
                    .allSatisfy(member -> assertThat(member.lastMembers).isEqualTo(3));
            assertThat(cluster.views()).as("no view change").isEqualTo(views);
            assertThat(cluster.members.get(1).digest).isEqualTo(cluster.members.get(0).digest);
            System.out.println("relinked with garbd, " + cluster.committed + " write-sets meanwhile");
        }
    }

    @Test
    void aDynamicNodeTakesAPlainGarbd() throws Exception {
        try (LiveCluster cluster = dynamicNode();
                Garbd garbd = garbd(cluster, Optional.empty())) {
            cluster.awaitMembers(2);

            assertThat(garbd.process().isAlive()).isTrue();
            assertThat(cluster.members.get(0).node.status().linkSummary())
                    .isEqualTo("0 of 1 links TLS 1.3, 1 PLAIN TEXT");
        }
    }

    @Test
    void aDynamicNodeTakesAGarbdWithTls() throws Exception {
        try (LiveCluster cluster = dynamicNode();
                Garbd garbd = garbd(cluster, Optional.of(files(cluster)))) {
            cluster.awaitMembers(2);

            assertThat(garbd.process().isAlive()).isTrue();
            assertThat(cluster.members.get(0).node.status().linkSummary()).isEqualTo("1 of 1 links TLS 1.3");
        }
    }

    private LiveCluster dynamicNode() {
        LiveCluster cluster = new LiveCluster(directory, "");
        Member member = cluster.member("n0");
        cluster.join(member, member.files.options() + ";socket.dynamic=true");
        return cluster;
    }

    private Garbd garbd(LiveCluster cluster, Optional<TlsFiles> files) throws IOException {
        return Garbd.in(Files.createDirectories(directory.resolve("garbd")))
                .peers(cluster.members.get(0).hostPort())
                .tls(files.orElse(null))
                .start();
    }

    private TlsFiles files(LiveCluster cluster) {
        X509Bundle bundle = TestPki.issue(TestPki.builder("garb"), cluster.authority);
        NodeFiles files = new NodeFiles(directory.resolve("garbd-tls"));
        files.put(bundle);
        files.trust(cluster.authority);
        return files.tlsFiles();
    }
}
