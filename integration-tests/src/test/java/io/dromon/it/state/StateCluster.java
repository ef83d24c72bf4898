package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.config.NodeConfigBuilder;
import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.node.Node;
import io.dromon.node.NodeState;
import io.dromon.node.StatefulApplication;
import io.dromon.node.WriteSet;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Nodes with state in this JVM: what each has kept outlives its node, so that one of the same name comes back with it. */
final class StateCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);
    private static final X509Bundle AUTHORITY = TestPki.ca("state CA");

    private final Path directory;
    private final Map<String, KeptOrder> states = new TreeMap<>();
    private final Map<String, Node> nodes = new TreeMap<>();

    /** @param directory of the data directories and TLS files */
    StateCluster(Path directory) {
        this.directory = directory;
    }

    /** Starts a node over TLS that joins those that are open. */
    Node join(String name, String options) {
        return joinWith(name, tls(name) + ";" + options);
    }

    /** Options of TLS for a node. */
    String tls(String name) {
        NodeFiles files = new NodeFiles(directory.resolve(name + "-tls"));
        files.trust(AUTHORITY);
        files.issue(AUTHORITY, name);
        return files.options();
    }

    /** The same with all options given. */
    Node joinWith(String name, String options) {
        return joinWith(name, kept(name), directory.resolve(name), builder -> builder.options(options));
    }

    /**
     * The same with all settings.
     *
     * @param application hands on to {@link #kept}
     */
    Node joinWith(
            String name, StatefulApplication application, Path dataDirectory, Consumer<NodeConfigBuilder> settings) {
        String peers = nodes.entrySet().stream()
                .filter(each -> !each.getKey().equals(name) && each.getValue().isOpen())
                .map(each -> each.getValue().listenAddress().replaceFirst("^.*://", ""))
                .findFirst()
                .orElse("");
        NodeConfigBuilder builder = NodeConfig.builder()
                .group(LiveCluster.GROUP)
                .name(name)
                .address("gcomm://" + peers)
                .listen("tcp://127.0.0.1:0")
                .dataDir(dataDirectory);
        settings.accept(builder);
        Node node = Node.start(builder.build(), application);
        nodes.put(name, node);
        return node;
    }

    /** What the node of this name has kept, or begins with. */
    KeptOrder kept(String name) {
        return states.computeIfAbsent(name, any -> new KeptOrder());
    }

    /** Has the next node of this name begin with another state. */
    void keep(String name, KeptOrder state) {
        states.put(name, state);
    }

    Node node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    boolean isOpen(String name) {
        return nodes.containsKey(name) && node(name).isOpen();
    }

    KeptOrder state(String name) {
        return Objects.requireNonNull(states.get(name), name);
    }

    /** Writes on one node and waits until all is committed. */
    void write(String name, int count) {
        write(name, count, "");
    }

    /** The same with something behind each number. */
    void write(String name, int count, String text) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(node(name).replicate(WriteSet.of((name + "-" + i + text).getBytes(StandardCharsets.UTF_8))));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    void awaitSynced(String... names) {
        for (String name : names) {
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(node(name).status().state()).as(name).isEqualTo(NodeState.SYNCED));
        }
    }

    /** All have the same order, and were told of no gap. */
    void assertEqual(String... names) {
        KeptOrder first = state(names[0]);
        for (String name : names) {
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(state(name).lines()).as(name).hasSameSizeAs(first.lines());
                assertThat(state(name).lines()).as(name).isEqualTo(first.lines());
            });
            assertThat(state(name).missed()).as("gaps of " + name).isZero();
        }
    }

    /** All nodes leave. */
    @Override
    public void close() {
        nodes.values().forEach(Node::leave);
    }
}
