package io.dromon.it.sim.state;

import io.dromon.node.engine.NodeCore;
import io.dromon.node.engine.TransfersState;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.WriteSetFormat;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.StackFailure;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.sim.Fault;
import io.dromon.transport.sim.SimCluster;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A simulated cluster of whole nodes whose applications have a state. A node that was away is given what it missed, from
 * the cache of a donor or by a snapshot; both are slow, and break at any point.
 */
public class StateCluster extends SimCluster<StateProcess> {
    /** Something that a process does in its turn. */
    interface Turn {
        void run(long nowNs);
    }

    private static final Set<Fault.Kind> KILLS = Set.of(Fault.Kind.KILL, Fault.Kind.POWER_OFF);

    private final HistoryChecker checker = new HistoryChecker();
    private final List<HostDisk> disks;
    private final SplittableRandom uuidRandom;
    private final SplittableRandom workRandom;
    private final SplittableRandom transferRandom;
    private final SplittableRandom syncRandom;
    private final boolean slowApplications;
    /** Whether all that an application does is on its disk before it does anything else. */
    private final boolean syncs;
    /** Whether some write-sets wait for a majority. */
    private final boolean majorities;

    private final long longestSyncNs;

    private final Map<String, Integer> counts = new TreeMap<>();
    private long micros = 1_700_000_000_000_000L;

    public StateCluster(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> chosenFaults) {
        super(seed, family, trace, chosenFaults);
        this.uuidRandom = random().split();
        this.workRandom = random().split();
        this.transferRandom = random().split();
        this.slowApplications = workRandom.nextInt(4) == 0;
        this.syncs = workRandom.nextInt(2) == 0 && !killsAll();
        int capacity = new int[] {0, 10, 60, 100_000}[workRandom.nextInt(4)];
        this.disks = IntStream.range(0, hosts())
                .mapToObj(host -> new HostDisk(capacity / (1 + workRandom.nextInt(2))))
                .toList();
        this.syncRandom = new SplittableRandom(seed);
        this.majorities = syncRandom.nextInt(3) == 0 || killsAll();
        this.longestSyncNs = syncRandom.nextInt(3) == 0 || killsAll() ? SECOND : 20 * MS;
        boolean kills = faults().stream().anyMatch(fault -> KILLS.contains(fault.kind()));
        if (kills && (workRandom.nextInt(4) == 0 || killsAll())) {
            clock().at(5 * SECOND + workRandom.nextLong(20 * SECOND), this::killAll);
        }
        trace.add(
                0,
                "sim",
                "caches of " + capacity + ", slow applications " + slowApplications + ", each synced " + syncs
                        + ", majorities " + majorities);
    }

    // ---- for the processes

    SplittableRandom transferRandom() {
        return transferRandom.split();
    }

    SplittableRandom syncRandom() {
        return syncRandom.split();
    }

    boolean hasSlowApplications() {
        return slowApplications;
    }

    boolean syncsNow() {
        return syncs || workRandom.nextInt(majorities ? 2048 : 32) == 0;
    }

    long longestSyncNs() {
        return longestSyncNs;
    }

    boolean asksForMajorities() {
        return majorities;
    }

    /** Whether nothing goes wrong in this run. */
    final boolean calm() {
        return faults().isEmpty();
    }

    final boolean lives(StateProcess process) {
        return process(process.host) == process && !process.hasEnded();
    }

    final @Nullable StateProcess running(int host) {
        return process(host);
    }

    final boolean isPathOpen(int one, int other) {
        return network().isOpen(one, other) && network().isOpen(other, one);
    }

    /** A transfer begins: the best time for trouble. */
    final void onTransfer(int donor, int joiner, SplittableRandom random) {
        List<Fault.Kind> kinds = faults().stream()
                .map(Fault::kind)
                .filter(kind -> kind != Fault.Kind.LOSS)
                .distinct()
                .toList();
        if (kinds.isEmpty() || random.nextInt(3) != 0) {
            return;
        }
        Fault.Kind kind = kinds.get(random.nextInt(kinds.size()));
        int first = random.nextBoolean() ? donor : joiner;
        int second = first == donor ? joiner : donor;
        boolean apart = kind == Fault.Kind.PARTITION || kind == Fault.Kind.ONE_WAY;
        int rest = (1 << hosts()) - 1 & ~(1 << first);
        long at = clock().nowNs() + random.nextLong(random.nextBoolean() ? 50 * MS : 2 * SECOND);
        long lasts = random.nextLong(SECOND / 10, 10 * SECOND);
        Fault fault = apart
                ? new Fault(at, kind, 1 << first, random.nextBoolean() ? rest : 1 << second, lasts)
                : new Fault(at, kind, first, kind == Fault.Kind.SLOW ? random.nextInt(1, 400) : second, lasts);
        clock().at(at, () -> strike(fault));
    }

    /** All die within a second, or at once. */
    private void killAll() {
        Fault.Kind kind = workRandom.nextBoolean() ? Fault.Kind.KILL : Fault.Kind.POWER_OFF;
        boolean atOnce = majorities && (syncRandom.nextBoolean() || killsAll());
        long within = atOnce ? 5 * MS : SECOND;
        for (int host = 0; host < hosts(); host++) {
            long at = clock().nowNs() + workRandom.nextLong(within);
            Fault fault = new Fault(at, kind, host, 0, workRandom.nextLong(SECOND, 4 * SECOND));
            clock().at(at, () -> strike(fault));
        }
    }

    final void count(String what, int times) {
        counts.merge(what, times, Integer::sum);
    }

    /** How often what happened, over all nodes. */
    public final Map<String, Integer> counts() {
        counts.put("forks", checker.forks());
        counts.put("of them checked after trouble", checker.majoritiesChecked());
        return counts;
    }

    /** Own write-sets that their applications have applied, over all nodes. */
    public final long acknowledged() {
        return checker.acknowledgedWriteSets();
    }

    // ---- rules that can be broken on purpose

    /** Whether all die at once, and disks are slow, in each run in which some die. */
    boolean killsAll() {
        return false;
    }

    /** Whether a node waits for its disk before it says that it has synced. */
    boolean reportsBehindDisk() {
        return true;
    }

    /** What a node announces whose state ends there. */
    Position announced(Position position) {
        return position;
    }

    /** What a donor sends where these events are wanted. */
    List<IstEvent> sent(List<IstEvent> events) {
        return events;
    }

    /** What a snapshot is said to be. */
    Position said(Position position) {
        return position;
    }

    /** Whether a donor tells the group that it has ended. */
    boolean tellsEnd(long code) {
        return true;
    }

    /** Whether what is held back during a transfer gets lost. */
    boolean dropsHeld() {
        return false;
    }

    /** Whether transactions give the keys that they have read. */
    boolean sendsReads() {
        return true;
    }

    /** Whether causal reads do not wait for the group. */
    boolean readsAtOnce() {
        return false;
    }

    // ---- the cluster

    private UUID freshUuid() {
        micros += 1 + uuidRandom.nextInt(1000);
        return Uuids.timeBased(micros + uuidRandom.nextLong(3_600_000_000L) / 1000 * 1000, uuidRandom);
    }

    @Override
    protected final StateProcess create(int host, boolean bootstrap) {
        HostDisk disk = disks.get(host);
        SavedView before = disk.view;
        UUID self = before == null ? freshUuid() : Uuids.nextIncarnation(before.self());
        SavedView restored = before == null ? null : new SavedView(self, before.view());
        disk.view = restored;
        checker.checkState("n" + (host + 1) + ", starting,", disk.state);
        disk.cache.open(disk.state.position());
        trace().add(
                        clock().nowNs(),
                        "n" + (host + 1),
                        "has kept " + disk.state.position() + ", its cache begins at " + disk.cache.first());
        return new StateProcess(this, host, self, disk, checker, effects -> {
            NodeCore core = new NodeCore(
                    settings().stack(host, bootstrap),
                    GroupSettings.member("node" + (host + 1), "")
                            .withFormat(WriteSetFormat.OPAQUE)
                            .keepingState(),
                    self,
                    network().host(host).address(),
                    Optional.ofNullable(restored),
                    announced(disk.state.position()),
                    TransfersState.AS_EVENTS_OR_SNAPSHOT,
                    this::freshUuid,
                    uuidRandom.split(),
                    network().host(host),
                    effects);
            core.controls().setCached(disk.cache.first());
            return core;
        });
    }

    @Override
    protected final void work(StateProcess process, long nowNs) {
        int burst = workRandom.nextInt(8) == 0 ? 1 + workRandom.nextInt(40) : 1 + workRandom.nextInt(3);
        for (int i = 0; i < burst; i++) {
            process.replicate(workRandom);
        }
        if (workRandom.nextInt(4) == 0) {
            process.read();
        }
    }

    @Override
    protected final @Nullable Component component(StateProcess process) {
        return process.component();
    }

    @Override
    protected final UUID uuid(StateProcess process) {
        return process.uuid();
    }

    @Override
    protected final boolean isSettled(StateProcess process) {
        long last = process.disk().state.last();
        if (!process.isSettled()
                || running().stream().anyMatch(other -> other.disk().state.last() != last)) {
            return false;
        }
        StoredState state = process.disk().state;
        checker.checkMajorities(process.name(), state);
        if (checker.checkState(process.name(), state)) {
            checker.checkAcknowledged(process.name(), state);
        } else {
            count("states of a dead branch", 1);
        }
        return true;
    }

    // ---- what operators do, and what crashes do

    @Override
    protected final void bootstrap(StateProcess process, long nowNs) {
        checker.onOperatorDecision();
        process.core().controls().bootstrap();
    }

    @Override
    protected final StateProcess mostAdvanced(List<StateProcess> candidates) {
        StateProcess best = candidates.get(0);
        for (StateProcess candidate : candidates) {
            if (candidate.disk().state.last() > best.disk().state.last()) {
                best = candidate;
            }
        }
        return best;
    }

    @Override
    protected final void onNewCluster() {
        checker.onOperatorDecision();
        disks.forEach(disk -> disk.view = null);
    }

    @Override
    protected final boolean hasHistory() {
        return disks.stream().anyMatch(disk -> disk.state.last() > 0);
    }

    @Override
    protected final void forget(int host) {
        StoredState state = disks.get(host).state;
        checker.onLost(state.history(), 1, state.last());
        checker.onDiskGone();
        disks.get(host).wipe();
    }

    @Override
    protected final void onKilled(StateProcess process) {
        process.onKilled();
    }

    @Override
    protected final long patienceNs() {
        return super.patienceNs() + 120 * SECOND;
    }

    @Override
    protected final void onEnded(int host, StateProcess process) {
        StackFailure failure = process.failure();
        Position kept = process.disk().state.position();
        boolean behind = failure != null && failure.message().contains("history ends at");
        boolean expected = failure == null
                || failure.kind() == StackFailure.Kind.NO_PRIMARY
                || checker.isForked(kept.history())
                || (behind && checker.mayBeLost(kept.history(), kept.seqno()));
        if (!expected) {
            throw new Violation("no-failure", process.name() + " ended at " + kept + ": " + failure);
        }
        if (failure != null && failure.kind() != StackFailure.Kind.NO_PRIMARY) {
            // It would end like this at each start, and disturb the group each time, until the operator decides.
            trace().add(clock().nowNs(), process.name(), "the operator removes its state");
            forget(host);
        }
        if (process.openCalls() != 0) {
            throw new Violation(
                    "every-call-ends", process.name() + " ended with " + process.openCalls() + " calls open");
        }
    }
}
