package io.dromon.it.chaos;

import io.dromon.it.chaos.ChaosFault.Kind;
import io.dromon.it.chaos.ChaosMember.Program;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Strikes a cluster of four {@code dromon node --pipe} and a real garbd, TLS on, each in a network namespace of its own,
 * while all nodes write: {@code ChaosRun [SEED [MINUTES [LINES_PER_SECOND [KIND...]]]]}, as root. After each fault the
 * cluster must be whole again within a minute and a half; at the end all outputs are compared. Prints each fault, then
 * a table of how long it took; the exit code is 1 after a violation, whose logs stay.
 */
public final class ChaosRun implements AutoCloseable {
    private static final int NODES = 4;
    private static final Duration WHOLE = Duration.ofSeconds(90);
    private static final long LOOK_MS = 20;
    /** So long it must be whole for the fault to be over: longer than a link may be silent. */
    private static final long STAYS_NS = 4_000_000_000L;

    private static final long MEMORY_MIB = 400;

    private final Path directory = Files.createTempDirectory("chaos");
    private final Random random;
    private final OrderCheck order = new OrderCheck(System.out::println);
    private final Net net = new Net(NODES + 1);
    private final List<ChaosMember> members = new ArrayList<>();
    private final Map<Kind, List<Long>> wholeMs = new EnumMap<>(Kind.class);
    private final Map<Kind, List<Long>> pauseMs = new EnumMap<>(Kind.class);
    private final long beganNs = System.nanoTime();

    private ChaosRun(long seed, int linesPerSecond) throws IOException {
        this.random = new Random(seed);
        TlsFiles files = new OpenSsl(directory).sharedPair();
        for (int host = 0; host <= NODES; host++) {
            members.add(new ChaosMember(
                    host,
                    host == NODES ? Program.GARBD : Program.DROMON,
                    net,
                    directory,
                    files,
                    order,
                    linesPerSecond));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    public static void main(String[] args) throws IOException {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
        int minutes = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int linesPerSecond = args.length > 2 ? Integer.parseInt(args[2]) : 50;
        List<Kind> kinds = args.length > 3
                ? List.of(args).subList(3, args.length).stream()
                        .map(Kind::valueOf)
                        .toList()
                : List.of(Kind.values());
        boolean good;
        try (ChaosRun run = new ChaosRun(seed, linesPerSecond)) {
            System.out.println("seed " + seed + ", logs in " + run.directory);
            good = run.run(Duration.ofMinutes(minutes), kinds);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(Duration time, List<Kind> kinds) {
        for (ChaosMember member : members) {
            member.start(member.host() == 0);
            awaitWhole(member.host() + 1);
        }
        long endNs = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNs && !order.violated()) {
            strike(ChaosFault.draw(kinds.get(random.nextInt(kinds.size())), members, net, random));
        }
        printTable();
        return end();
    }

    private void strike(ChaosFault fault) {
        pass(random.nextInt(2000));
        order.takeLongestPauseNs();
        say(String.format(Locale.ROOT, "%s for %.1f s", fault, fault.seconds()));
        fault.strike().run();
        pass((long) (1000 * fault.seconds()));
        fault.mend().run();
        long mendedNs = System.nanoTime();
        if (!awaitWhole(members.size())) {
            return;
        }
        long wholeNs = System.nanoTime();
        for (long sinceNs = wholeNs; System.nanoTime() - sinceNs < STAYS_NS; pass(LOOK_MS)) {
            if (!isWhole(members.size())) { // a late verdict, as of a link that timed out
                if (!awaitWhole(members.size())) {
                    return;
                }
                wholeNs = System.nanoTime();
                sinceNs = wholeNs;
            }
        }
        long tookMs = (wholeNs - mendedNs) / 1_000_000;
        long longestMs = order.takeLongestPauseNs() / 1_000_000;
        say(String.format(
                Locale.ROOT, "    whole again after %.1f s, nothing new for %.1f s", tookMs / 1e3, longestMs / 1e3));
        wholeMs.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(tookMs);
        pauseMs.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(longestMs);
    }

    private boolean isWhole(int size) {
        return members.subList(0, size).stream().allMatch(member -> member.isSyncedIn(size));
    }

    private boolean awaitWhole(int size) {
        long deadlineNs = System.nanoTime() + WHOLE.toNanos();
        while (!isWhole(size)) {
            if (System.nanoTime() > deadlineNs) {
                order.violate("not whole after " + WHOLE + ": " + members);
                return false;
            }
            pass(LOOK_MS);
        }
        return true;
    }

    /** Waits, and looks at the members meanwhile. */
    private void pass(long ms) {
        long endNs = System.nanoTime() + ms * 1_000_000;
        do {
            for (ChaosMember member : members) {
                if (member.isStarted()) {
                    member.look();
                }
            }
            sleep(Math.max(1, Math.min(LOOK_MS, (endNs - System.nanoTime()) / 1_000_000)));
        } while (System.nanoTime() < endNs);
    }

    static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The writers stop, every line of theirs comes to its end, all leave in order, and the outputs are compared. */
    private boolean end() {
        members.forEach(ChaosMember::stopWriting);
        long deadlineNs = System.nanoTime() + WHOLE.toNanos();
        while (!order.violated() && !members.stream().allMatch(ChaosMember::hasPrintedItsLines)) {
            if (System.nanoTime() > deadlineNs) {
                members.stream()
                        .filter(member -> !member.hasPrintedItsLines())
                        .forEach(member -> order.violate("lines of " + member + " have no end"));
            }
            pass(100);
        }
        Set<OrderCheck.Life> last = new HashSet<>();
        for (ChaosMember member : members) {
            OrderCheck.Life life = member.life();
            if (life != null) {
                last.add(life);
            }
        }
        if (!order.violated()) {
            members.forEach(ChaosMember::leave);
            order.check(last);
        }
        for (ChaosMember member : members) {
            if (member.peakMib() > MEMORY_MIB) {
                order.violate(member.name() + " needed " + member.peakMib() + " MiB");
            }
        }
        say(order.size() + " numbers, peak memory "
                + members.stream()
                        .map(member -> member.name() + " " + member.peakMib() + " MiB")
                        .collect(Collectors.joining(", "))
                + (order.violated() ? ": VIOLATED, see " + directory : ": all outputs agree"));
        return !order.violated();
    }

    private void printTable() {
        System.out.printf("%n%-42s %5s  %-21s  %-21s%n", "", "times", "whole again after, s", "longest pause, s");
        System.out.printf("%-42s %5s  %10s %10s  %10s %10s%n", "fault", "", "median", "max", "median", "max");
        wholeMs.forEach((kind, times) -> {
            List<Long> pauses = pauseMs.getOrDefault(kind, List.of());
            System.out.printf(
                    Locale.ROOT,
                    "%-42s %5d  %10.1f %10.1f  %10.1f %10.1f%n",
                    kind.text(),
                    times.size(),
                    median(times) / 1e3,
                    Collections.max(times) / 1e3,
                    median(pauses) / 1e3,
                    Collections.max(pauses) / 1e3);
        });
    }

    static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private void say(String what) {
        System.out.printf(Locale.ROOT, "%7.1f  %s%n", (System.nanoTime() - beganNs) / 1e9, what);
    }

    @Override
    public void close() {
        members.forEach(ChaosMember::close);
        net.close();
    }
}
