package io.dromon.node.cli.bench;

import io.dromon.node.cli.bench.replication.ReplicationBench;
import io.dromon.node.cli.bench.sst.SstBench;
import io.dromon.node.cli.bench.state.StateBench;
import io.dromon.node.cli.bench.tunnel.TunnelBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dromon bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Benchmarks on this machine.",
        synopsisSubcommandLabel = "BENCHMARK",
        subcommands = {ReplicationBench.class, StateBench.class, TunnelBench.class, SstBench.class})
public final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a benchmark, for example: dromon bench replication");
    }
}
