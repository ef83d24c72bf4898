package io.dromon.it.programs;

import io.dromon.it.chaos.ChaosFault.Kind;
import io.dromon.it.chaos.ChaosLoop;
import io.dromon.it.chaos.ChaosMember;
import io.dromon.it.chaos.GaleraMember;
import io.dromon.it.chaos.LineMember;
import io.dromon.it.chaos.LineMember.PrintedOutput;
import io.dromon.it.chaos.Net;
import io.dromon.it.chaos.OrderCheck;
import io.dromon.it.chaos.PauseMeter;
import io.dromon.it.chaos.Violations;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Strikes a cluster of four {@code dromon node --pipe} and a real garbd, TLS on, each in a network namespace of its own,
 * while all nodes write: {@code ChaosRun [SEED [MINUTES [LINES_PER_SECOND [KIND...]]]]}, as root. After each fault the
 * cluster must be whole again within a minute and a half; at the end all outputs are compared. Prints each fault, then
 * a table of how long it took; the exit code is 1 after a violation, whose logs stay.
 */
public final class ChaosRun implements AutoCloseable {
    private static final int NODES = 4;
    private static final long MEMORY_MIB = 400;

    private final Path directory = Files.createTempDirectory("chaos");
    private final Violations violations = new Violations(what -> System.out.println("VIOLATION: " + what));
    private final PauseMeter pauses = new PauseMeter();
    private final OrderCheck order = new OrderCheck(violations, pauses);
    private final Net net = new Net(NODES + 1);
    private final List<LineMember> nodes = new ArrayList<>();
    private final List<ChaosMember> members = new ArrayList<>();
    private final ChaosLoop loop;

    private ChaosRun(long seed, int linesPerSecond) throws IOException {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        ChaosMember.Place place = new ChaosMember.Place(net, directory, violations);
        for (int host = 0; host < NODES; host++) {
            nodes.add(new LineMember(host, place, files, order, linesPerSecond));
        }
        members.addAll(nodes);
        members.add(GaleraMember.garbd(NODES, place, files));
        loop = new ChaosLoop(members, new Random(seed), violations, pauses);
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
                : List.copyOf(EnumSet.range(Kind.KILL, Kind.TWO));
        boolean good;
        try (ChaosRun run = new ChaosRun(seed, linesPerSecond)) {
            System.out.println("seed " + seed + ", logs in " + run.directory);
            good = run.run(Duration.ofMinutes(minutes), kinds);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(Duration time, List<Kind> kinds) throws IOException {
        loop.start();
        loop.strike(time, kinds, net, order::checkSoFar);
        loop.printTable();
        if (violations.isEmpty()) {
            end();
        }
        for (ChaosMember member : members) {
            if (member.peakMib() > MEMORY_MIB) {
                violations.add(member.name() + " needed " + member.peakMib() + " MiB");
            }
        }
        loop.say(loop.faults() + " faults, " + order.size() + " numbers, " + transfers("IST") + transfers("SST")
                + "peak memory "
                + members.stream()
                        .map(member -> member.name() + " " + member.peakMib() + " MiB")
                        .collect(Collectors.joining(", "))
                + (violations.isEmpty() ? ": all outputs agree" : ": VIOLATED, see " + directory));
        return violations.isEmpty();
    }

    private String transfers(String way) {
        return nodes.stream().mapToInt(member -> member.transfers(way)).sum() + " times " + way + ", ";
    }

    /** The writers stop, every line of theirs comes to its end, all leave in order, and the outputs are compared. */
    private void end() throws IOException {
        nodes.forEach(LineMember::stopWriting);
        loop.await(() -> nodes.stream().allMatch(LineMember::hasPrintedItsLines), "not all lines have an end");
        List<PrintedOutput> last = nodes.stream().map(LineMember::lastOutput).toList();
        loop.await(
                () -> last.stream()
                                .map(output -> output.order().last())
                                .distinct()
                                .count()
                        == 1,
                "the outputs are not equally long");
        if (violations.isEmpty()) {
            members.forEach(ChaosMember::leave);
            order.check(last.stream().map(PrintedOutput::order).collect(Collectors.toSet()));
            compareFiles(last);
        }
    }

    /** Byte for byte: the last ones are equal, and each that an emptied node left behind is a beginning of them. */
    private void compareFiles(List<PrintedOutput> last) throws IOException {
        PrintedOutput whole = last.get(0);
        for (LineMember member : nodes) {
            for (PrintedOutput output : member.outputs()) {
                if (!output.isBeginningOf(whole)) {
                    violations.add(output.file() + " differs from " + whole.file());
                }
            }
        }
        for (PrintedOutput output : last) {
            if (!whole.isBeginningOf(output)) {
                violations.add(output.file() + " ends before " + whole.file());
            }
        }
    }

    @Override
    public void close() {
        members.forEach(ChaosMember::close);
        net.close();
    }
}
