package io.dromon.it.programs;

import io.dromon.it.sim.SeedKind;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/**
 * Runs seeds that nobody has run yet, of all kinds in turn, for a while: {@code NightlySeeds MINUTES DIRECTORY
 * [FIRST]}. In the directory, {@code node.next}, {@code state.next} and {@code stack.next} say where to go on, and {@code violations} has a
 * line for each seed that broke a rule. Ends with 1 if there was one.
 *
 * <p>{@link SimulationMain} tells more of a range; a test with {@code -Dsim.seed=N} prints the whole trace of a seed.
 */
public final class NightlySeeds {
    private static final long FIRST = 10_000_001;
    /** After each of these is noted how far it came. */
    private static final int CHUNK = 100;

    private final Path directory;
    private final long first;
    private long violations;

    private NightlySeeds(Path directory, long first) {
        this.directory = directory;
        this.first = first;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: NightlySeeds MINUTES DIRECTORY [FIRST]");
            System.exit(2);
        }
        NightlySeeds nightly = new NightlySeeds(Path.of(args[1]), args.length > 2 ? Long.parseLong(args[2]) : FIRST);
        Files.createDirectories(nightly.directory);
        long endNs = System.nanoTime() + (long) (Double.parseDouble(args[0]) * 60e9);
        long ran = 0;
        do {
            for (SeedKind kind : SeedKind.ALL) {
                ran += nightly.chunk(kind, endNs);
            }
        } while (System.nanoTime() < endNs);
        System.out.println(ran + " seeds, " + nightly.violations + " violations; next are node "
                + nightly.next(SeedKind.NODE) + ", state " + nightly.next(SeedKind.STATE) + " and stack "
                + nightly.next(SeedKind.STACK));
        System.exit(nightly.violations == 0 ? 0 : 1);
    }

    private long chunk(SeedKind kind, long endNs) throws IOException {
        long from = next(kind);
        long seed = from;
        while (seed < from + CHUNK && System.nanoTime() < endNs) {
            Throwable failure = kind.seeds().attempt(seed, null, new SimTrace(false));
            if (failure != null) {
                note(kind, seed, failure);
            }
            seed++;
        }
        Path temporary = directory.resolve(kind + ".next.tmp");
        Files.writeString(temporary, seed + "\n");
        Files.move(temporary, file(kind), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return seed - from;
    }

    private void note(SeedKind kind, long seed, Throwable failure) throws IOException {
        violations++;
        String what = failure instanceof Violation ? String.valueOf(failure.getMessage()) : failure.toString();
        String line = Instant.now() + " " + kind + " " + seed + " " + Seeds.family(seed) + ": "
                + what.lines().findFirst().orElse("");
        System.out.println(line);
        Files.write(
                directory.resolve("violations"), List.of(line), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path file(SeedKind kind) {
        return directory.resolve(kind + ".next");
    }

    private long next(SeedKind kind) throws IOException {
        try {
            return Long.parseLong(Files.readString(file(kind)).strip());
        } catch (NoSuchFileException e) {
            return first;
        }
    }
}
