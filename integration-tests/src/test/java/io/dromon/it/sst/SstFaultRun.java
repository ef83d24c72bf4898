package io.dromon.it.sst;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Ports;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One transfer between two processes of the executable, one fault, and what is left of it. */
final class SstFaultRun {
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration END = Duration.ofSeconds(90);
    private static final String POSITION = "6c85ca8e-e52e-11f1-8519-369fc54b9e1c:42";
    private static final Pattern REASON = Pattern.compile("\"event\":\"failed\",\"reason\":\"(\\w+)\"");
    private static final Pattern READY = Pattern.compile("\"event\":\"ready\",\"address\":\"127.0.0.1:(\\d+)\"");

    /**
     * How it ended.
     *
     * @param struck whether the fault came before the end
     * @param arrived whether the target is the source; else it is what it was
     * @param reasons what donor and joiner named, {@code OK}, {@code killed} or a reason
     */
    record Outcome(boolean struck, boolean arrived, String reasons) {}

    private final SstFault fault;
    private final Random random;
    private final Path folder;
    private final Path template;
    private final SharedPair files;
    private final long wireBytes;
    private final List<PeerProcess> processes = new ArrayList<>();

    /**
     * @param folder empty, of this run alone; for a full disk, on a small one
     * @param template the source
     * @param wireBytes about what a transfer moves
     */
    SstFaultRun(SstFault fault, long seed, Path folder, Path template, SharedPair files, long wireBytes) {
        this.fault = fault;
        this.random = new Random(seed);
        this.folder = folder;
        this.template = template;
        this.files = files;
        this.wireBytes = wireBytes;
    }

    Outcome run() throws IOException {
        try {
            return transfer();
        } finally {
            processes.forEach(PeerProcess::close);
        }
    }

    private Outcome transfer() throws IOException {
        Path source = template;
        if (fault.changesSource()) {
            source = folder.resolve("source");
            SourceTrees.copy(template, source);
        }
        Path target = folder.resolve("target");
        Path old = oldState(target);
        String rate = random.nextBoolean() ? ";rlimit=30m" : "";
        PeerProcess joiner = start("joiner", receive(target, rate));
        InetSocketAddress listening = ready(joiner);
        List<PeerProcess> tunnels = new ArrayList<>();
        InetSocketAddress entry = fault.needsTunnels() ? tunnels(listening, tunnels) : listening;
        Path place = source;
        PeerProcess[] donor = new PeerProcess[1];
        try (FaultyWire wire = new FaultyWire(entry)) {
            aim(wire, () -> strike(wire, donor[0], joiner, tunnels, place));
            donor[0] = start("donor", send(wire.address(), source, rate));
            int donorCode = donor[0].awaitExit(END);
            int joinerCode = joiner.awaitExit(END);
            return judge(new Ends(donor[0], donorCode, joiner, joinerCode), wire.struck(), place, target, old);
        }
    }

    /** Where it strikes: at the very beginning, near the end, or anywhere between. */
    private void aim(FaultyWire wire, Runnable strike) {
        int where = random.nextInt(10);
        long at = where < 2
                ? random.nextInt(6_000)
                : where < 4 ? wireBytes - 100_000 + random.nextInt(120_000) : (long) (random.nextDouble() * wireBytes);
        long pauseNs = random.nextInt(4) == 0 ? random.nextInt(60) * 1_000_000L : 0;
        wire.strikeAfter(at, () -> {
            LockSupport.parkNanos(pauseNs);
            strike.run();
        });
    }

    private void strike(
            FaultyWire wire, PeerProcess donor, PeerProcess joiner, List<PeerProcess> tunnels, Path source) {
        switch (fault) {
            case KILL_DONOR -> donor.kill();
            case KILL_JOINER -> joiner.kill();
            case KILL_TUNNEL_OF_DONOR -> tunnels.get(1).kill();
            case KILL_TUNNEL_OF_JOINER -> tunnels.get(0).kill();
            case TERMINATE_DONOR -> donor.terminate();
            case TERMINATE_JOINER -> joiner.terminate();
            case CUT_ONE -> wire.cutOne();
            case CUT_ALL -> wire.cutAll();
            case RESET_ALL -> wire.resetAll();
            case CUT_FOR_GOOD -> wire.cutForGood();
            case STALL_A_MOMENT -> {
                wire.stall(true);
                LockSupport.parkNanos(500_000_000);
                wire.stall(false);
            }
            case STALL_FOR_GOOD -> wire.stall(true);
            case ONE_BYTE_AT_A_TIME -> {
                wire.drip(1);
                LockSupport.parkNanos(400_000_000);
                wire.pour();
            }
            case FLIP_A_BIT -> wire.flipIn(0);
            case DISK_FULL -> {} // the disk is too small from the start
            case FILE_CHANGES, FILE_VANISHES, FILE_APPEARS -> change(source);
        }
    }

    private void change(Path source) {
        Path victim = source.resolve(
                random.nextBoolean()
                        ? "ibdata" + random.nextInt(4)
                        : "schema" + random.nextInt(10) + "/deep/table 7.ibd");
        try {
            switch (fault) {
                case FILE_CHANGES -> Files.write(victim, new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
                case FILE_VANISHES -> Files.delete(victim);
                default -> Files.write(victim.resolveSibling("appeared"), new byte[100]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the processes

    private PeerProcess start(String name, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(DromonNode.executable().toString()));
        command.addAll(arguments);
        PeerProcess process = PeerProcess.start(name, folder, command);
        processes.add(process);
        return process;
    }

    private String options(String rate) {
        return "--options=tcert=" + files.certificate() + ";tkey=" + files.key() + ";tca=" + files.certificate()
                + ";idle-timeout=3;sst-initial-timeout=20;total-timeout=60;zstd-level=0" + rate;
    }

    private List<String> receive(Path target, String rate) {
        return List.of(
                "sst",
                "receive",
                "--json",
                "--listen=127.0.0.1:0",
                "--target=" + target,
                "--token-file=" + token(),
                options(rate));
    }

    private Path token() {
        return folder.resolve("token");
    }

    private static InetSocketAddress ready(PeerProcess joiner) {
        Matcher matcher = READY.matcher(joiner.awaitOutput(READY.pattern(), 0, START));
        if (!matcher.find()) {
            throw joiner.failure("said something strange");
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(matcher.group(1)));
    }

    private List<String> send(InetSocketAddress to, Path source, String rate) {
        return List.of(
                "sst",
                "send",
                "--json",
                "--to=127.0.0.1:" + to.getPort(),
                "--token-file=" + token(),
                "--source=" + source,
                "--position=" + POSITION,
                options(rate));
    }

    /** The joiner's, then the donor's; returns where the donor is to dial. */
    private InetSocketAddress tunnels(InetSocketAddress listening, List<PeerProcess> tunnels) throws IOException {
        int tls = Ports.free();
        int plain = Ports.free();
        String common = "foreground = yes\ncert = " + files.certificate() + "\nkey = " + files.key() + "\nCAfile = "
                + files.certificate() + "\nverifyChain = yes\n";
        Path server = Files.writeString(
                folder.resolve("server.conf"),
                common + "[sst]\naccept = 127.0.0.1:" + tls + "\nconnect = 127.0.0.1:" + listening.getPort() + "\n");
        Path client = Files.writeString(
                folder.resolve("client.conf"),
                common + "client = yes\n[sst]\naccept = 127.0.0.1:" + plain + "\nconnect = 127.0.0.1:" + tls + "\n");
        tunnels.add(start("tunnel of the joiner", List.of("tunnel", server.toString())));
        tunnels.add(start("tunnel of the donor", List.of("tunnel", client.toString())));
        for (int port : new int[] {tls, plain}) {
            awaitListener(port);
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), plain);
    }

    private static void awaitListener(int port) {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        throw new AssertionError("a tunnel does not listen");
    }

    // ---- the target

    /** Absent, empty or with something in it; a copy of that, for later. */
    private Path oldState(Path target) throws IOException {
        Path old = folder.resolve("old");
        int kind = random.nextInt(3);
        for (Path place : List.of(target, old)) {
            if (kind > 0) {
                Files.createDirectory(place);
            }
            if (kind > 1) {
                Files.writeString(place.resolve("old"), "old state");
                Files.createDirectory(place.resolve("schema0"));
            }
        }
        return old;
    }

    private static boolean isOld(Path target, Path old) {
        boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        return Files.exists(old) ? exists && SourceTrees.isSame(old, target) : !exists;
    }

    private record Ends(PeerProcess donor, int donorCode, PeerProcess joiner, int joinerCode) {
        boolean joinerWasKilled() {
            return joinerCode == 137;
        }

        String donorReason() {
            return reason(donorCode, donor);
        }

        String joinerReason() {
            return reason(joinerCode, joiner);
        }

        private static String reason(int code, PeerProcess process) {
            if (code == 0 || code == 137) {
                return code == 0 ? "OK" : "killed";
            }
            Matcher matcher = REASON.matcher(process.output().tail(5));
            boolean said = process.log().tail(1).startsWith("dromon: ");
            return said && matcher.find() ? matcher.group(1) : "";
        }
    }

    private Outcome judge(Ends ends, boolean struck, Path source, Path target, Path old) {
        if (ends.joinerWasKilled()) {
            recover(target); // the next start finishes or undoes a switch-over that was under way
        }
        boolean whole = SourceTrees.isSame(template, target)
                || (fault.changesSource() && Files.isDirectory(target) && SourceTrees.isSame(source, target));
        if (!whole && !isOld(target, old)) {
            throw wrong(
                    ends,
                    "the target is neither the source nor what it was: "
                            + SourceTrees.difference(template, target)
                                    .lines()
                                    .limit(5)
                                    .toList());
        }
        if (!whole && (ends.donorCode == 0 || ends.joinerCode == 0)) {
            throw wrong(ends, "somebody believes in a transfer that did not happen");
        }
        if (whole && ends.joinerCode != 0 && !ends.joinerWasKilled() && fault != SstFault.TERMINATE_JOINER) {
            throw wrong(ends, "the joiner failed with the target switched over");
        }
        if (ends.donorReason().isEmpty() || ends.joinerReason().isEmpty()) {
            throw wrong(ends, "no error says why");
        }
        try (Stream<Path> places = Files.list(folder)) {
            List<String> left = places.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(".target.sst-") && !name.endsWith("-lock"))
                    .toList();
            if (!left.isEmpty()) {
                throw wrong(ends, "left behind: " + left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Outcome(struck, whole, "donor " + ends.donorReason() + ", joiner " + ends.joinerReason());
    }

    private void recover(Path target) {
        PeerProcess next = start("next joiner", receive(target, ""));
        InetSocketAddress unused = ready(next);
        next.terminate();
        int code = next.awaitExit(END);
        if (code == 0) {
            throw next.failure("ended as if it had received something");
        }
    }

    private AssertionError wrong(Ends ends, String what) {
        return new AssertionError(fault + ": " + what + "\ndonor (" + ends.donorCode + "):\n"
                + ends.donor.output().tail(5) + "\n" + ends.donor.log().tail(20) + "\njoiner (" + ends.joinerCode
                + "):\n" + ends.joiner.output().tail(5) + "\n"
                + ends.joiner.log().tail(20));
    }
}
