package io.dromon.node.cli.bench.replication;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.CertificationFailedException;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.DurableApplication;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.ParallelApplication;
import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One process of {@code dromon bench replication}, in the protocol of {@link io.dromon.node.cli.bench.replication}. */
@Command(name = "bench-node", hidden = true, description = "One process of the replication benchmark.")
public final class BenchNode implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private NodeCommand.NodeFlags flags;

    @Option(names = "--node", required = true)
    private int number;

    @Option(names = "--nodes", required = true)
    private int nodes;

    @Option(names = "--writers", required = true)
    private int writers;

    @Option(names = "--size", required = true)
    private int size;

    @Option(names = "--payload", required = true)
    private Payloads payload = Payloads.RANDOM;

    @Option(names = "--keys", required = true)
    private int keys;

    @Option(names = "--hot", required = true)
    private int hot;

    @Option(names = "--apply-cost", required = true)
    private int applyMicros;

    @Option(names = "--keep", required = true, arity = "1")
    private boolean keep;

    @Option(names = "--delivery", required = true, converter = DeliveryThread.Converter.class)
    private DeliveryThread delivery = DeliveryThread.OWN_THREAD;

    @Override
    public Integer call() throws IOException, InterruptedException {
        NodeConfig config = flags.config();
        Counter counter = counter(config);
        try (Node node = Node.join(config, counter)) {
            if (!counter.complete.await(60, TimeUnit.SECONDS)) {
                throw new CommandFailure("no cluster of " + nodes + " nodes within 60 s");
            }
            new BenchProcess(number, writers, size, payload)
                    .serve(new Measured(node, counter, new BenchKeys(keys, hot)));
        }
        return 0;
    }

    private Counter counter(NodeConfig config) throws IOException {
        if (keep) {
            return new KeepingCounter(nodes, LineState.of(config.dataDir(), OutputStream.nullOutputStream()));
        } else if (applyMicros > 0) {
            return new BusyCounter(nodes, applyMicros);
        }
        return delivery == DeliveryThread.PROTOCOL_THREAD ? new NonBlockingCounter(nodes) : new Counter(nodes);
    }

    /** What the benchmark does with the order: it counts. */
    private static class Counter implements Application {
        private final int nodes;
        private final CountDownLatch complete = new CountDownLatch(1);
        private volatile long delivered;

        Counter(int nodes) {
            this.nodes = nodes;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread delivers
        public void deliver(Delivery delivery) {
            delivered++;
        }

        @Override
        public void onView(ClusterView view) {
            if (view.primary() && view.members().size() == nodes) {
                complete.countDown();
            }
        }
    }

    /** Counts on the protocol thread. */
    private static final class NonBlockingCounter extends Counter implements NonBlockingApplication {
        NonBlockingCounter(int nodes) {
            super(nodes);
        }
    }

    /** Takes its time for each write-set, on as many appliers as there may be. */
    private static final class BusyCounter extends Counter implements ParallelApplication {
        private final long applyNs;

        BusyCounter(int nodes, int applyMicros) {
            super(nodes);
            this.applyNs = applyMicros * 1000L;
        }

        @Override
        public int appliers() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Commit apply(Delivery delivery) {
            long endNs = System.nanoTime() + applyNs;
            while (System.nanoTime() - endNs < 0) {
                Thread.onSpinWait();
            }
            return () -> super.deliver(delivery);
        }

        @Override
        public void deliver(Delivery delivery) {
            apply(delivery).commit();
        }
    }

    /** Keeps the write-sets in files, and syncs these where a writer waits for that. */
    private static final class KeepingCounter extends Counter implements DurableApplication {
        private final LineState lines;

        KeepingCounter(int nodes, LineState lines) {
            super(nodes);
            this.lines = lines;
        }

        @Override
        public void deliver(Delivery delivery) {
            lines.deliver(delivery);
            super.deliver(delivery);
        }

        @Override
        public void onDrained() {
            lines.onDrained();
        }

        @Override
        public void onView(ClusterView view) {
            lines.onView(view);
            super.onView(view);
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            lines.onStopped(failure);
        }

        @Override
        public void persist() throws IOException {
            lines.persist();
        }

        @Override
        public Position position() {
            return lines.position();
        }

        @Override
        public void snapshot(Path directory) throws IOException {
            lines.snapshot(directory);
        }

        @Override
        public void restore(Path directory) throws IOException {
            lines.restore(directory);
        }
    }

    private record Measured(Node node, Counter counter, BenchKeys keys) implements Replicator {
        @Override
        public void replicate(int writer, byte[] payload) throws NodeException {
            boolean committed = false;
            while (!committed) {
                try {
                    node.replicate(keys.writeSet(payload)).join();
                    committed = true;
                } catch (CompletionException e) {
                    if (!(e.getCause() instanceof CertificationFailedException)) {
                        throw e.getCause() instanceof NodeException failure ? failure : e;
                    }
                }
            }
        }

        @Override
        public long delivered() {
            return counter.delivered;
        }

        @Override
        public Traffic traffic() {
            long messages = 0;
            long wire = 0;
            for (LinkStatus link : node.status().links()) {
                messages += link.bytesOut();
                wire += link.compression().map(LinkStatus.Compressed::bytesOut).orElse(link.bytesOut());
            }
            return new Traffic(messages, wire);
        }

        @Override
        public String transport() {
            String provider =
                    node.status().tls().map(tls -> " " + tls.provider()).orElse("");
            return node.status().links().stream()
                    .map(link -> link.tls()
                                    .map(tls -> tls.protocol() + " " + tls.cipher() + provider)
                                    .orElse("plain")
                            + (link.compression().isPresent() ? " zstd" : ""))
                    .distinct()
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("none");
        }
    }
}
