package io.dromon.it.programs;

import io.dromon.it.chaos.BankCheck;
import io.dromon.it.chaos.BankMember;
import io.dromon.it.chaos.ChaosFault.Kind;
import io.dromon.it.chaos.ChaosLoop;
import io.dromon.it.chaos.ChaosMember;
import io.dromon.it.chaos.Net;
import io.dromon.it.chaos.PauseMeter;
import io.dromon.it.chaos.Violations;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Strikes three processes with a replicated store each, TLS on, in network namespaces, while all of them transfer amounts
 * between the accounts of a bank: {@code BankRun [SEED [MINUTES [OPTIONS [KIND...]]]]}, as root. {@code OPTIONS} are
 * those of the nodes. Prints each fault, then a table of how long it took, and the verdict; the exit code is 1 after a
 * violation.
 */
public final class BankRun implements AutoCloseable {
    private static final int NODES = 3;
    private static final List<Kind> KINDS = List.of(
            Kind.KILL,
            Kind.KILL_EMPTY,
            Kind.KILL_TWO,
            Kind.KILL_TWO_EMPTY,
            Kind.KILL_ALL,
            Kind.KILL_ALL_EMPTY,
            Kind.LEAVE,
            Kind.STOP,
            Kind.UNPLUG,
            Kind.FLAP,
            Kind.ONE_WAY,
            Kind.PAIR,
            Kind.SPLIT,
            Kind.SPLIT_EVEN,
            Kind.TWO);

    private final Path directory = Files.createTempDirectory("bank");
    private final Violations violations = new Violations(what -> System.out.println("VIOLATION: " + what));
    private final PauseMeter pauses = new PauseMeter();
    private final BankCheck check = new BankCheck(violations, pauses);
    private final Net net = new Net(NODES);
    private final List<BankMember> members = new ArrayList<>();
    private final ChaosLoop loop;

    private BankRun(long seed, String options) throws IOException {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        ChaosMember.Place place = new ChaosMember.Place(net, directory, violations);
        for (int host = 0; host < NODES; host++) {
            members.add(new BankMember(host, place, files, options, check));
        }
        loop = new ChaosLoop(members, new Random(seed), violations, pauses);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    public static void main(String[] args) throws IOException {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
        int minutes = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        String options = args.length > 2 ? args[2] : "";
        List<Kind> kinds = args.length > 3
                ? List.of(args).subList(3, args.length).stream()
                        .map(Kind::valueOf)
                        .toList()
                : KINDS;
        boolean good;
        try (BankRun run = new BankRun(seed, options)) {
            System.out.println("seed " + seed + ", logs in " + run.directory);
            good = run.run(Duration.ofMinutes(minutes), kinds);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(Duration time, List<Kind> kinds) {
        loop.start();
        loop.strike(time, kinds, net, () -> {});
        loop.printTable();
        BankMember.judge(members, check, loop, violations);
        loop.say(loop.faults() + " faults, " + pauses.highest() + " numbers, " + check.summary() + ", "
                + transfers("IST") + " times IST, " + transfers("SST") + " times SST"
                + (violations.isEmpty() ? ": every promise was kept" : ": VIOLATED, see " + directory));
        return violations.isEmpty();
    }

    private int transfers(String way) {
        return members.stream().mapToInt(member -> member.transfers(way)).sum();
    }

    @Override
    public void close() {
        members.forEach(ChaosMember::close);
        net.close();
    }
}
