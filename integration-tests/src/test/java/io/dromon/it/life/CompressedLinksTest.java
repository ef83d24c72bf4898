package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.transport.link.LinkStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code socket.ssl_compression}: between nodes that have it on, and no hindrance where one has it off. */
@Tag("sockets")
@Timeout(60)
final class CompressedLinksTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"boringssl", "jdk"})
    void compressesBetweenDromonNodes(String provider) throws Exception {
        try (LiveCluster cluster =
                new LiveCluster(directory, "socket.ssl_compression=YES;tls.provider=" + provider).start(3)) {
            cluster.write(4, 4096);
            org.awaitility.Awaitility.await().atMost(LiveCluster.LIMIT).until(() -> cluster.committed.get() > 500);
            cluster.stopWriting();

            assertThat(cluster.failed).hasValue(0);
            for (Member member : cluster.members) {
                assertThat(member.digest).isEqualTo(cluster.members.get(0).digest);
                // Two nodes may have dialled each other: the link that lost stays open for a moment and carries
                // nothing.
                List<LinkStatus> carriers = member.node.status().links().stream()
                        .filter(link -> link.bytesOut() > 100_000)
                        .toList();
                assertThat(carriers).hasSize(2);
                for (LinkStatus link : carriers) {
                    assertThat(link.applicationProtocol()).contains("dromon-zstd/1");
                    assertThat(link.compression().orElseThrow().bytesOut())
                            .as("%s bytes of messages", link.bytesOut())
                            .isLessThan(link.bytesOut() / 4);
                }
            }
            assertThat(cluster.members.get(0).node.relink().join()).isEqualTo(2);
        }
    }

    @Test
    void linksWithoutCompressionToANodeThatHasItOff() {
        try (LiveCluster cluster = new LiveCluster(directory, "").start(1)) {
            Member member = cluster.member("n1");
            cluster.join(member, member.files.options() + ";socket.ssl_compression=YES");
            cluster.awaitLinks();

            assertThat(member.node.status().links())
                    .allSatisfy(link -> assertThat(link.compression()).isEmpty());
        }
    }
}
