package io.dromon.it.scenario;

import io.dromon.node.certification.Refusal;
import io.dromon.node.certification.Verdict;
import io.dromon.node.engine.CertifiedWriteSet;
import io.dromon.node.engine.CoreStatus;
import io.dromon.node.engine.NodeCore;
import io.dromon.node.engine.TransfersState;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.TransferStep;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.StackFailure;
import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.sim.SimHost;
import io.dromon.transport.sim.SimProcess;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.ViewId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One life of a node of a scenario: the real core, an application of a queue, and what both say in words. */
final class ScenarioNode implements SimProcess, NodeCore.Effects, GroupEvent.Handler {
    /** Where a node says what happens to it. */
    interface Voice {
        void say(String node, String text);

        void sayWriteSet(String node, long seqno, String origin, String text);

        /** A member has another status. */
        void sayStatus(String node, String member, String status);

        /** Whether the script watches this: {@code evs}, {@code links}, {@code notices} or {@code refusals}. */
        boolean isWatched(String topic);
    }

    private record OwnWriteSet(String text) implements Ticket.OfWriteSet {}

    /**
     * An action in the queue of the application.
     *
     * @param isWriteSet whether it can fail
     */
    private record Action(long seqno, boolean isWriteSet) {}

    private final Disk disk;
    private final String name;
    private final SimHost machine;
    private final Names names;
    private final Voice voice;
    private final NodeCore core;
    private final LinkEvents links;
    private final ArrayDeque<Action> queue = new ArrayDeque<>();
    private Map<UUID, MemberStatus> statuses = new LinkedHashMap<>();
    private Position position;
    private boolean complete;
    private long applied = -1;
    private boolean holds;
    private boolean takes;
    private boolean paused;
    private boolean over;
    private @Nullable String nextFailure;

    ScenarioNode(Disk disk, Kind kind, UUID self, SimHost machine, Names names, Voice voice) {
        this.disk = disk;
        this.name = Names.of(machine.index());
        this.machine = machine;
        this.names = names;
        this.voice = voice;
        this.position = disk.kept;
        this.core = new NodeCore(
                kind.stack(),
                kind.group(name),
                self,
                machine.address(),
                Optional.ofNullable(disk.saved),
                disk.kept,
                TransfersState.NO,
                names::newUuid,
                new SplittableRandom(machine.index()),
                machine,
                this);
        this.links = new WatchedLinks(core.linkEvents(), this::sayWhatChanged);
    }

    CoreStatus status() {
        return core.status(machine.localNs());
    }

    // ---- commands; each in a turn of the node

    /** @param keys of resources that are written, with the snapshot that the application has now */
    void replicate(String text, List<String> keys) {
        WriteSetBuilder change = new WriteSetBuilder().data(new Bytes(text.getBytes(StandardCharsets.UTF_8)));
        keys.forEach(change::exclusive);
        core.replicate(change.build(), applied, new OwnWriteSet(text));
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
        say("\"" + ((OwnWriteSet) ticket).text() + "\" is not sent: " + why.reason());
    }

    void changeWeight(int weight) {
        answer("pc.weight", core.controls().changeWeight(weight));
    }

    void bootstrap() {
        answer("pc.bootstrap", core.controls().bootstrap());
    }

    private void answer(String request, SendResult result) {
        if (result != SendResult.ACCEPTED) {
            say(request + " is refused: " + result);
        }
    }

    void requestState() {
        core.controls().requestState(disk.kept, new Bytes("state".getBytes(StandardCharsets.US_ASCII)));
    }

    void endStateTransfer(long code) {
        core.controls().endStateTransfer(core.status(machine.localNs()).group().seqno(), code);
    }

    /** The application takes nothing from its queue any more, or goes on with it. */
    void hold(boolean on) {
        holds = on;
    }

    /** The application fails at the next write-set. */
    void failNext(String error) {
        nextFailure = error;
    }

    // ---- the process

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
        take();
        core.endTurn(queue.size(), 0, nowNs);
        sayWhatChanged(nowNs);
        if (!queue.isEmpty() && !holds && !takes) {
            takes = true;
            machine.post((process, now) -> takes = false); // the next turn takes
        }
    }

    private void take() {
        while (!holds && !queue.isEmpty()) {
            Action action = queue.remove();
            applied = action.seqno();
            if (complete) {
                disk.kept = new Position(position.history(), action.seqno());
            }
            String error = nextFailure;
            if (error != null && action.isWriteSet()) {
                nextFailure = null;
                say("fails to apply write-set " + action.seqno() + ": " + error);
                core.controls().vote(action.seqno(), new Bytes(error.getBytes(StandardCharsets.UTF_8)));
            } else {
                core.reportApplied(action.seqno());
            }
        }
    }

    @Override
    public void leave(long nowNs) {
        core.leave(nowNs);
    }

    @Override
    public boolean hasEnded() {
        return over;
    }

    @Override
    public LinkEvents linkEvents() {
        return links;
    }

    // ---- what it says

    private void say(String text) {
        voice.say(name, text);
    }

    /** The statuses of the members and the pauses of flow control: the core keeps them, and tells no event. */
    private void sayWhatChanged(long nowNs) {
        CoreStatus status = core.status(nowNs);
        if (status.group().confId() >= 0) {
            Map<UUID, MemberStatus> now = new LinkedHashMap<>();
            status.group().members().forEach(member -> now.put(member.uuid(), member.status()));
            Map<UUID, MemberStatus> before = statuses;
            if (now.keySet().equals(before.keySet())) {
                statuses = now;
                now.forEach((uuid, is) -> {
                    if (is != before.get(uuid)) {
                        voice.sayStatus(name, names.of(uuid), is.name());
                    }
                });
            }
        }
        boolean isPaused = status.group().flowControl().paused();
        if (isPaused != paused) {
            paused = isPaused;
            say(
                    isPaused
                            ? "paused by "
                                    + String.join(
                                            " ", status.group().flowControl().pausedBy())
                            : "goes on sending");
        }
    }

    @Override
    public void deliver(GroupEvent event) {
        event.accept(this);
    }

    @Override
    public void deliver(CertifiedWriteSet writeSet) {
        Verdict verdict = writeSet.verdict();
        String text = new String(writeSet.data().toArray(), StandardCharsets.UTF_8);
        onOrdered(verdict.seqno(), writeSet.origin(), verdict.passed() ? text : text + " fails: " + verdict.outcome());
    }

    /** An arbitrator's, which looks into none. */
    @Override
    public void onWriteSet(GroupEvent.WriteSet event) {
        onOrdered(event.seqno(), event.origin(), event.data().length() + " bytes");
    }

    private void onOrdered(long seqno, UUID origin, String text) {
        position = new Position(position.history(), seqno);
        queue.add(new Action(seqno, true));
        voice.sayWriteSet(name, seqno, names.of(origin), text);
    }

    @Override
    public void onConfigurationChange(GroupEvent.ConfigurationChange event) {
        if (event.members().isEmpty()) {
            return; // the end says it
        }
        if (!event.isPrimary()) {
            statuses = new LinkedHashMap<>();
            paused = false;
            say("non-primary: "
                    + names.of(event.members().stream().map(GroupMember::uuid).toList()));
            return;
        }
        Map<UUID, MemberStatus> members = new LinkedHashMap<>();
        event.members().forEach(member -> members.put(member.uuid(), member.status()));
        statuses = members;
        paused = false;
        position = new Position(event.groupUuid(), event.seqno());
        complete = event.ownStatus().isJoined();
        queue.add(new Action(event.seqno(), false));
        say("primary component of " + byStatus(event.members()) + "; configuration " + event.confId() + ", seqno "
                + event.seqno());
    }

    /** {@code n1 n2 SYNCED, n3 PRIM}. */
    private String byStatus(List<GroupMember> members) {
        Map<MemberStatus, List<UUID>> groups = new LinkedHashMap<>();
        members.forEach(member -> groups.computeIfAbsent(member.status(), status -> new ArrayList<>())
                .add(member.uuid()));
        List<String> texts = new ArrayList<>();
        groups.forEach((status, uuids) -> texts.add(names.of(uuids) + " " + status));
        return String.join(", ", texts);
    }

    @Override
    public void onStateRequest(GroupEvent.StateRequest event) {
        say("is the donor of " + names.of(event.requester()) + ", which has "
                + (event.wanted().equals(Position.NONE)
                        ? "no state"
                        : "the state of seqno " + event.wanted().seqno()));
    }

    @Override
    public void onStateRequestResult(GroupEvent.StateRequestResult event) {
        say(
                event.donorIndex() < 0
                        ? "state request refused, error " + -event.donorIndex()
                        : "state request accepted, donor " + names.of(event.donor()));
    }

    @Override
    public void onSnapshotEnded(GroupEvent.SnapshotEnded event) {
        say("snapshot ended, code " + event.code());
    }

    @Override
    public void onJoined(GroupEvent.Joined event) {
        complete = event.status().isJoined();
        if (complete) {
            disk.kept = position;
        }
    }

    /** No command asks for one. */
    @Override
    public void onCausalPoint(GroupEvent.CausalPoint event) {}

    /** The change of the status says it. */
    @Override
    public void onSynced(GroupEvent.Synced event) {}

    @Override
    public void onCommitCut(GroupEvent.CommitCut event) {
        if (event.seqno() > 0) {
            say("all have applied " + event.seqno());
        }
    }

    @Override
    public void onVoteRequest(GroupEvent.VoteRequest event) {
        say("is asked to vote on write-set " + event.seqno());
    }

    @Override
    public void onVoteResult(GroupEvent.VoteResult event) {
        say("the vote on write-set " + event.seqno() + " is: " + (event.value() == 0 ? "success" : "failure"));
    }

    @Override
    public void onStateTransferLost(GroupEvent.StateTransferLost event) {
        say("state transfer lost: " + names.in(event.reason()));
    }

    /** The end says it. */
    @Override
    public void onLeft(GroupEvent.Left event) {}

    @Override
    public void onGroupView(EvsView view) {
        if (!voice.isWatched("evs") || view.isEmpty()) {
            return;
        }
        boolean regular = view.id().type() == ViewId.Type.REG;
        say((regular ? "EVS view " : "EVS transitional view of ") + view.id().seq() + ": " + names.of(view.members())
                + part("joined", view.joined()) + part("left", view.left()) + part("lost", view.partitioned()));
    }

    private String part(String what, List<UUID> nodes) {
        return nodes.isEmpty() ? "" : "; " + what + " " + names.of(nodes);
    }

    @Override
    public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
        say("\"" + ((OwnWriteSet) ticket).text() + "\" failed: " + reason);
    }

    /** No command asks for one. */
    @Override
    public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {}

    @Override
    public void save(SavedView view) {
        disk.saved = view;
    }

    @Override
    public void removeSavedView() {
        disk.saved = null;
    }

    @Override
    public void onConnected() {
        say("connected");
    }

    @Override
    public void onClosed(@Nullable StackFailure failure) {
        over = true;
        say(failure == null ? "has left" : "has ended: " + names.in(failure.message()));
    }

    @Override
    public void onLinkUp(long link, UUID peer, String address) {
        if (voice.isWatched("links")) {
            say("link to " + names.of(peer) + " is up");
        }
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        if (voice.isWatched("links")) {
            say("link to " + names.of(peer) + " is down: " + names.in(failure.message()));
        }
    }

    @Override
    public void onRefused(String address, LinkFailure failure) {
        if (voice.isWatched("refusals")) {
            say("refused: " + names.in(failure.message()));
        }
    }

    @Override
    public void onNotice(String text) {
        if (voice.isWatched("notices")) {
            say("notice: " + names.in(text));
        }
    }

    @Override
    public void onAnomaly(UUID source, String what) {
        say("dropped from " + names.of(source) + ": " + what);
    }
}
