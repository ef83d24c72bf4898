package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.client.AdminSession.Body;
import io.dromon.node.admin.client.AdminSessions;
import io.dromon.node.rebootstrap.core.PlannedNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures the outage: writes one key of its own on every node, again and again, over the same door that the node is led by,
 * and removes it at the end. A node whose store is not served there is not measured, and the result says so.
 */
final class Probe implements AutoCloseable {
    /** What its keys begin with. */
    static final String KEYS = "dromon.rebootstrap.probe.";

    private static final long PERIOD_MS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** What says that it will not be better later: not permitted, or no such path. */
    private static final List<Integer> FOR_GOOD = List.of(401, 403, 404, 405);

    private final OutageMeter meter = new OutageMeter();
    private final Map<String, Writer> writers = new TreeMap<>();
    private final CountDownLatch end = new CountDownLatch(1);

    /** Begins to write. */
    Probe(List<PlannedNode> nodes, NodeWays ways, AdminSessions sessions) {
        for (PlannedNode node : nodes) {
            writers.put(node.name(), new Writer(node.name(), new NodeDialogue(ways.to(node), sessions)));
        }
        writers.values().forEach(writer -> writer.thread.start());
    }

    /** Writes on one node, on a thread of its own. */
    private final class Writer {
        private final String node;
        private final String path;
        private final NodeDialogue dialogue;
        private final Thread thread;
        private final AtomicLong refused = new AtomicLong();
        private volatile String why = "";

        Writer(String node, NodeDialogue dialogue) {
            this.node = node;
            this.path = "/kv/v1/value?key=" + URLEncoder.encode(KEYS + node, StandardCharsets.UTF_8);
            this.dialogue = dialogue;
            this.thread = new Thread(this::run, "dromon-rebootstrap-probe-" + node);
            this.thread.setDaemon(true);
        }

        private void run() {
            try (dialogue) {
                for (long number = 1; !end.await(PERIOD_MS, TimeUnit.MILLISECONDS); number++) {
                    if (!write(number)) {
                        return;
                    }
                }
                if (meter.commits(node) > 0) {
                    dialogue.send("DELETE", path, Body.text(""), PATIENCE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                System.err.println("dromon: the probe's key " + KEYS + node + " was not removed: " + e.getMessage());
            }
        }

        /** Whether it makes sense to go on. */
        private boolean write(long number) {
            try {
                AdminClient.Answer answer = dialogue.send("PUT", path, Body.text(Long.toString(number)), PATIENCE);
                if (answer.isDone()) {
                    meter.committed(node, System.nanoTime());
                    return true;
                }
                why = answer.problem();
                if (FOR_GOOD.contains(answer.status()) && meter.commits(node) == 0) {
                    return false;
                }
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            refused.incrementAndGet();
            return true;
        }
    }

    /** The run begins: who takes no writes now has an outage already. */
    void begin() {
        for (Writer writer : writers.values()) {
            if (writer.thread.isAlive()) {
                meter.expect(writer.node, System.nanoTime());
            }
        }
    }

    /** Waits until every node that can be measured has committed since then, or the time is over. */
    void awaitCommits(long sinceNs, Duration limit) throws InterruptedException {
        long limitNs = System.nanoTime() + limit.toNanos();
        for (Writer writer : writers.values()) {
            while (System.nanoTime() < limitNs && writer.thread.isAlive() && meter.lastNs(writer.node) < sinceNs) {
                if (end.await(PERIOD_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        }
    }

    /** What was measured. */
    Measured measured() {
        long nowNs = System.nanoTime();
        Map<String, Measured.OfNode> nodes = new TreeMap<>();
        writers.forEach((node, writer) -> nodes.put(
                node,
                new Measured.OfNode(meter.commits(node), writer.refused.get(), meter.of(node, nowNs), writer.why)));
        return new Measured(meter.ofCluster(nowNs), nodes);
    }

    /** Ends, with its keys removed. */
    @Override
    public void close() {
        end.countDown();
        try {
            for (Writer writer : writers.values()) {
                writer.thread.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
