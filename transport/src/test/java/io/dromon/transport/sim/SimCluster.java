package io.dromon.transport.sim;

import io.dromon.transport.wire.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run: nodes that start, work, suffer the faults that the seed draws, and must be one primary component again when
 * the faults are over. What a node is, its work and the rules above the views are the subclass's.
 *
 * @param <P> the process of a node
 */
public abstract class SimCluster<P extends SimProcess> {
    /**
     * What a process believes to be in.
     *
     * @param isPrimary whether it may work
     * @param id equal for all that are in it
     * @param members who
     */
    public record Component(boolean isPrimary, Object id, Set<UUID> members) {
        public Component {
            members = Set.copyOf(members);
        }
    }

    protected static final long MS = 1_000_000L;
    protected static final long SECOND = 1000 * MS;
    private static final long FAULTS_FROM = 4 * SECOND;

    private final Fault.Family family;
    private final SimTrace trace;
    private final SplittableRandom random;
    private final SplittableRandom lossRandom;
    private final SimClock clock = new SimClock();
    private final SimNetwork network;
    private final int hosts;
    private final SimSettings settings;
    private final List<@Nullable P> processes;
    private final boolean[] mayStart;
    private final long calmFromNs;
    private final List<Fault> faults;
    private final List<Runnable> partitions = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private long lossPermille;
    private boolean faultsOver;
    private long primarySinceNs;
    private int operatorBootstraps;
    private long settledAfterNs;
    private int decisions;
    private boolean processesEnded;

    protected SimCluster(long seed, Fault.Family family, SimTrace trace) {
        this(seed, family, trace, null);
    }

    /**
     * @param chosenFaults instead of those that the seed draws; for shrinking
     */
    protected SimCluster(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> chosenFaults) {
        this.family = family;
        this.trace = trace;
        this.random = new SplittableRandom(seed);
        SplittableRandom networkRandom = random.split();
        SplittableRandom faultRandom = random.split();
        this.lossRandom = random.split();
        this.hosts = 3 + random.nextInt(5);
        this.settings = new SimSettings(random);
        this.network = new SimNetwork(hosts, clock, networkRandom, trace, random.nextInt(4) == 0 ? 0.5 : 0.02);
        this.processes = new ArrayList<>(Collections.nCopies(hosts, null));
        this.mayStart = new boolean[hosts];
        this.calmFromNs = FAULTS_FROM + random.nextLong(5 * SECOND, 40 * SECOND);
        List<Fault> drawn = Fault.draw(family, hosts, FAULTS_FROM, calmFromNs, faultRandom);
        this.faults = chosenFaults == null ? drawn : chosenFaults;
        network.filter(this::lose);
    }

    /**
     * Makes the next process of a host.
     *
     * @param bootstrap it may declare itself the primary component
     */
    protected abstract P create(int host, boolean bootstrap);

    /** What a host had saved is lost. */
    protected abstract void forget(int host);

    /** Does some work on a process, if it takes any; called in its turn. */
    protected abstract void work(P process, long nowNs);

    /** The component that a process is in; null before the first. */
    protected abstract @Nullable Component component(P process);

    protected abstract UUID uuid(P process);

    /** Whether everything above the views is in order again, with nothing pending. */
    protected abstract boolean isSettled(P process);

    /** Lets the operator make the component of this process the primary one; called in its turn. */
    protected abstract void bootstrap(P process, long nowNs);

    /** Which of these processes the operator chooses to bootstrap: the one that has most to lose. */
    protected abstract P mostAdvanced(List<P> candidates);

    /** Whether any host knows anything that a new group must not forget. */
    protected abstract boolean hasHistory();

    /** The operator stops everything and starts anew from one host: histories may fork. */
    protected abstract void onNewCluster();

    /** A process dies in the middle of its work. */
    protected void onKilled(P process) {}

    /** A process has ended by its own decision. */
    protected abstract void onEnded(int host, P process);

    /** How long everything may take to be in order after the faults are over. */
    protected long patienceNs() {
        return settings.isFast() ? 120 * SECOND : 180 * SECOND;
    }

    /** Runs the whole story. */
    public final void run() {
        trace.add(0, "sim", "family " + family + ", " + hosts + " hosts, " + settings);
        for (int host = 0; host < hosts; host++) {
            int it = host;
            // Some join while others work already.
            long at = host == 0 ? 0 : random.nextInt(4) == 0 ? random.nextLong(calmFromNs) : random.nextLong(SECOND);
            clock.at(at, () -> {
                mayStart[it] = true;
                start(it);
            });
        }
        for (Fault fault : faults) {
            clock.at(fault.atNs(), () -> strike(fault));
        }
        clock.at(SECOND, this::workload);
        clock.runUntil(calmFromNs);
        calmDown();
        settle();
        probe();
    }

    public final List<Fault> faults() {
        return faults;
    }

    public final SimClock clock() {
        return clock;
    }

    public final SimNetwork network() {
        return network;
    }

    public final SimTrace trace() {
        return trace;
    }

    protected final SplittableRandom random() {
        return random;
    }

    protected final SimSettings settings() {
        return settings;
    }

    protected final int hosts() {
        return hosts;
    }

    /** The process that runs on a host, if any. */
    protected final @Nullable P process(int host) {
        return processes.get(host);
    }

    protected final List<P> running() {
        List<P> running = new ArrayList<>();
        for (P process : processes) {
            if (process != null) {
                running.add(process);
            }
        }
        return running;
    }

    /** How long after the end of the faults all were one primary component; 0 before that. */
    public final long settledAfterNs() {
        return settledAfterNs;
    }

    public final int operatorBootstraps() {
        return operatorBootstraps;
    }

    private void start(int host) {
        if (!mayStart[host] || processes.get(host) != null) {
            return;
        }
        start(host, host == 0 && clock.nowNs() == 0);
    }

    private void start(int host, boolean bootstrap) {
        network.powerOn(host);
        P process = create(host, bootstrap);
        processes.set(host, process);
        List<String> addresses = new ArrayList<>();
        if (!bootstrap) {
            for (int other = 0; other < hosts; other++) {
                if (other != host) {
                    addresses.add(network.host(other).address());
                }
            }
        }
        trace.add(clock.nowNs(), SimNetwork.name(host), "starts as " + uuid(process));
        network.host(host).start(process, addresses, () -> ended(host));
    }

    private void ended(int host) {
        P process = processes.get(host);
        if (process == null) {
            return;
        }
        processes.set(host, null);
        processesEnded = true;
        trace.add(clock.nowNs(), SimNetwork.name(host), "has ended");
        onEnded(host, process);
        clock.in(random.nextLong(SECOND / 5, 2 * SECOND), () -> start(host));
    }

    /** Lets something go wrong now, beside what was drawn, unless the faults are over. */
    protected final void strike(Fault fault) {
        if (faultsOver) {
            return; // some are drawn a moment too late, and nothing would end them
        }
        trace.add(clock.nowNs(), "fault", fault.toString());
        int first = fault.first();
        long end = clock.nowNs() + fault.lastsNs();
        switch (fault.kind()) {
            case CUT -> network.cut(first, fault.second());
            case PARTITION -> block(first, fault.second(), end, true);
            case ONE_WAY -> block(first, fault.second(), end, false);
            case KILL -> {
                kill(first);
                network.kill(first);
                restartAt(first, end);
            }
            case KILL_AND_FORGET -> {
                kill(first);
                network.kill(first);
                forget(first);
                restartAt(first, end);
            }
            case POWER_OFF -> {
                kill(first);
                network.powerOff(first);
                restartAt(first, end);
            }
            case STOP -> network.host(first).stopFor(Math.min(fault.lastsNs(), calmFromNs - clock.nowNs()));
            case SLOW -> {
                network.host(first).slowBy(fault.second() * MS);
                clock.at(end, () -> network.host(first).slowBy(0));
            }
            case LEAVE -> leave(first, end);
            case LOSS -> {
                lossPermille = first;
                clock.at(end, () -> lossPermille = 0);
            }
        }
    }

    private void kill(int host) {
        P process = processes.get(host);
        if (process != null) {
            processesEnded = true;
            onKilled(process);
        }
        processes.set(host, null);
    }

    private void leave(int host, long rejoinNs) {
        if (processes.get(host) == null) {
            return;
        }
        mayStart[host] = false;
        network.host(host).post((process, now) -> process.leave(now));
        restartAt(host, rejoinNs);
    }

    private void restartAt(int host, long atNs) {
        clock.at(atNs, () -> {
            mayStart[host] = true;
            start(host);
        });
    }

    private void block(int from, int to, long untilNs, boolean both) {
        forPairs(from, to, (a, b) -> {
            network.block(a, b);
            if (both) {
                network.block(b, a);
            }
        });
        clock.at(untilNs, () -> {
            if (!faultsOver) {
                heal(from, to, both);
            }
        });
        partitions.add(() -> heal(from, to, both));
        ends.add(untilNs);
    }

    private void heal(int from, int to, boolean both) {
        trace.add(clock.nowNs(), "fault", "the paths between " + from + " and " + to + " are open again");
        forPairs(from, to, (a, b) -> {
            network.unblock(a, b);
            if (both) {
                network.unblock(b, a);
            }
        });
    }

    private interface Pair {
        void accept(int a, int b);
    }

    private void forPairs(int from, int to, Pair action) {
        for (int a = 0; a < hosts; a++) {
            for (int b = 0; b < hosts; b++) {
                if ((from >> a & 1) != 0 && (to >> b & 1) != 0) {
                    action.accept(a, b);
                }
            }
        }
    }

    private @Nullable Bytes lose(int from, int to, Bytes frame) {
        // Only user messages of the mesh: its own ones rely on TCP.
        boolean lost =
                lossPermille > 0 && frame.array()[frame.offset() + 1] == 8 && lossRandom.nextInt(1000) < lossPermille;
        if (trace.isOn()) {
            trace.add(
                    clock.nowNs(),
                    SimNetwork.name(to),
                    (lost ? "LOST " : "<- ") + SimNetwork.name(from) + " " + Frames.describe(frame));
        }
        return lost ? null : tamper(from, to, frame);
    }

    /** Changes a frame on its way: for rules that are broken on purpose. */
    protected Bytes tamper(int from, int to, Bytes frame) {
        return frame;
    }

    private void workload() {
        for (int host = 0; host < hosts; host++) {
            P process = processes.get(host);
            if (process != null && random.nextInt(3) == 0) {
                network.host(host).post((it, now) -> work(process, now));
            }
        }
        if (!faultsOver) {
            clock.in(random.nextLong(MS, 400 * MS), this::workload);
        }
    }

    private void calmDown() {
        trace.add(clock.nowNs(), "sim", "the faults are over");
        faultsOver = true;
        lossPermille = 0;
        for (int i = 0; i < partitions.size(); i++) {
            if (ends.get(i) > clock.nowNs()) {
                partitions.get(i).run();
            }
        }
        for (int host = 0; host < hosts; host++) {
            network.host(host).slowBy(0);
            mayStart[host] = true;
            start(host);
        }
    }

    private void settle() {
        long began = clock.nowNs();
        long deadline = began + patienceNs();
        // What the last faults have done shows when the timers have run out: until then it may fall apart again.
        long quietNs = began + (settings.isFast() ? 7 : 18) * SECOND;
        long brokenNs = began;
        while (clock.nowNs() < quietNs) {
            clock.runUntil(clock.nowNs() + SECOND / 4);
            brokenNs = isWhole() ? brokenNs : clock.nowNs();
        }
        primarySinceNs = clock.nowNs();
        long sameSince = clock.nowNs();
        while (!isWhole()) {
            if (clock.nowNs() >= deadline) {
                throw new Violation(
                        "liveness",
                        "not one primary component again after " + (clock.nowNs() - began) / SECOND + " s: "
                                + describe());
            }
            clock.runUntil(clock.nowNs() + SECOND / 2);
            if (running().stream().anyMatch(this::isPrimary)) {
                primarySinceNs = clock.nowNs();
            }
            if (!isOneNonPrimary()) {
                sameSince = clock.nowNs();
            }
            long lost = clock.nowNs() - primarySinceNs;
            if (lost > 30 * SECOND || (lost > 10 * SECOND && clock.nowNs() - sameSince > 3 * SECOND)) {
                operatorBootstrap();
                primarySinceNs = clock.nowNs();
                sameSince = clock.nowNs();
            }
            brokenNs = clock.nowNs();
        }
        settledAfterNs = brokenNs - began;
        trace.add(clock.nowNs(), "sim", "one primary component again");
    }

    private void operatorBootstrap() {
        operatorBootstraps++;
        if (!processesEnded) {
            throw new Violation(
                    "automatic-merge", "all members of the primary component live, and do not form it: " + describe());
        }
        P chosen = mostAdvanced(running());
        if (!hasHistory() || ++decisions > 1) {
            // Nobody knows anything, or the nodes that are left are incomplete: pc.bootstrap cannot help.
            int first = processes.indexOf(chosen);
            trace.add(clock.nowNs(), "sim", "the operator starts a new cluster on " + SimNetwork.name(first));
            onNewCluster();
            for (int host = 0; host < hosts; host++) {
                kill(host);
                network.kill(host);
            }
            start(first, true);
            for (int host = 0; host < hosts; host++) {
                if (host != first) {
                    restartAt(host, clock.nowNs() + SECOND);
                }
            }
            return;
        }
        trace.add(clock.nowNs(), "sim", "the operator bootstraps " + uuid(chosen));
        network.host(processes.indexOf(chosen)).post((process, now) -> bootstrap(chosen, now));
    }

    /** The faults are over and all are together: what is sent now arrives everywhere, soon. */
    private void probe() {
        long began = clock.nowNs();
        for (int host = 0; host < hosts; host++) {
            P process = processes.get(host);
            if (process != null) {
                network.host(host).post((it, now) -> work(process, now));
            }
        }
        clock.runUntil(clock.nowNs() + SECOND);
        while (!isWhole() || !running().stream().allMatch(this::isSettled)) {
            if (clock.nowNs() - began > 30 * SECOND) {
                throw new Violation("liveness", "work is still pending: " + describe());
            }
            clock.runUntil(clock.nowNs() + SECOND);
        }
    }

    private boolean isPrimary(P process) {
        Component component = component(process);
        return component != null && component.isPrimary();
    }

    private boolean isWhole() {
        return running().size() == hosts && running().stream().allMatch(this::isPrimary) && isOneView();
    }

    private boolean isOneNonPrimary() {
        return running().stream().noneMatch(this::isPrimary) && isOneView();
    }

    private boolean isOneView() {
        Set<UUID> all = new HashSet<>();
        for (P process : running()) {
            all.add(uuid(process));
        }
        Component first = null;
        for (P process : running()) {
            Component component = component(process);
            if (component == null || !component.members().equals(all)) {
                return false;
            }
            if (first == null) {
                first = component;
            } else if (!first.equals(component)) {
                return false;
            }
        }
        return first != null;
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (int host = 0; host < hosts; host++) {
            P process = processes.get(host);
            text.append("\n  ").append(SimNetwork.name(host)).append(": ");
            text.append(process == null ? "not running" : process + " in " + component(process));
        }
        return text.toString();
    }
}
