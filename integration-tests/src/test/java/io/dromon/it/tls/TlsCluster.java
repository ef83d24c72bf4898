package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.tls.TlsPeer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes of one group in this JVM, through the public API. */
final class TlsCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(40);

    private final Path directory;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Recorder> recorders = new ArrayList<>();

    TlsCluster(Path directory) {
        this.directory = directory;
    }

    /** What a node's application saw. */
    static final class Recorder implements Application {
        final List<String> order = new CopyOnWriteArrayList<>();
        volatile Optional<ClusterView> view = Optional.empty();
        volatile int views;

        @Override
        public void deliver(Delivery delivery) {
            order.add(delivery.seqno() + " " + StandardCharsets.UTF_8.decode(delivery.data()));
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        public void onView(ClusterView next) {
            view = Optional.of(next);
            views++;
        }
    }

    /** The configuration of the next node, which dials the first. */
    NodeConfig config(String options) {
        String peers = nodes.isEmpty() ? "" : hostPort();
        return NodeConfig.builder()
                .group("g")
                .name("n" + nodes.size())
                .address("gcomm://" + peers)
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("data" + nodes.size()))
                .options("pc.wait_prim_timeout=PT5S;" + options)
                .build();
    }

    /** Adds a node and waits until it is synced. */
    Node join(String options) {
        Recorder recorder = new Recorder();
        Node node = Node.join(config(options), recorder);
        nodes.add(node);
        recorders.add(recorder);
        return node;
    }

    Recorder recorder(int index) {
        return recorders.get(index);
    }

    /** Where the first node can be dialled. */
    String hostPort() {
        String address = nodes.get(0).listenAddress();
        return address.substring(address.indexOf("//") + 2);
    }

    void awaitMembers(int members) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(recorders)
                        .allSatisfy(recorder -> assertThat(recorder.view)
                                .hasValueSatisfying(
                                        view -> assertThat(view.members()).hasSize(members))));
    }

    /** Every node writes; all deliver the same in the same order, over TLS links only. */
    void replicates() {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i)
                    .replicate(WriteSet.of(("from n" + i).getBytes(StandardCharsets.UTF_8)))
                    .orTimeout(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                    .join();
        }
        int expected = nodes.size();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(recorders)
                        .allSatisfy(recorder -> assertThat(recorder.order).hasSizeGreaterThanOrEqualTo(expected)));
        List<String> last = tail(recorders.get(0).order, expected);
        assertThat(recorders)
                .allSatisfy(
                        recorder -> assertThat(tail(recorder.order, expected)).isEqualTo(last));
        assertThat(nodes)
                .allSatisfy(node -> assertThat(node.status().links())
                        .isNotEmpty()
                        .allSatisfy(link ->
                                assertThat(link.tls()).map(TlsPeer::protocol).hasValue("TLSv1.3")));
    }

    private static List<String> tail(List<String> lines, int count) {
        return List.copyOf(lines.subList(lines.size() - count, lines.size()));
    }

    /** What a node knows of the peers on its links. */
    List<TlsPeer> peers(int node) {
        return nodes.get(node).status().links().stream()
                .map(LinkStatus::tls)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void close() {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
    }
}
