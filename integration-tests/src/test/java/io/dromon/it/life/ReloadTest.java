package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and authorities of a running cluster are replaced without a stop. */
@Tag("sockets")
@Timeout(120)
final class ReloadTest {
    private static final String NO_WATCH = "tls.watch_interval=0";
    private static final String WATCH = "tls.watch_interval=PT0.1S";

    @TempDir
    Path directory;

    @Test
    void linksPresentTheNewCertificateAfterReloadAndRelink() {
        try (LiveCluster cluster = new LiveCluster(directory, NO_WATCH).start(3)) {
            Member renewed = cluster.members.get(1);
            int views = cluster.views();
            String serial = serial(renewed.files.issue(cluster.authority, renewed.name));

            renewed.node.set("socket.ssl_reload", "1");
            assertThat(cluster.members.get(0).serialsSeenOf(renewed)).doesNotContain(serial);
            int relinked = renewed.node.relink().join();

            assertThat(relinked).isEqualTo(2);
            assertThat(renewed.node.status().tls().orElseThrow().generation()).isEqualTo(2);
            for (int i : new int[] {0, 2}) {
                Member peer = cluster.members.get(i);
                await().atMost(LiveCluster.LIMIT)
                        .untilAsserted(
                                () -> assertThat(peer.serialsSeenOf(renewed)).containsExactly(serial));
            }
            assertThat(cluster.views()).as("no view change").isEqualTo(views);
            assertThat(renewed.node.status().linkSummary()).isEqualTo("2 of 2 links TLS 1.3");
        }
    }

    @Test
    void refusesAKeyThatDoesNotMatchAndKeepsWhatItHas() {
        try (LiveCluster cluster = new LiveCluster(directory, NO_WATCH).start(2)) {
            Member member = cluster.members.get(1);
            NodeFiles.write(
                    member.files.key(),
                    TestPki.issue(TestPki.builder("other"), cluster.authority).getPrivateKeyPEM());

            assertThatThrownBy(member.node::reload)
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("generation 1 stays in use")
                    .hasMessageContaining("tls.key");

            assertThat(member.node.status().tls().orElseThrow().refusedReload()).isPresent();
            assertThat(member.node.relink().join()).as("new links still work").isEqualTo(1);
        }
    }

    @Test
    void refusesACertificateThatPeersWouldRefuse() {
        try (LiveCluster cluster = new LiveCluster(directory, NO_WATCH).start(2)) {
            Member member = cluster.members.get(1);
            member.files.issue(TestPki.ca("another CA"), member.name);

            assertThatThrownBy(member.node::reload)
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("peers will refuse");
        }
    }

    @Test
    void keepsItsLinksWhenPeersRefuseTheNewCertificate() {
        try (LiveCluster cluster = new LiveCluster(directory, NO_WATCH).start(3)) {
            Member member = cluster.members.get(1);
            X509Bundle other = TestPki.ca("another CA");
            member.files.trust(cluster.authority, other);
            member.files.issue(other, member.name);
            int views = cluster.views();
            member.node.reload();

            assertThatThrownBy(() -> member.node.relink().join())
                    .hasCauseInstanceOf(NodeException.class)
                    .hasMessageContaining("the rest stays as it is");

            cluster.awaitLinks();
            assertThat(cluster.views()).isEqualTo(views);
        }
    }

    @Test
    void takesASwappedLinkWithoutACommand() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, WATCH)) {
            Path mount = directory.resolve("n0-tls");
            X509Bundle first = volume(cluster, mount, "..one");
            Files.createSymbolicLink(mount.resolve("..data"), Path.of("..one"));
            for (String name : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
                Files.createSymbolicLink(mount.resolve(name), Path.of("..data", name));
            }
            Member member = cluster.bareMember("n0");
            cluster.join(member);
            assertThat(member.node.status().tls().orElseThrow().serial()).isEqualTo(serial(first));

            String serial = serial(volume(cluster, mount, "..two"));
            Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..two"));
            Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

            await().atMost(LiveCluster.LIMIT)
                    .until(() ->
                            member.node.status().tls().orElseThrow().serial().equals(serial));
        }
    }

    private static X509Bundle volume(LiveCluster cluster, Path mount, String name) {
        NodeFiles files = new NodeFiles(mount.resolve(name));
        files.trust(cluster.authority);
        return files.issue(cluster.authority, "n0");
    }

    @Test
    void waitsForTheCertificateThatBelongsToANewKey() {
        try (LiveCluster cluster = new LiveCluster(directory, WATCH).start(1)) {
            Member member = cluster.members.get(0);
            X509Bundle next = TestPki.issue(TestPki.builder(member.name), cluster.authority);
            NodeFiles.write(member.files.key(), next.getPrivateKeyPEM());

            await().atMost(LiveCluster.LIMIT)
                    .until(() -> member.node
                            .status()
                            .tls()
                            .orElseThrow()
                            .refusedReload()
                            .isPresent());
            assertThat(member.node.status().tls().orElseThrow().generation()).isEqualTo(1);
            NodeFiles.write(member.files.certificate(), next.getCertificatePEM());

            await().atMost(LiveCluster.LIMIT)
                    .until(() ->
                            member.node.status().tls().orElseThrow().serial().equals(serial(next)));
            assertThat(member.node.status().tls().orElseThrow().refusedReload()).isEmpty();
        }
    }

    @Test
    void staysUpWhenAllCertificatesHaveExpiredAndRecoversFromLocalFiles() {
        try (LiveCluster cluster = new LiveCluster(directory, NO_WATCH)) {
            Instant end = Instant.now().plus(Duration.ofSeconds(8));
            for (int i = 0; i < 3; i++) {
                Member member = cluster.bareMember("n" + i);
                member.files.trust(cluster.authority);
                member.files.put(TestPki.issue(TestPki.builder(member.name).notAfter(end), cluster.authority));
                cluster.join(member);
            }
            cluster.awaitLinks();
            await().atMost(LiveCluster.LIMIT).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
            int views = cluster.views();

            for (Member member : cluster.members) {
                member.node
                        .replicate(WriteSet.of(new byte[] {1}))
                        .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                        .join();
                assertThat(member.node.status().tls().orElseThrow().warnings())
                        .anySatisfy(warning -> assertThat(warning).contains("EXPIRED"));
            }
            assertThatThrownBy(() -> cluster.members.get(0).node.relink().join())
                    .as("no new link can be made")
                    .hasCauseInstanceOf(NodeException.class);
            for (Member member : cluster.members) {
                member.files.issue(cluster.authority, member.name);
                member.node.reload();
            }
            for (Member member : cluster.members) {
                assertThat(member.node.relink().join()).isEqualTo(2);
            }

            assertThat(cluster.views()).isEqualTo(views);
        }
    }

    static String serial(X509Bundle bundle) {
        return bundle.getCertificate().getSerialNumber().toString(16);
    }
}
