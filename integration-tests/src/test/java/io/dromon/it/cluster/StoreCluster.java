package io.dromon.it.cluster;

import io.dromon.config.NodeConfig;
import io.dromon.node.store.Consistency;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Stores that replicate in this JVM, each over TLS with a certificate of its own. */
public final class StoreCluster implements AutoCloseable {
    public final List<ReplicatedStore> stores = new ArrayList<>();
    private final Path directory;
    private final String providerOptions;
    private final StoreOptions options;
    private final X509Bundle authority = TestPki.ca("store CA");

    /** Starts {@code count} of them, which have each other. */
    public StoreCluster(Path directory, int count, String providerOptions, StoreOptions options) {
        this.directory = directory;
        this.providerOptions = providerOptions;
        this.options = options;
        for (int i = 0; i < count; i++) {
            stores.add(join(i));
        }
    }

    /** A node with a certificate of its own: state travels encrypted only. Its data directory is kept from before. */
    public ReplicatedStore join(int number) {
        String name = "n" + number;
        NodeFiles files = new NodeFiles(directory.resolve(name + "-tls"));
        files.trust(authority);
        files.issue(authority, name);
        String peer = stores.stream()
                .map(store -> store.node())
                .filter(node -> node.isOpen())
                .map(node -> node.listenAddress().replaceFirst("^.*://", ""))
                .findFirst()
                .orElse("");
        return ReplicatedStore.join(
                NodeConfig.builder()
                        .group("g")
                        .name(name)
                        .address("gcomm://" + peer)
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve(name))
                        .options(files.options() + ";" + providerOptions + "; repl.appliers=" + (number + 1))
                        .build(),
                options);
    }

    /** What a writer does. */
    public interface Writer {
        /** @param number of the writer, from 0 */
        void run(int number, ReplicatedStore store);
    }

    /** Runs {@code work} for some writers of each node, and waits for the end of all. */
    public void write(int writersPerNode, Writer work) throws Exception {
        int nodes = stores.size();
        ExecutorService clients = Executors.newFixedThreadPool(nodes * writersPerNode);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < nodes * writersPerNode; i++) {
                int number = i;
                all.add(clients.submit(() -> work.run(number, stores.get(number % nodes))));
            }
            for (Future<?> each : all) {
                each.get(90, TimeUnit.SECONDS);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** All entries of a node's store, {@code key=value}, as of now. */
    public List<String> content(int number) {
        return stores.get(number)
                .<List<String>>read(
                        Consistency.BEFORE,
                        now -> now.scan("", "")
                                .map(entry -> entry.keyText() + "=" + entry.valueText())
                                .toList());
    }

    @Override
    public void close() {
        stores.forEach(ReplicatedStore::close);
    }
}
