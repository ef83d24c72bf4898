package io.dromon.it.sim.state;

import io.dromon.it.sim.state.Ordered.Kind;
import io.dromon.it.sim.state.SimDurability.Waiting;
import io.dromon.node.certification.Refusal;
import io.dromon.node.engine.CertifiedWriteSet;
import io.dromon.node.engine.CoreStatus;
import io.dromon.node.engine.NodeCore;
import io.dromon.node.group.CChange;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.TransferStep;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.sim.SimCluster.Component;
import io.dromon.transport.sim.SimProcess;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One life of a node: its core, and an application with a state behind it. */
final class StateProcess implements SimProcess, NodeCore.Effects {
    private static final long MS = 1_000_000L;
    /** Resources that transactions write: few, so that they conflict. */
    private static final int KEYS = 20;

    final int host;
    private final String name;
    private final UUID self;
    private final StateCluster cluster;
    private final HistoryChecker checker;
    private final HostDisk disk;
    private final SimTransfers transfers;
    private final SimApplication application;
    private final SimDurability durability;
    private final NodeCore core;

    private @Nullable StackFailure failure;
    private @Nullable Component component;
    private UUID history = Uuids.NIL;
    private long ordered;
    private long configuredNs;
    private boolean holds;
    private boolean releases;
    private boolean over;
    private boolean takes;
    private long begun;
    private long ended;
    private long readsBegun;
    private long readsEnded;

    interface CoreMaker {
        NodeCore make(NodeCore.Effects effects);
    }

    StateProcess(StateCluster cluster, int host, UUID self, HostDisk disk, HistoryChecker checker, CoreMaker maker) {
        this.cluster = cluster;
        this.host = host;
        this.name = "n" + (host + 1);
        this.self = self;
        this.disk = disk;
        this.checker = checker;
        this.history = disk.state.history();
        this.ordered = disk.state.last();
        this.transfers = new SimTransfers(cluster, this);
        this.application = new SimApplication(name, disk, checker, new Calls());
        this.durability = new SimDurability(cluster, this);
        this.core = maker.make(this);
    }

    // ---- for the cluster and the transfers

    String name() {
        return name;
    }

    UUID uuid() {
        return self;
    }

    NodeCore core() {
        return core;
    }

    HostDisk disk() {
        return disk;
    }

    SimTransfers transfers() {
        return transfers;
    }

    @Nullable
    Component component() {
        return component;
    }

    @Nullable
    StackFailure failure() {
        return failure;
    }

    /** Whether it waits for a state that it lacks. */
    boolean holds() {
        return holds;
    }

    /** Write-sets and reads that have no end yet. */
    long openCalls() {
        return begun - ended + readsBegun - readsEnded;
    }

    long nowNs() {
        return cluster.network().host(host).localNs();
    }

    /** Has something done in a turn of this process; nothing once it is dead. */
    void inTurn(StateCluster.Turn work) {
        if (cluster.lives(this)) {
            cluster.network().host(host).post((process, now) -> {
                if (process == this) {
                    work.run(now);
                }
            });
        }
    }

    void enqueue(Task task) {
        application.enqueue(task);
    }

    void endRestore(boolean works) {
        application.endRestore(works);
        work(0);
    }

    /** It dies: what it was given and its disk has not kept is lost. */
    void onKilled() {
        boolean same = disk.state.history().equals(history);
        checker.onLost(history, same ? disk.state.synced() + 1 : 1, ordered);
        if (!same) {
            checker.onLost(disk.state.history(), disk.state.synced() + 1, disk.state.last());
        }
        disk.state.loseUnsynced();
    }

    boolean isSettled() {
        GroupStatus status = core.status(nowNs()).group();
        return openCalls() == 0 && application.isIdle() && !holds && status.ownStatus() == MemberStatus.SYNCED;
    }

    void replicate(SplittableRandom random) {
        int kind = random.nextInt(60);
        int size = kind == 0
                ? random.nextInt(30_000, 100_000)
                : kind < 4 ? random.nextInt(OwnWriteSet.HEADER, 16_000) : random.nextInt(OwnWriteSet.HEADER, 400);
        boolean isForMajority = cluster.asksForMajorities() && (begun % 3 == 0 || cluster.killsAll());
        OwnWriteSet ticket = new OwnWriteSet(self, begun, size, isForMajority);
        WriteSetBuilder change = new WriteSetBuilder().data(ticket.data());
        Set<String> writes = keys(random, random.nextInt(4));
        Set<String> reads = writes.isEmpty() ? Set.of() : keys(random, random.nextInt(3));
        writes.forEach(change::exclusive);
        if (cluster.sendsReads()) {
            reads.forEach(change::shared);
        }
        begun++;
        long snapshot = disk.state.last();
        checker.onTransaction(ticket.content(), writes, reads, snapshot);
        core.replicate(change.build(), snapshot, ticket);
    }

    private static Set<String> keys(SplittableRandom random, int most) {
        Set<String> keys = new TreeSet<>();
        for (int left = most; left > 0; left--) {
            keys.add(Integer.toString(random.nextInt(KEYS)));
        }
        return keys;
    }

    // ---- the driver's duties

    @Override
    public void open(List<String> addresses, long nowNs) {
        core.open(addresses, nowNs);
    }

    @Override
    public void tick(long nowNs) {
        core.tick(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return core.nextDeadlineNs();
    }

    @Override
    public void endTurn(long nowNs) {
        boolean slow = cluster.hasSlowApplications();
        work(slow ? 0 : Integer.MAX_VALUE);
        core.endTurn(application.waiting(), 0, nowNs);
        work(slow ? 0 : Integer.MAX_VALUE);
        core.controls().setCached(disk.cache.first());
        durability.endTurn(nowNs);
        if (slow && !application.isIdle() && !takes) {
            takes = true;
            cluster.clock()
                    .in(
                            MS,
                            () -> inTurn(now -> {
                                takes = false;
                                work(1);
                            }));
        }
    }

    private void work(int most) {
        application.work(most);
        if (most > 0 && cluster.syncsNow()) {
            disk.state.sync();
        }
        core.reportApplied(application.applied());
    }

    @Override
    public void leave(long nowNs) {
        checker.onDiskGone();
        core.leave(nowNs);
    }

    @Override
    public boolean hasEnded() {
        return over;
    }

    @Override
    public LinkEvents linkEvents() {
        return core.linkEvents();
    }

    // ---- what the group orders

    @Override
    public void deliver(GroupEvent event) {
        if (cluster.trace().isOn()) {
            note(event.toString());
        }
        if (event instanceof GroupEvent.Joined joined && joined.status().isJoined()) {
            holds = false;
            releases = false;
        }
        if (event instanceof GroupEvent.ConfigurationChange change) {
            configure(change);
            transfers.onConfigurationChange(change);
        } else if (event instanceof GroupEvent.CausalPoint point) {
            application.enqueue(new Task.Read(point.seqno(), (OwnRead) point.ticket()));
        } else if (event instanceof GroupEvent.StateRequest request) {
            transfers.onStateRequest(request);
        }
    }

    private void configure(GroupEvent.ConfigurationChange change) {
        if (change.members().isEmpty() || drops()) {
            return;
        }
        Set<UUID> members = new HashSet<>();
        change.members().forEach(member -> members.add(member.uuid()));
        Object id = change.isPrimary() ? change.groupUuid() + ":" + change.seqno() : "non-primary";
        // Where nobody is complete nothing can be done but to start over.
        boolean works = change.isPrimary()
                && change.members().stream().anyMatch(member -> member.status().isJoined());
        component = new Component(works, id, members);
        if (!change.isPrimary() && cluster.asksForMajorities()) {
            application.enqueue(new Task.ComponentLost());
        }
        if (change.isPrimary()) {
            HistoryChecker.check(
                    !change.groupUuid().equals(Uuids.NIL), "history-has-a-name", () -> name + " enters " + change);
            disk.cache.add(change);
            configuredNs = cluster.clock().nowNs();
            order(change.groupUuid(), change.seqno(), new Ordered(Kind.VIEW, viewContent(change)));
            application.enqueue(new Task.View(change));
        }
    }

    private static long viewContent(GroupEvent.ConfigurationChange change) {
        return viewContent(change.confId(), change.members().stream().map(GroupMember::uuid));
    }

    private static long viewContent(long confId, Stream<UUID> members) {
        return members.mapToLong(UUID::hashCode).reduce(17 * confId, (sum, each) -> 31 * sum + each);
    }

    private void order(UUID group, long seqno, Ordered what) {
        history = group;
        ordered = Math.max(ordered, seqno);
        checker.onOrdered(name, group, seqno, what, configuredNs);
    }

    /** A rule broken on purpose: what was held back does not reach the application. */
    private boolean drops() {
        return releases && cluster.dropsHeld();
    }

    @Override
    public void deliver(CertifiedWriteSet event) {
        disk.cache.add(event);
        OwnWriteSet own = own(event.ticket());
        Ordered what;
        if (event.data().length() == 0) {
            what = new Ordered(Kind.FAILED, event.origin().hashCode() * 31L + event.seqno());
        } else {
            OwnWriteSet read = OwnWriteSet.of(event.data());
            HistoryChecker.check(read.author().equals(event.origin()), "right-content", () -> name + " gets " + event);
            HistoryChecker.check(
                    own == null ? !event.origin().equals(self) : own.content() == read.content(),
                    "own-has-ticket",
                    () -> name + " delivers " + event + " with the ticket " + own);
            what = event.verdict().passed()
                    ? new Ordered(Kind.WRITE_SET, read.content())
                    : new Ordered(Kind.FAILED, ~read.content());
        }
        if (cluster.trace().isOn()) {
            note("delivers " + event.seqno() + ": " + what);
        }
        order(history, event.seqno(), what);
        if (drops()) {
            end(own);
        } else {
            application.enqueue(new Task.Apply(event.seqno(), what, own));
        }
    }

    // ---- what a donor sends

    @Override
    public void deliver(IstEvent event) {
        disk.cache.add(event);
        Ordered what;
        if (event instanceof IstEvent.WriteSet writeSet
                && writeSet.content().data().length() > 0) {
            what = new Ordered(
                    Kind.WRITE_SET, OwnWriteSet.of(writeSet.content().data()).content());
        } else if (event instanceof IstEvent.Change change) {
            CChange content = change.content();
            what = new Ordered(
                    Kind.VIEW,
                    viewContent(content.confId(), content.members().stream().map(CChange.Member::uuid)));
        } else {
            what = new Ordered(Kind.FAILED, 0);
        }
        if (cluster.trace().isOn()) {
            note("is sent " + event.seqno() + ": " + what);
        }
        checker.onTransferred(name, disk.cache.history(), event.seqno(), what.kind(), what.effect());
        application.enqueue(new Task.Apply(event.seqno(), what, null));
    }

    @Override
    public void onHistory(GroupEvent.ConfigurationChange now) {
        note("is given the history " + now.groupUuid() + " from its beginning");
        application.enqueue(new Task.Begin(now.groupUuid()));
    }

    @Override
    public void onTransfer(TransferStep step) {
        holds = true;
        // From here to the group's answer nothing is delivered but what was held back.
        releases = step instanceof TransferStep.Completed;
        step.accept(transfers);
    }

    // ---- own write-sets

    private final class Calls implements SimApplication.Callers {
        @Override
        public void onEnd(OwnWriteSet own, boolean applied, long seqno) {
            if (applied && own.isForMajority()) {
                durability.add(own, new Position(disk.state.history(), seqno));
                return;
            } else if (applied) {
                checker.onAcknowledged(disk.state.history(), seqno, own.content());
            }
            end(own);
        }

        @Override
        public void onMajoritySynced(Position upTo) {
            for (Waiting next = durability.poll(upTo); next != null; next = durability.poll(upTo)) {
                Position position = next.position();
                checker.onAcknowledged(
                        position.history(), position.seqno(), next.own().content());
                checker.onMajority(position, next.own().content());
                cluster.count("write-sets synced by a majority", 1);
                end(next.own());
            }
        }

        @Override
        public void onComponentLost() {
            for (Waiting next = durability.pollAny(); next != null; next = durability.pollAny()) {
                end(next.own());
            }
        }

        @Override
        public void onRead(OwnRead own) {
            checker.onRead(name, own, disk.state);
            endRead(own);
        }
    }

    void read() {
        OwnRead ticket = new OwnRead(self, readsBegun, history, checker.lastAcknowledged(history));
        readsBegun++; // it may end inside
        if (cluster.readsAtOnce()) {
            application.enqueue(new Task.Read(0, ticket));
        } else if (!core.sync(ticket)) {
            readsBegun--;
        }
    }

    private void endRead(Ticket.OfRead ticket) {
        readsEnded++;
        HistoryChecker.check(
                ticket instanceof OwnRead own && own.author().equals(self) && readsEnded <= readsBegun,
                "own-ticket",
                () -> name + " is told of " + ticket);
    }

    private void end(@Nullable OwnWriteSet own) {
        if (own != null) {
            ended++;
            HistoryChecker.check(
                    ended <= begun, "every-write-set-ends-once", () -> name + " is told more than once of a write-set");
        }
    }

    private @Nullable OwnWriteSet own(Ticket.@Nullable OfWriteSet object) {
        if (object == null) {
            return null;
        }
        if (!(object instanceof OwnWriteSet ticket) || !ticket.author().equals(self) || ticket.number() >= begun) {
            throw new Violation("own-ticket", name + " is told of a ticket that it did not give: " + object);
        }
        return ticket;
    }

    @Override
    public void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why) {
        end(own(ticket));
    }

    @Override
    public void onWriteSetFailed(Ticket.OfWriteSet failed, ReplicationFailure reason) {
        OwnWriteSet ticket = own(failed);
        if (ticket != null) {
            checker.onFailed(name, ticket.content(), reason);
        }
        end(ticket);
    }

    @Override
    public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        endRead(ticket);
    }

    // ---- the rest

    @Override
    public void onMajoritySynced(Position position) {
        application.enqueue(new Task.MajoritySynced(position));
    }

    @Override
    public void save(SavedView view) {
        disk.view = view;
    }

    @Override
    public void removeSavedView() {
        disk.view = null;
    }

    @Override
    public void onConnected() {
        note("is connected");
    }

    @Override
    public void onClosed(@Nullable StackFailure why) {
        note("is closed: " + why);
        failure = why;
        over = true;
        application.enqueue(new Task.ComponentLost());
        application.work(Integer.MAX_VALUE);
        disk.state.sync();
    }

    @Override
    public void onLinkUp(long link, UUID peer, String address) {
        if (cluster.trace().isOn()) {
            note("link " + link + " to " + Uuids.brief(peer) + " " + address + " up");
        }
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure why) {
        if (cluster.trace().isOn()) {
            note("link " + link + " to " + address + " down: " + why);
        }
    }

    @Override
    public void onNotice(String text) {
        note("notice: " + text);
    }

    @Override
    public void onRefused(String address, LinkFailure why) {
        if (cluster.trace().isOn()) {
            note("refused " + address + ": " + why);
        }
    }

    @Override
    public void onAnomaly(UUID source, String what) {
        note("anomaly of " + source + ": " + what);
    }

    void note(String what) {
        if (cluster.trace().isOn()) {
            cluster.trace().add(cluster.clock().nowNs(), name, what);
        }
    }

    @Override
    public String toString() {
        CoreStatus status = core.status(nowNs());
        return self + " evs " + status.evs() + " pc " + status.primary() + " gcs "
                + status.group().state() + " " + status.group().ownStatus() + " at " + disk.state.position()
                + (holds ? " holding" : "") + " open " + openCalls() + " queue " + application.waiting();
    }
}
