package io.dromon.node.cli.bench.replication;

import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.engine.NodeSettings;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One process of {@code dromon bench replication --peer broadcast}: the links of a node without its protocol. */
@Command(name = "bench-broadcast", hidden = true, description = "One process of the replication benchmark's limit.")
public final class BroadcastNode implements Callable<Integer> {
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
        NodeSettings settings = NodeSettings.of(flags.config());
        Optional<TlsContexts> tls = Optional.empty();
        try {
            if (settings.tls().isPresent()) {
                tls = Optional.of(TlsContexts.load(1, settings.tls().get()));
            }
            try (BroadcastReplicator replicator = new BroadcastReplicator(settings.link(), tls, nodes)) {
                replicator.join(settings.peers(), Duration.ofSeconds(60));
                new BenchProcess(number, writers, size, payload).serve(replicator);
            }
        } catch (TlsConfigException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            tls.ifPresent(TlsContexts::close);
        }
        return 0;
    }
}
