/**
 * Measuring replication: one process a node, closed-loop writers on each, one coordinator.
 *
 * <p>The coordinator ({@link io.dromon.node.cli.bench.replication.BenchCluster}) starts the processes and talks to each through its
 * standard input and output, a line each. What is measured is behind {@link io.dromon.node.cli.bench.replication.Replicator}, so Dromon
 * and whatever it is compared with run the same writers, the same clock and the same protocol
 * ({@link io.dromon.node.cli.bench.replication.BenchProcess}):
 *
 * <pre>
 * coordinator            process
 *            &lt;- joined              it is a member (only where the coordinator waits for it)
 *            &lt;- ready               it is in a cluster of the full size
 * start      -&gt;                     the writers begin
 *                                   (warm-up)
 * measure    -&gt;                     counters and histograms begin at zero
 * stop       -&gt;                     the counters are read, then the writers end
 *            &lt;- result {json}       one {@link io.dromon.node.cli.bench.replication.BenchResult}
 * (end of input) -&gt;                 it leaves and ends with code 0
 * </pre>
 *
 * <p>Instead of any answer a process may print {@code failed TEXT}. Other lines of its standard output mean nothing.
 */
@NullMarked
package io.dromon.node.cli.bench.replication;

import org.jspecify.annotations.NullMarked;
