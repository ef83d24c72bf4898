package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Options of a running node that no other test shows at work. */
@Tag("sockets")
@Timeout(120)
final class RuntimeOptionsTest {
    static final String QUICK = "tls.watch_interval=0; evs.keepalive_period=PT0.2S;"
            + " evs.inactive_check_period=PT0.2S; evs.suspect_timeout=PT1S; evs.inactive_timeout=PT3S;"
            + " evs.install_timeout=PT1S; evs.join_retrans_period=PT0.2S; pc.linger=PT1S";

    @TempDir
    Path directory;

    private static void awaitMembers(Node node, int members, NodeState state) {
        await().atMost(LiveCluster.LIMIT)
                .until(() -> node.status().state() == state
                        && node.status().group().members().size() == members);
    }

    @Test
    void isolatesANodeLetsItBackAndEndsIt() {
        try (LiveCluster cluster = new LiveCluster(directory, QUICK).start(3)) {
            Node first = cluster.members.get(0).node;
            Node last = cluster.members.get(2).node;

            last.set("gmcast.isolate", "1");
            awaitMembers(first, 2, NodeState.SYNCED);
            awaitMembers(last, 1, NodeState.OPEN);
            assertThat(last.status().mesh()).isEmpty();

            last.set("gmcast.isolate", "0");
            awaitMembers(first, 3, NodeState.SYNCED);
            awaitMembers(last, 3, NodeState.SYNCED);

            last.set("gmcast.isolate", "2");
            await().atMost(LiveCluster.LIMIT).until(() -> last.status().state() == NodeState.CLOSED);
            assertThatThrownBy(() -> last.set("gmcast.isolate", "0")).isInstanceOf(NodeException.class);
            awaitMembers(first, 2, NodeState.SYNCED);
        }
    }

    @Test
    void findsItsGroupByAnAddressThatIsAddedLater() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, QUICK).start(1)) {
            Member late = cluster.member("late");
            NodeConfig config =
                    LiveCluster.config(late, "127.0.0.1:" + closedPort(), late.files.options() + ";" + QUICK);
            Node node = Node.start(config, late);
            late.node = node;
            String port = cluster.members.get(0).hostPort().replaceFirst("^.*:", "");

            node.set("gmcast.peer_addr", "add:tcp://localhost:" + port);

            node.synced().get(30, TimeUnit.SECONDS);
            awaitMembers(node, 2, NodeState.SYNCED);
            assertThatThrownBy(() -> node.set("gmcast.peer_addr", "add:tcp://no.such.host.invalid:1"))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("no.such.host.invalid");
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void desyncsAndResyncs() {
        try (LiveCluster cluster = new LiveCluster(directory, QUICK).start(2)) {
            Node node = cluster.members.get(1).node;

            node.set("wsrep_desync", "ON");
            node.set("wsrep_desync", "1");
            awaitMembers(node, 2, NodeState.DONOR);
            node.set("wsrep_desync", "OFF");

            awaitMembers(node, 2, NodeState.SYNCED);
            assertThatThrownBy(() -> node.set("evs.info_log_mask", "0x1"))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("no part of this node honours it yet");
        }
    }
}
