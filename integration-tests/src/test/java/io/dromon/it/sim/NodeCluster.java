package io.dromon.it.sim;

import io.dromon.node.certification.Refusal;
import io.dromon.node.engine.CertifiedWriteSet;
import io.dromon.node.engine.CoreStatus;
import io.dromon.node.engine.NodeCore;
import io.dromon.node.engine.TransfersState;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.group.WriteSetFormat;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.TransferStep;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.sim.Fault;
import io.dromon.transport.sim.SimCluster;
import io.dromon.transport.sim.SimProcess;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A simulated cluster of whole nodes: write-sets of any size, an application that may be slow, kept positions. */
class NodeCluster extends SimCluster<NodeCluster.NodeProcess> {
    private static final int HEADER = 24;
    /** Resources that transactions write: few, so that they conflict. */
    private static final int KEYS = 20;

    private final OrderChecker order;
    private final @Nullable SavedView[] saved;
    private final SplittableRandom uuidRandom;
    private final SplittableRandom workRandom;
    private final boolean slowApplication;
    private long micros = 1_700_000_000_000_000L;

    NodeCluster(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> chosenFaults) {
        super(seed, family, trace, chosenFaults);
        this.order = new OrderChecker(hosts());
        this.saved = new SavedView[hosts()];
        this.uuidRandom = random().split();
        this.workRandom = random().split();
        this.slowApplication = workRandom.nextInt(4) == 0;
    }

    /** Write-sets acknowledged, over all nodes. */
    final long acknowledged() {
        return order.acknowledged();
    }

    private UUID freshUuid() {
        micros += 1 + uuidRandom.nextInt(1000);
        return Uuids.timeBased(micros + uuidRandom.nextLong(3_600_000_000L) / 1000 * 1000, uuidRandom);
    }

    @Override
    protected final NodeProcess create(int host, boolean bootstrap) {
        SavedView before = saved[host];
        UUID self = before == null ? freshUuid() : Uuids.nextIncarnation(before.self());
        SavedView restored = before == null ? null : new SavedView(self, before.view());
        saved[host] = restored;
        order.onStart(self, host);
        trace().add(clock().nowNs(), "n" + (host + 1), "has kept " + order.kept(host));
        NodeProcess process = new NodeProcess(host, self);
        process.core = new NodeCore(
                settings().stack(host, bootstrap),
                GroupSettings.member("node" + (host + 1), "").withFormat(WriteSetFormat.OPAQUE),
                self,
                network().host(host).address(),
                Optional.ofNullable(restored),
                order.kept(host),
                TransfersState.NO,
                this::freshUuid,
                uuidRandom.split(),
                network().host(host),
                process);
        return process;
    }

    /** The snapshot that a transaction names which has read this one. */
    long snapshotOf(long read) {
        return read;
    }

    @Override
    protected final void forget(int host) {
        saved[host] = null;
        order.forget(host);
    }

    @Override
    protected final void work(NodeProcess process, long nowNs) {
        int burst = workRandom.nextInt(8) == 0 ? 1 + workRandom.nextInt(40) : 1 + workRandom.nextInt(3);
        for (int i = 0; i < burst; i++) {
            process.replicate();
        }
    }

    @Override
    protected final @Nullable Component component(NodeProcess process) {
        return process.component;
    }

    @Override
    protected final UUID uuid(NodeProcess process) {
        return process.self;
    }

    @Override
    protected final boolean isSettled(NodeProcess process) {
        GroupStatus status = process.core().status(clock().nowNs()).group();
        return process.begun == process.ended
                && process.queue.isEmpty()
                && status.ownStatus() == MemberStatus.SYNCED
                && running().stream().allMatch(other -> other.life.last() == process.life.last());
    }

    @Override
    protected final void bootstrap(NodeProcess process, long nowNs) {
        order.onHistoryMayFork();
        process.core().controls().bootstrap();
    }

    @Override
    protected final NodeProcess mostAdvanced(List<NodeProcess> candidates) {
        NodeProcess best = candidates.get(0);
        for (NodeProcess candidate : candidates) {
            if (order.kept(candidate.host).seqno() > order.kept(best.host).seqno()) {
                best = candidate;
            }
        }
        return best;
    }

    @Override
    protected final void onNewCluster() {
        order.onHistoryMayFork();
        Arrays.fill(saved, null);
    }

    @Override
    protected final boolean hasHistory() {
        for (int host = 0; host < hosts(); host++) {
            if (order.kept(host).seqno() >= 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected final void onKilled(NodeProcess process) {
        order.onKilled(process.life);
        if (!process.queue.isEmpty()) {
            // What was delivered to it and not applied may be known to nobody now.
            order.onHistoryMayFork();
        }
    }

    @Override
    protected final void onEnded(int host, NodeProcess process) {
        StackFailure failure = process.failure;
        // A node without the state may have seen more than those that form the component again: it must leave.
        boolean expected = failure == null
                || failure.kind() == StackFailure.Kind.NO_PRIMARY
                || order.historyMayFork()
                || !order.isComplete(process.life);
        if (!expected) {
            throw new Violation("no-failure", process.name + " ended: " + failure);
        }
        if (failure != null && failure.message().contains("history ends at")) {
            // It would end like this at each start, and disturb the group each time, until the operator decides.
            order.giveUp(host);
        }
        if (process.begun != process.ended) {
            throw new Violation(
                    "every-write-set-ends",
                    process.name + " ended with " + (process.begun - process.ended) + " write-sets open");
        }
    }

    private record OwnWriteSet(NodeProcess process, long number, int size) implements Ticket.OfWriteSet {
        long content() {
            return contentOf(process.self, number, size);
        }
    }

    private static long contentOf(UUID author, long number, int size) {
        return (author.getLeastSignificantBits() * 31 + author.getMostSignificantBits()) * 31
                + number * 1_000_003
                + size;
    }

    /** One life of a node. */
    final class NodeProcess implements SimProcess, NodeCore.Effects {
        private final int host;
        private final String name;
        private final UUID self;
        private final OrderChecker.Life life;
        private final ArrayDeque<Long> queue = new ArrayDeque<>();
        private @Nullable NodeCore core;
        private @Nullable StackFailure failure;
        private @Nullable Component component;
        private boolean over;
        private boolean takes;
        private long begun;
        private long ended;
        private long applied = -1;

        NodeProcess(int host, UUID self) {
            this.host = host;
            this.name = "n" + (host + 1);
            this.self = self;
            this.life = order.begin(name, host);
        }

        NodeCore core() {
            NodeCore it = core;
            if (it == null) {
                throw new IllegalStateException("not made yet");
            }
            return it;
        }

        void replicate() {
            int kind = workRandom.nextInt(40);
            int size = kind == 0
                    ? workRandom.nextInt(30_000, 200_000)
                    : kind < 4 ? workRandom.nextInt(HEADER, 32_000) : workRandom.nextInt(HEADER, 400);
            byte[] array = new byte[size];
            ByteBuf out = Unpooled.wrappedBuffer(array).writerIndex(0);
            Uuids.write(out, self);
            out.writeLongLE(begun);
            array[size - 1] = (byte) (size > HEADER ? size : array[size - 1]);
            WriteSetBuilder change = new WriteSetBuilder().data(new Bytes(array));
            Set<String> keys = new HashSet<>();
            for (int left = workRandom.nextInt(4); left > 0; left--) {
                String key = Integer.toString(workRandom.nextInt(KEYS));
                if (keys.add(key)) {
                    change.exclusive(key);
                }
            }
            OwnWriteSet ticket = new OwnWriteSet(this, begun, size);
            begun++;
            long snapshot = Math.max(0, applied);
            order.onTransaction(ticket.content(), keys, snapshot);
            core().replicate(change.build(), snapshotOf(snapshot), ticket);
        }

        @Override
        public void deliver(IstEvent event) {
            throw new IllegalStateException("no transfer was asked for: " + event);
        }

        @Override
        public void onHistory(GroupEvent.ConfigurationChange now) {
            throw new IllegalStateException("an application without state: " + now);
        }

        @Override
        public void onTransfer(TransferStep step) {
            throw new IllegalStateException("an application without state: " + step);
        }

        @Override
        public void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why) {
            own(ticket);
            if (trace().isOn()) {
                note("write-set " + ((OwnWriteSet) ticket).number() + " is not sent: " + why.reason());
            }
        }

        @Override
        public void open(List<String> addresses, long nowNs) {
            core().open(addresses, nowNs);
        }

        @Override
        public void tick(long nowNs) {
            core().tick(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return core().nextDeadlineNs();
        }

        @Override
        public void endTurn(long nowNs) {
            if (!slowApplication) {
                take(Integer.MAX_VALUE);
            }
            core().endTurn(queue.size(), 0, nowNs);
            if (slowApplication && !queue.isEmpty() && !takes) {
                takes = true;
                network()
                        .clock()
                        .in(
                                MS,
                                () -> network().host(host).post((process, now) -> {
                                    if (process == this) {
                                        takes = false;
                                        take(1);
                                    }
                                }));
            }
        }

        /** The application takes what is queued for it. */
        private void take(int limit) {
            for (int i = 0; i < limit && !queue.isEmpty(); i++) {
                applied = queue.remove();
                order.onApplied(life, applied);
                core().reportApplied(applied);
            }
        }

        @Override
        public void leave(long nowNs) {
            core().leave(nowNs);
        }

        @Override
        public boolean hasEnded() {
            return over;
        }

        @Override
        public LinkEvents linkEvents() {
            return core().linkEvents();
        }

        @Override
        public void deliver(GroupEvent event) {
            if (trace().isOn()) {
                note(event.toString());
            }
            if (event instanceof GroupEvent.Joined joined && joined.status().isJoined()) {
                order.onComplete(life);
            }
            if (event instanceof GroupEvent.ConfigurationChange change) {
                order.onConfiguration(life, change);
                if (change.members().isEmpty()) {
                    return;
                }
                Set<UUID> members = new HashSet<>();
                for (GroupMember member : change.members()) {
                    members.add(member.uuid());
                }
                Object id = change.isPrimary() ? change.groupUuid() + ":" + change.seqno() : "non-primary";
                // Where nobody is complete nothing can be done but to start over.
                boolean works = change.isPrimary()
                        && change.members().stream()
                                .anyMatch(member -> member.status().isJoined());
                component = new Component(works, id, members);
                if (change.isPrimary()) {
                    queue.add(change.seqno());
                }
            }
        }

        @Override
        public void deliver(CertifiedWriteSet event) {
            long content;
            try {
                ByteReader in = new ByteReader(event.data());
                UUID author = in.uuid();
                long number = in.i64();
                int size = event.data().length();
                byte end = event.data().array()[event.data().offset() + size - 1];
                content = contentOf(author, number, size);
                if (!author.equals(event.origin()) || (size > HEADER && end != (byte) size)) {
                    throw new Violation("right-content", name + " gets a write-set of " + author + " as " + event);
                }
                if (trace().isOn()) {
                    note("delivers " + event.seqno() + ": " + Uuids.brief(author) + " " + number + " " + size + " "
                            + event.verdict().outcome());
                }
            } catch (MalformedMessageException broken) {
                throw new Violation("right-content", name + " gets " + event + ": " + broken.getMessage());
            }
            Ticket.OfWriteSet ticket = event.ticket();
            boolean passed = event.verdict().passed();
            if (ticket != null && !passed) {
                own(ticket);
            } else if (ticket != null) {
                order.onAcknowledged(life, event.seqno(), own(ticket).content());
            }
            order.onWriteSet(life, event.seqno(), passed ? content : ~content);
            if (passed) {
                order.onCommitted(life, event.seqno(), content);
            }
            if (ticket == null && event.origin().equals(self)) {
                throw new Violation("own-has-ticket", name + " delivers its own " + event + " without its ticket");
            }
            queue.add(event.seqno());
        }

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet failed, ReplicationFailure reason) {
            OwnWriteSet ticket = own(failed);
            if (trace().isOn()) {
                note("write-set " + ticket.number() + " failed: " + reason);
            }
            order.onFailed(life, ticket.content(), reason);
        }

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
            throw new Violation("own-ticket", name + " is told of a read that it did not ask for: " + ticket);
        }

        private OwnWriteSet own(Ticket.OfWriteSet object) {
            if (!(object instanceof OwnWriteSet ticket) || ticket.process() != this || ticket.number() >= begun) {
                throw new Violation("own-ticket", name + " is told of a ticket that it did not give: " + object);
            }
            ended++;
            if (ended > begun) {
                throw new Violation("every-write-set-ends-once", name + " is told more than once of a write-set");
            }
            return ticket;
        }

        @Override
        public void save(SavedView view) {
            saved[host] = view;
        }

        @Override
        public void removeSavedView() {
            saved[host] = null;
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
            take(Integer.MAX_VALUE);
        }

        @Override
        public void onLinkUp(long link, UUID peer, String address) {
            if (trace().isOn()) {
                note("link " + link + " to " + Uuids.brief(peer) + " " + address + " up");
            }
        }

        @Override
        public void onLinkDown(long link, UUID peer, String address, LinkFailure why) {
            if (trace().isOn()) {
                note("link " + link + " to " + address + " down: " + why);
            }
        }

        @Override
        public void onNotice(String text) {
            note("notice: " + text);
        }

        @Override
        public void onRefused(String address, LinkFailure why) {
            if (trace().isOn()) {
                note("refused " + address + ": " + why);
            }
        }

        @Override
        public void onAnomaly(UUID source, String what) {
            note("anomaly of " + source + ": " + what);
        }

        private void note(String what) {
            trace().add(clock().nowNs(), name, what);
        }

        @Override
        public String toString() {
            CoreStatus core = core().status(clock().nowNs());
            return self + " evs " + core.evs() + " pc " + core.primary() + " gcs "
                    + core.group().state() + " " + core.group().ownStatus() + " at " + life.last() + " open "
                    + (begun - ended) + " queue " + queue.size();
        }
    }
}
