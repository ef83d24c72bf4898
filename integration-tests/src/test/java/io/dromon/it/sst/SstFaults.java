package io.dromon.it.sst;

import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** A series of transfers with a fault each, and the table of what became of them. */
final class SstFaults {
    private static final int SMALL_DISK_MIB = 12;

    private final Path folder;
    private final Path source;
    private final SharedPair files;
    private final long wireBytes;

    /** @param folder empty */
    SstFaults(Path folder) throws IOException {
        this.folder = folder;
        this.source = SourceTrees.make(folder.resolve("template"), 1);
        this.files = SharedPair.create(folder, "sst", Duration.ofDays(1));
        try (Stream<Path> paths = Files.walk(source)) {
            long bytes = 0;
            for (Path path : (Iterable<Path>) paths.filter(path -> Files.isRegularFile(path))::iterator) {
                bytes += Files.size(path);
            }
            this.wireBytes = bytes - 2_000_000; // the hole does not travel; TLS and frames add a little
        }
    }

    /** What became of the runs of one fault. */
    private static final class Row {
        private int runs;
        private int struck;
        private int arrived;
        private final Map<String, Integer> reasons = new TreeMap<>();

        private void add(SstFaultRun.Outcome outcome) {
            runs++;
            struck += outcome.struck() ? 1 : 0;
            arrived += outcome.arrived() ? 1 : 0;
            reasons.merge((outcome.arrived() ? "new state: " : "old state: ") + outcome.reasons(), 1, Integer::sum);
        }
    }

    /**
     * Runs a number of faults, one kind after the other.
     *
     * @param parallel how many at a time
     * @throws AssertionError with the seed of the first that left something wrong
     */
    void run(long seed, int count, int parallel, PrintStream out) throws IOException, InterruptedException {
        List<SstFault> faults = new ArrayList<>(List.of(SstFault.values()));
        Path smallDisk = Files.createDirectory(folder.resolve("small"));
        boolean mounted = mount(smallDisk);
        if (!mounted) {
            out.println("no small disk can be mounted here (not root): no DISK_FULL");
            faults.remove(SstFault.DISK_FULL);
        }
        ExecutorService workers = Executors.newFixedThreadPool(parallel);
        Map<SstFault, Row> rows = new EnumMap<>(SstFault.class);
        try {
            List<Future<SstFaultRun.Outcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                // A short series begins elsewhere with every seed, so that it comes to all of them in time.
                SstFault fault = faults.get((int) Math.floorMod(seed + i, (long) faults.size()));
                long own = seed * 1_000_003 + i;
                Path place = (fault == SstFault.DISK_FULL ? smallDisk : folder).resolve("run" + i);
                outcomes.add(workers.submit(() -> one(fault, own, place)));
            }
            for (int i = 0; i < count; i++) {
                SstFault fault = faults.get((int) Math.floorMod(seed + i, (long) faults.size()));
                try {
                    rows.computeIfAbsent(fault, key -> new Row())
                            .add(outcomes.get(i).get());
                } catch (ExecutionException e) {
                    throw new AssertionError(
                            "run " + i + " of seed " + seed + " (again with -Dsst.seed=" + seed
                                    + " -Dsst.process.faults=" + (i + 1) + "): " + e.getCause(),
                            e);
                }
            }
        } finally {
            workers.shutdownNow();
            if (mounted) {
                String unused = SourceTrees.run(List.of("umount", "-l", smallDisk.toString()));
            }
            print(seed, rows, out);
        }
    }

    private SstFaultRun.Outcome one(SstFault fault, long seed, Path place) throws IOException {
        Files.createDirectory(place);
        SstFaultRun.Outcome outcome = new SstFaultRun(fault, seed, place, source, files, wireBytes).run();
        try (Stream<Path> paths = Files.walk(place)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
        return outcome;
    }

    private static boolean mount(Path place) throws IOException, InterruptedException {
        Process mount = new ProcessBuilder(
                        "mount", "-t", "tmpfs", "-o", "size=" + SMALL_DISK_MIB + "m", "tmpfs", place.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return mount.waitFor() == 0;
    }

    private static void print(long seed, Map<SstFault, Row> rows, PrintStream out) {
        int runs = rows.values().stream().mapToInt(row -> row.runs).sum();
        int arrived = rows.values().stream().mapToInt(row -> row.arrived).sum();
        out.printf(
                "%d faults, seed %d: %d times the source arrived whole, %d times the old state stayed%n",
                runs, seed, arrived, runs - arrived);
        out.printf("%-22s %5s %7s %10s %10s%n", "fault", "runs", "struck", "new state", "old state");
        rows.forEach((fault, row) -> {
            out.printf("%-22s %5d %7d %10d %10d%n", fault, row.runs, row.struck, row.arrived, row.runs - row.arrived);
            row.reasons.forEach((reason, times) -> out.println("      " + times + " x " + reason));
        });
        out.flush();
    }
}
