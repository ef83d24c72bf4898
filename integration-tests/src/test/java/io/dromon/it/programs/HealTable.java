package io.dromon.it.programs;

import io.dromon.it.chaos.ChaosFault;
import io.dromon.it.chaos.ChaosLoop;
import io.dromon.it.chaos.ChaosMember;
import io.dromon.it.chaos.GaleraMember;
import io.dromon.it.chaos.LineMember;
import io.dromon.it.chaos.Net;
import io.dromon.it.chaos.OrderCheck;
import io.dromon.it.chaos.PauseMeter;
import io.dromon.it.chaos.Violations;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How long a cluster is not whole after a fault, Dromon's and Galera's own with the same timers, in network namespaces,
 * as root: {@code HealTable [ROUNDS [SECONDS...]]}. Of three nodes one is unplugged for so many seconds; beside three
 * nodes a garbd is killed and started again after so many seconds. Counted from the end of the fault until all are in
 * one primary component.
 */
public final class HealTable implements AutoCloseable {
    private static final String DROMON = "dromon";
    private static final int NODES = 3;
    private static final long LIMIT_MS = 120_000;

    private final Path directory = Files.createTempDirectory("heal");
    private final String program;
    private final Net net = new Net(NODES + 1);
    private final List<ChaosMember> members = new ArrayList<>();

    private HealTable(String program) throws IOException {
        this.program = program;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        TlsFiles files = new OpenSsl(directory).sharedPair();
        Violations violations = new Violations(what -> System.out.println("VIOLATION: " + what));
        OrderCheck order = new OrderCheck(violations, new PauseMeter());
        ChaosMember.Place place = new ChaosMember.Place(net, directory, violations);
        for (int host = 0; host < NODES; host++) {
            members.add(
                    program.equals(DROMON)
                            ? new LineMember(host, place, files, order, 0)
                            : GaleraMember.mariadbd(host, place, files));
        }
        members.add(GaleraMember.garbd(NODES, place, files));
    }

    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        List<String> seconds = args.length > 1 ? List.of(args).subList(1, args.length) : List.of("20");
        for (String program : List.of(DROMON, "mariadbd")) {
            try (HealTable table = new HealTable(program)) {
                table.run(rounds, seconds.stream().map(Double::valueOf).toList());
            }
        }
        System.exit(0);
    }

    private void run(int rounds, List<Double> seconds) {
        for (int host = 0; host < NODES; host++) {
            members.get(host).start(host == 0);
            awaitWhole(host + 1, true);
        }
        for (double length : seconds) {
            List<Long> times = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                int host = round % NODES;
                ChaosFault.sleep(3000);
                net.unplug(host);
                ChaosFault.sleep((long) (1000 * length));
                net.plug(host);
                times.add(timeWhole(NODES));
            }
            print("one of three unplugged for " + length + " s", times);
        }
        ChaosMember garbd = members.get(NODES);
        garbd.start(false);
        awaitWhole(NODES + 1, true);
        for (double length : seconds) {
            List<Long> times = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                ChaosFault.sleep(3000);
                garbd.kill();
                ChaosFault.sleep((long) (1000 * length));
                garbd.start(false);
                times.add(timeWhole(NODES + 1));
            }
            print("garbd killed, started again after " + length + " s", times);
        }
    }

    /** From now; the members must stay together for two seconds more than a link may be silent. */
    private long timeWhole(int size) {
        long beganNs = System.nanoTime();
        long wholeNs;
        do {
            awaitWhole(size, false);
            wholeNs = System.nanoTime();
            while (isWhole(size, false) && System.nanoTime() - wholeNs < 5_000_000_000L) {
                ChaosFault.sleep(10);
            }
        } while (!isWhole(size, false));
        return (wholeNs - beganNs) / 1_000_000;
    }

    private void awaitWhole(int size, boolean synced) {
        long deadlineNs = System.nanoTime() + LIMIT_MS * 1_000_000;
        while (!isWhole(size, synced)) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("not whole: " + members + ", logs in " + directory);
            }
            ChaosFault.sleep(10);
        }
    }

    private boolean isWhole(int size, boolean synced) {
        return members.subList(0, size).stream()
                .allMatch(member -> synced ? member.isSyncedIn(size) : member.isIn(size));
    }

    private void print(String what, List<Long> times) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %-46s whole after %4.1f s (median), %4.1f s (max) of %s%n",
                program,
                what,
                ChaosLoop.median(times) / 1e3,
                Collections.max(times) / 1e3,
                times);
    }

    @Override
    public void close() {
        members.forEach(ChaosMember::close);
        net.close();
    }
}
