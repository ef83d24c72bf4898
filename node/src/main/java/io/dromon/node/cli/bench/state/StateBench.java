package io.dromon.node.cli.bench.state;

import io.dromon.config.NodeConfig;
import io.dromon.config.ReplicationOptions;
import io.dromon.node.cache.CacheSettings;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.cli.bench.sst.StreamAlone;
import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import io.dromon.transport.tls.pem.SharedPair;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dromon bench state}. */
@Command(
        name = "state",
        mixinStandardHelpOptions = true,
        description = {
            "State of SIZE bytes on two nodes of this process: the live rate, IST for a node that was away, SST for a node"
                    + " with an emptied directory, commits of the donor meanwhile, and the recovery of its write-set cache.",
            "The stores are RocksDB's where its library is in the class path, else in memory:"
                    + " java -cp dromon:rocksdbjni.jar io.dromon.node.cli.Dromon bench state."
        })
public final class StateBench implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Option(
            names = "--size",
            defaultValue = "256M",
            paramLabel = "BYTES[K|M|G]",
            description = "Values of the state (${DEFAULT-VALUE}); half of it is missed by the node that was away.")
    private String size = "";

    @Option(names = "--value", defaultValue = "1024", description = "Bytes of a value (${DEFAULT-VALUE}).")
    private int valueBytes;

    @Option(names = "--writers", defaultValue = "16", description = "Writers on each node (${DEFAULT-VALUE}).")
    private int writers;

    @Option(
            names = "--engine",
            paramLabel = "ROCKSDB|MEMORY",
            description =
                    "Where the stores keep their data. In memory a node that was away has nothing, and takes no IST.")
    private StoreOptions.@Nullable Engine engine;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        long bytes = bytes(size);
        if (valueBytes < 16 || valueBytes > 1 << 20 || bytes < 16L * valueBytes || writers < 1 || writers > 1024) {
            throw new CommandFailure(
                    "--value is from 16 to 1048576, --size at least 16 values, --writers from 1 to 1024");
        }
        StoreOptions.Engine chosen = engine != null ? engine : engineThatIsThere();
        try (Scratch scratch = Scratch.create("dromon-bench-state")) {
            StateResult result;
            try {
                result = new Measurement(scratch.directory(), chosen, bytes).run();
            } catch (IOException | RuntimeException e) {
                scratch.keep();
                throw e;
            }
            if (json) {
                System.out.println(Json.pretty(result));
            } else {
                StateReport.print(System.out, result);
            }
            System.out.flush();
        }
        return 0;
    }

    /** As {@code 256M}. */
    static long bytes(String text) {
        int unit = " KMG".indexOf(text.isEmpty() ? 'x' : text.charAt(text.length() - 1));
        String number = unit > 0 ? text.substring(0, text.length() - 1) : text;
        if (!number.matches("[0-9]{1,9}")) {
            throw new CommandFailure("--size: '" + text + "' is no number of bytes, for example 512M");
        }
        return Long.parseLong(number) << (unit > 0 ? 10 * unit : 0);
    }

    private static StoreOptions.Engine engineThatIsThere() {
        return StateBench.class.getClassLoader().getResource("org/rocksdb/RocksDB.class") != null
                ? StoreOptions.Engine.ROCKSDB
                : StoreOptions.Engine.MEMORY;
    }

    /**
     * A node is there again.
     *
     * @param had where its state ended before, -1 if it had none
     */
    private record Returned(long had, StateResult.Join join) {}

    /** One run. */
    private final class Measurement {
        private final Path directory;
        private final StoreOptions options;
        private final long events;
        private final SharedPair pair;
        private final String donorAddress;
        private final AtomicInteger threads = new AtomicInteger();
        private final ExecutorService clients = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "writer-" + threads.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
        private final StateLoad load = new StateLoad(clients, valueBytes);

        Measurement(Path directory, StoreOptions.Engine engine, long bytes) throws IOException {
            this.directory = directory;
            this.options = (engine == StoreOptions.Engine.MEMORY ? StoreOptions.memory() : StoreOptions.rocksDb())
                    .withMaxAttempts(1000);
            this.events = bytes / valueBytes;
            this.pair = SharedPair.create(directory, "dromon-bench", Duration.ofDays(1));
            this.donorAddress = "127.0.0.1:" + LocalPort.free();
        }

        private NodeConfig config(String name) {
            boolean donor = name.equals("donor");
            return NodeConfig.builder()
                    .commandLine()
                    .group("bench")
                    .name(name)
                    .address("gcomm://" + (donor ? "" : donorAddress))
                    .listen("tcp://" + (donor ? donorAddress : "127.0.0.1:0"))
                    .dataDir(directory.resolve(name))
                    .options("socket.ssl_cert=" + pair.certificate() + ";socket.ssl_key=" + pair.key() + ";gcache.size="
                            + 4 * events * (valueBytes + 256L))
                    .build();
        }

        StateResult run() throws Exception {
            StateResult.Rate live;
            StateResult.@Nullable Join ist;
            StateResult.Join sst;
            StateResult.Latency before;
            StateResult.Latency meanwhile;
            Optional<StateResult.Checkpoint> checkpoint;
            Position end;
            NodeConfig donorConfig = config("donor");
            try (ReplicatedStore donor = ReplicatedStore.join(donorConfig, options)) {
                try (ReplicatedStore member = ReplicatedStore.join(config("member"), options)) {
                    load.write(events / 4, writers, donor, member); // for the compilers
                    double seconds = load.write(events / 4, writers, donor, member);
                    live = StateResult.Rate.of(events / 4, valueBytes, seconds);
                }
                long missed = events - 2 * (events / 4);
                load.write(missed, 4 * writers, donor);
                ist = keepsState() ? istOf(join(donor, "member", missed)) : null;
                Scratch.delete(directory.resolve("member"));

                try (StateLoad.Ticker ticker = load.ticker(donor, writers)) {
                    before = StateResult.Latency.of(ticker.measure(TimeUnit.SECONDS.toMillis(3)));
                    sst = join(donor, "member", events).join();
                    List<StateLoad.Commit> commits = ticker.sinceThen();
                    meanwhile = StateResult.Latency.of(commits);
                    checkpoint = donor.lastCheckpoint().map(times -> StateResult.Checkpoint.of(times, commits));
                }
                end = donor.position();
            } finally {
                clients.shutdownNow();
            }
            double stream = stream();
            return new StateResult(
                    options.engine().toString(),
                    events * valueBytes,
                    live,
                    ist,
                    ist == null ? 0 : ist.transfer().eventsPerSecond() / live.eventsPerSecond(),
                    sst,
                    stream,
                    stream > 0 ? sst.secondsToSynced() / stream : 0,
                    before,
                    meanwhile,
                    checkpoint.orElse(null),
                    recover(donorConfig, end));
        }

        private boolean keepsState() {
            return options.engine() != StoreOptions.Engine.MEMORY;
        }

        private static StateResult.Join istOf(Returned returned) {
            if (returned.had() < 0) {
                throw new CommandFailure(
                        "the node that was away had nothing left of its state, and took a snapshot where"
                                + " IST was to be measured");
            }
            return returned.join();
        }

        /** Starts a node, waits until it is SYNCED, and has it leave. */
        private Returned join(ReplicatedStore donor, String name, long missed)
                throws InterruptedException, ExecutionException, TimeoutException {
            long until = donor.position().seqno();
            long begin = System.nanoTime();
            try (ReplicatedStore joiner = ReplicatedStore.start(config(name), options)) {
                long had = joiner.position().seqno();
                long first = 0;
                long last = 0;
                while (last == 0) {
                    long at = joiner.position().seqno();
                    long now = System.nanoTime();
                    if (first == 0 && at > had) {
                        first = now;
                    }
                    if (at >= until) {
                        last = now;
                    } else if (now - begin > LIMIT.toNanos()
                            || joiner.node().synced().isCompletedExceptionally()) {
                        throw new CommandFailure("the node that joins did not get the state; its position is "
                                + joiner.position() + ", the donor's " + donor.position());
                    }
                    TimeUnit.MICROSECONDS.sleep(200);
                }
                joiner.node().synced().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                double toSynced = (System.nanoTime() - begin) / 1e9;
                long transferBegin = had >= 0 ? first : begin; // a snapshot comes at once
                return new Returned(
                        had,
                        new StateResult.Join(
                                toSynced,
                                StateResult.Rate.of(missed, valueBytes, Math.max(1, last - transferBegin) / 1e9)));
            }
        }

        /** What the donor's store consists of, by the same method between two processes. */
        private double stream() throws IOException, InterruptedException {
            Path store = directory.resolve("donor").resolve(ReplicatedStore.DIRECTORY);
            if (!Files.isDirectory(store)) {
                return 0;
            }
            return StreamAlone.seconds(Files.createDirectory(directory.resolve("stream")), store);
        }

        private StateResult.Recovery recover(NodeConfig config, Position position) throws IOException {
            CacheSettings settings = CacheSettings.of(
                    config.value(ReplicationOptions.GCACHE_DIR)
                            .resolve(config.value(ReplicationOptions.GCACHE_NAME) + ".d"),
                    config.value(ReplicationOptions.GCACHE_SIZE),
                    config.value(ReplicationOptions.GCACHE_PAGE_SIZE),
                    config.value(ReplicationOptions.GCACHE_KEEP_PAGES_SIZE),
                    config.value(ReplicationOptions.GCACHE_MEM_SIZE),
                    true,
                    Runtime.getRuntime().maxMemory());
            ExecutorService disk = Executors.newSingleThreadExecutor();
            try {
                long begin = System.nanoTime();
                try (WriteSetCache cache =
                        WriteSetCache.open("bench", settings, position.history(), position.seqno(), disk)) {
                    double seconds = (System.nanoTime() - begin) / 1e9;
                    return new StateResult.Recovery(cache.status().bytes(), seconds);
                }
            } finally {
                disk.shutdown();
            }
        }
    }
}
