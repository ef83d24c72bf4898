package io.dromon.it.programs;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.node.Committed;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * What scraping costs those that write: {@code ScrapeTable [ROUNDS [SECONDS [SCRAPES A MINUTE [WRITERS [COMMITS A SECOND]]]]]}, 5, 10,
 * 10000, 4 and 200 without an argument. Three nodes in this JVM, over TLS; writers on each node that wait for their own commits, and
 * pause so that a node makes so many a second (0: without a pause). In turns without and with scrapes of {@code /metrics} of the
 * first node; prints the latency of its commits in each round, and the medians of all.
 */
public final class ScrapeTable {
    private static final long HIGHEST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int PAYLOAD = 1024;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private final LiveCluster cluster;
    private final int writers;
    private final int commitsPerSecond;
    private final HttpClient client = HttpClient.newHttpClient();

    private ScrapeTable(LiveCluster cluster, int writers, int commitsPerSecond) {
        this.cluster = cluster;
        this.writers = writers;
        this.commitsPerSecond = commitsPerSecond;
    }

    /** What a round has seen at the first node. */
    private record Round(double halfMs, double mostMs, double commitsPerSecond, long scrapes, long failed) {}

    public static void main(String[] args) throws Exception {
        int rounds = number(args, 0, 5);
        Duration length = Duration.ofSeconds(number(args, 1, 10));
        int scrapes = number(args, 2, 10_000);
        int writers = number(args, 3, 4);
        int commits = number(args, 4, 200);
        Path directory = Files.createTempDirectory("scrapes");
        try (LiveCluster cluster = new LiveCluster(directory, "admin.listen=127.0.0.1:0").start(3)) {
            ScrapeTable table = new ScrapeTable(cluster, writers, commits);
            table.run(WARM_UP, scrapes);
            List<Round> without = new ArrayList<>();
            List<Round> with = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                without.add(tell("without", table.run(length, 0)));
                with.add(tell("with", table.run(length, scrapes)));
            }
            double before = median(without);
            double after = median(with);
            System.out.printf(
                    Locale.ROOT,
                    "p99, median of %d rounds: without %.2f ms, with %.2f ms, %.2f times%n",
                    rounds,
                    before,
                    after,
                    after / before);
        }
        System.exit(0); // threads of the client
    }

    private static int number(String[] args, int index, int usual) {
        return args.length > index ? Integer.parseInt(args[index]) : usual;
    }

    private static Round tell(String how, Round round) {
        System.out.printf(
                Locale.ROOT,
                "%-8s %6.0f commits/s  p50 %.2f ms  p99 %.2f ms  %d scrapes, %d failed%n",
                how,
                round.commitsPerSecond(),
                round.halfMs(),
                round.mostMs(),
                round.scrapes(),
                round.failed());
        return round;
    }

    private static double median(List<Round> rounds) {
        List<Double> sorted = rounds.stream().map(Round::mostMs).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private Round run(Duration length, int scrapesPerMinute) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        List<Histogram> ofTheFirst = new ArrayList<>();
        for (LiveCluster.Member member : cluster.members) {
            for (int i = 0; i < writers; i++) {
                Histogram latency = new Histogram(HIGHEST_NS, 3);
                if (member == cluster.members.get(0)) {
                    ofTheFirst.add(latency);
                }
                Thread thread = new Thread(() -> write(member.node, latency, over), "writer");
                threads.add(thread);
                thread.start();
            }
        }
        AtomicLong done = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        if (scrapesPerMinute > 0) {
            URI metrics = URI.create("http://"
                    + cluster.members.get(0).node.status().admin().orElseThrow().address() + "/metrics");
            long everyNs = TimeUnit.MINUTES.toNanos(1) / scrapesPerMinute;
            ScheduledFuture<?> scraping =
                    clock.scheduleAtFixedRate(() -> scrape(metrics, done, failed), 0, everyNs, TimeUnit.NANOSECONDS);
            if (scraping.isDone()) {
                throw new IllegalStateException("nothing is scraped");
            }
        }
        boolean unused = clock.awaitTermination(length.toMillis(), TimeUnit.MILLISECONDS);
        clock.shutdownNow();
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        Histogram all = new Histogram(HIGHEST_NS, 3);
        ofTheFirst.forEach(all::add);
        return new Round(
                all.getValueAtPercentile(50) / 1e6,
                all.getValueAtPercentile(99) / 1e6,
                (double) all.getTotalCount() / length.toSeconds(),
                done.get(),
                failed.get());
    }

    private void write(Node node, Histogram latency, AtomicBoolean over) {
        long paceNs = commitsPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(writers) / commitsPerSecond;
        long nextNs = System.nanoTime();
        while (!over.get()) {
            long startNs = System.nanoTime();
            Committed unused = node.replicate(WriteSet.of(new byte[PAYLOAD])).join();
            latency.recordValue(Math.min(System.nanoTime() - startNs, HIGHEST_NS));
            nextNs += paceNs;
            LockSupport.parkNanos(nextNs - System.nanoTime());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // counted
    private void scrape(URI metrics, AtomicLong done, AtomicLong failed) {
        client.sendAsync(
                        HttpRequest.newBuilder(metrics)
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .whenComplete((answer, why) -> {
                    boolean whole = answer != null
                            && answer.statusCode() == 200
                            && answer.body().contains("dromon_ready 1.0");
                    (whole ? done : failed).incrementAndGet();
                });
    }
}
