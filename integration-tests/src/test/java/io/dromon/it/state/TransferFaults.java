package io.dromon.it.state;

import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.Ports;
import io.dromon.node.ClusterView;
import io.dromon.node.Node;
import io.dromon.node.NodeState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * State transfers of nodes in this JVM with a fault each at a random point, and the table of what became of them. Two nodes stay,
 * a third one comes again and again. After each fault it has all of the order, or what it had: of an order that it lacked the end
 * of, no gap; and no node is a donor any more.
 *
 * <p>Snapshots pass a wire that stands where donors find the name {@value #JOINER_HOST}, and joiners do not: the JVM must have been
 * started with {@code -Djdk.net.hosts.file} and {@code -Dsun.net.inetaddr.ttl=0}.
 */
public final class TransferFaults implements AutoCloseable {
    /** Donors find a wire by this name, joiners themselves. */
    static final String JOINER_HOST = "joiner.test";

    /** The address of a wire, beside 127.0.0.1. */
    static final String WIRE_HOST = "127.0.0.2";

    static final String OPTIONS = "evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;"
            + "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.install_timeout=PT2S";
    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** Larger than {@link #SMALL_DISK_KIB}. */
    private static final int FIRST_LINES = 6_000;

    /** Seeds that are neighbours begin alike. */
    private static final long SCATTER = 0x9E3779B97F4A7C15L;

    private static final int SMALL_DISK_KIB = 600;
    private static final List<String> STAYING = List.of("n1", "n2");

    private final Path directory;
    private final Path hosts;
    private final Path smallDisk;
    private final boolean mounted;
    private final StateCluster cluster;
    private final Map<TransferFault, Row> rows = new EnumMap<>(TransferFault.class);

    /** What became of the transfers with one fault. */
    private static final class Row {
        private int runs;
        private int struck;
        private int whole;
        private final Map<String, Integer> ends = new TreeMap<>();

        private void add(TransferFaultRun.Outcome outcome) {
            runs++;
            struck += outcome.struck() ? 1 : 0;
            whole += outcome.whole() ? 1 : 0;
            ends.merge(outcome.way() + ": " + outcome.end(), 1, Integer::sum);
        }
    }

    /** @param directory empty */
    public TransferFaults(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.hosts = Path.of(System.getProperty("jdk.net.hosts.file", ""));
        this.cluster = new StateCluster(directory);
        this.smallDisk = Files.createDirectory(directory.resolve("small"));
        this.mounted = mount(smallDisk);
        nameLeadsTo("127.0.0.1");
    }

    private static boolean mount(Path place) throws IOException, InterruptedException {
        return run("mount", "-t", "tmpfs", "-o", "size=" + SMALL_DISK_KIB + "k,mode=700", "tmpfs", place.toString());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** From now on. */
    void nameLeadsTo(String address) throws IOException {
        Path fresh = hosts.resolveSibling(hosts.getFileName() + ".new");
        Files.writeString(fresh, "127.0.0.1 localhost\n" + address + " " + JOINER_HOST + "\n");
        Files.move(fresh, hosts, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    StateCluster cluster() {
        return cluster;
    }

    /** The directory of a full disk, empty. */
    Path smallDisk() {
        return smallDisk;
    }

    Path directory() {
        return directory;
    }

    /**
     * Runs faults, one kind after the other.
     *
     * @throws AssertionError with the seed of the first that left something wrong
     */
    public void run(long seed, int count, PrintStream out) throws IOException, InterruptedException {
        List<TransferFault> faults = new ArrayList<>(List.of(TransferFault.values()));
        if (!mounted) {
            out.println("no small disk can be mounted here (not root): no " + TransferFault.DISK_FULL);
            faults.remove(TransferFault.DISK_FULL);
        }
        try {
            STAYING.forEach(this::joinStaying);
            cluster.write("n1", FIRST_LINES, " the oars rise and fall".repeat(8));
            for (int i = 0; i < count; i++) {
                TransferFault fault = faults.get((int) Math.floorMod(seed + i, (long) faults.size()));
                Random random = new Random((seed * 1_000_003 + i) * SCATTER);
                boolean snapshot = fault.needsSnapshot() || i / faults.size() % 2 == 1;
                try {
                    rows.computeIfAbsent(fault, key -> new Row())
                            .add(new TransferFaultRun(this, fault, snapshot, i, random).run());
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            "fault " + i + " of seed " + seed + ", " + fault + ": " + e.getMessage(), e);
                }
            }
        } finally {
            print(seed, out);
        }
    }

    /** Starts one of the nodes that stay, or starts it again. */
    void joinStaying(String name) {
        BefallenOrder order = new BefallenOrder(
                cluster.kept(name), () -> TransferFaultRun.current().beforeSnapshot(this), () -> {});
        String options = cluster.tls(name) + ";" + OPTIONS;
        Node unused = cluster.joinWith(
                name,
                order,
                directory.resolve(name),
                builder -> builder.options(options).option("sst.idle-timeout", "3"));
        cluster.awaitSynced(name);
    }

    /** The member that gives its state to another one now, as the nodes that stay see it; null if there is none. */
    @Nullable
    String donor() {
        for (String name : STAYING) {
            if (cluster.isOpen(name)) {
                for (ClusterView.Member member :
                        cluster.node(name).status().group().members()) {
                    if (member.state() == NodeState.DONOR) {
                        return member.name();
                    }
                }
            }
        }
        return null;
    }

    /** Both nodes that stay are there and complete, and neither is a donor: for the group, and for itself. */
    void awaitDonorsFree() {
        STAYING.stream().filter(name -> !cluster.isOpen(name)).forEach(this::joinStaying);
        for (String name : STAYING) {
            await("donors are free")
                    .atMost(LIMIT)
                    .until(() -> cluster.node(name).status().state() == NodeState.SYNCED
                            && cluster.node(name).status().group().members().stream()
                                    .filter(member -> STAYING.contains(member.name()))
                                    .allMatch(member -> member.state() == NodeState.SYNCED));
        }
    }

    private void print(long seed, PrintStream out) {
        int runs = rows.values().stream().mapToInt(row -> row.runs).sum();
        int whole = rows.values().stream().mapToInt(row -> row.whole).sum();
        out.printf(
                "%d faults, seed %d: %d times the joiner had the whole state in the end, %d times what it had before%n",
                runs, seed, whole, runs - whole);
        out.printf("%-26s %5s %7s %6s %6s%n", "fault", "runs", "struck", "whole", "old");
        rows.forEach((fault, row) -> {
            out.printf("%-26s %5d %7d %6d %6d%n", fault, row.runs, row.struck, row.whole, row.runs - row.whole);
            row.ends.forEach((end, times) -> out.println("      " + times + " x " + end));
        });
        out.flush();
    }

    /** A history of no cluster. */
    static KeptOrder foreignState(Random random) {
        return KeptOrder.foreign(new UUID(random.nextLong() | 1, random.nextLong()), 50);
    }

    /** Removes what is below a directory. */
    static void empty(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> all = Files.walk(place)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    if (!file.equals(place)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    /** A port for a wire and what stands behind it. */
    static int port() {
        return Ports.free();
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        if (mounted) {
            try {
                boolean unused = run("umount", "-l", smallDisk.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
