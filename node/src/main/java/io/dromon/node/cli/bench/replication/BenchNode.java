package io.dromon.node.cli.bench.replication;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.link.LinkStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    @Override
    public Integer call() throws IOException, InterruptedException {
        Counter counter = new Counter(nodes);
        try (Node node = Node.join(flags.config(), counter)) {
            if (!counter.complete.await(60, TimeUnit.SECONDS)) {
                throw new CommandFailure("no cluster of " + nodes + " nodes within 60 s");
            }
            new BenchProcess(number, writers, size, payload).serve(new Measured(node, counter));
        }
        return 0;
    }

    /** What the benchmark does with the order: it counts. */
    private static final class Counter implements Application {
        private final int nodes;
        private final CountDownLatch complete = new CountDownLatch(1);
        private volatile long delivered;

        Counter(int nodes) {
            this.nodes = nodes;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // the delivery thread is the only writer
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

    private record Measured(Node node, Counter counter) implements Replicator {
        @Override
        public void replicate(int writer, byte[] payload) throws NodeException {
            try {
                node.replicate(WriteSet.of(payload)).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof NodeException failure ? failure : e;
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
