package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.ViewId;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Extended virtual synchrony: views and totally ordered safe messages over the mesh. Specification: chapter 02.
 *
 * <p>Calls go down, results come up through an outbox: nothing is delivered from inside of a call. After each call that
 * is given a time the caller takes what was delivered by {@link #drain} and has EVS go on by {@link #proceed}, in turn,
 * until nothing is left; only then comes the next such call. {@link #send} and {@link #sendLocalCausal} may be called at
 * any time, also while a delivery is taken.
 *
 * <p>What the caller owes beside that: all calls from one thread; {@link #endTurn} after each batch of {@link #receive}, {@link
 * #send} and {@link #tick} (queued messages, completions and acknowledgements go out there, once for the whole batch);
 * {@link #tick} when {@link #nextDeadlineNs} is reached.
 */
public final class Evs {

    private final GroupKnowledge group;
    private final PastViews views;
    private final EvictedNodes evicted;
    private final Timers timers;
    private final Traffic traffic;
    private final ViewChange viewChange;
    private final Gather gather;
    private final Departure departure;
    private final Installation installation;
    private final Membership membership;
    private final FailureDetector failureDetector;
    private final DelayedNodes delayedNodes;
    private final EvsReceiver receiver;
    private boolean opened;
    /** What the last call still has to do. */
    private final Agenda agenda = new Agenda();

    private final Runnable end = this::end;
    private final Runnable leaveIfAsked = this::leaveIfAsked;
    private boolean abortRequested;
    private long causalKeepaliveNs = KnownNode.LONG_AGO;

    /**
     * @param restoredView the primary view that was saved before a crash, if this node continues from it
     */
    public Evs(EvsSettings settings, UUID self, Optional<ViewId> restoredView, EvsMesh mesh) {
        group = new GroupKnowledge(settings, self, restoredView.orElse(null));
        views = new PastViews(group, restoredView.orElse(null));
        evicted = new EvictedNodes(group, mesh);
        timers = new Timers(group);
        EvsSender sender = new EvsSender(group, mesh);
        MissingMessages missing = new MissingMessages(group, sender);
        Consensus consensus = new Consensus(group);
        traffic = new Traffic(group, consensus, sender, new OrderedDelivery(group), missing, agenda);
        viewChange = new ViewChange(group, views, traffic, timers, agenda);
        NodeRecords records = new NodeRecords(group, evicted);
        gather = new Gather(group, records, sender, traffic, timers, mesh);
        departure = new Departure(group, sender, traffic, timers, viewChange);
        installation =
                new Installation(group, consensus, views, records, sender, gather, viewChange, departure, agenda);
        membership = new Membership(group, consensus, views, evicted, gather, traffic, installation, agenda);
        failureDetector = new FailureDetector(group, consensus, gather, membership, installation, viewChange, timers);
        delayedNodes = new DelayedNodes(group, evicted, sender, missing);
        receiver = new EvsReceiver(
                group, views, evicted, traffic, membership, installation, departure, delayedNodes, agenda);
    }

    /**
     * CLOSED to JOINING. The first transitional view {self} is delivered on entering the first regular view. An
     * instance is opened once; after its end a new one is made.
     */
    public void open(long nowNs) {
        if (opened) {
            throw new IllegalStateException("EVS was opened before");
        }
        opened = true;
        begin(nowNs);
        group.me.progressNs = nowNs;
        group.shift(EvsState.JOINING);
        timers.armRetransmission();
        agenda.add(end);
    }

    /** Broadcasts a JOIN without processing it; for the announce phase of a joiner (section 7.13). */
    public void announce(long nowNs) {
        if (group.state() == EvsState.JOINING) {
            begin(nowNs);
            gather.sendJoin();
            agenda.add(end);
        }
    }

    /** Sends a JOIN and processes it: bootstraps, or ends the announce phase (section 7.13). */
    public void gather(long nowNs) {
        if (group.state() == EvsState.JOINING || group.state() == EvsState.GATHER) {
            begin(nowNs);
            membership.sendJoinAndProcess();
            agenda.add(end);
        }
    }

    /** Whether any node but this one is known. */
    public boolean knowsOthers() {
        return group.known.size() > 1;
    }

    public EvsState state() {
        return group.state();
    }

    /**
     * A message from the mesh.
     *
     * @param source originator, from the header of the mesh
     * @throws MalformedMessageException if it is none; nothing was changed, the caller drops the link it came from
     */
    public void receive(UUID source, Bytes message, long nowNs) throws MalformedMessageException {
        EvsMessage decoded = EvsDecoder.decode(source, message, group.view);
        if (decoded == null) {
            return;
        }
        begin(nowNs);
        receiver.receive(decoded);
        if (!agenda.isEmpty() || hasMore()) {
            agenda.add(end);
        }
    }

    // The layer above

    /** Queues a message to the group; it is delivered to this node as well, in its order. */
    public SendResult send(int userType, Order order, Encodable body) {
        if (order == Order.DROP || order == Order.UNRELIABLE) {
            throw new IllegalArgumentException("order " + order + " is not for user messages");
        }
        return traffic.enqueue(userType, order, body);
    }

    /**
     * Asks for {@code body} to be delivered to this node alone (order LOCAL_CAUSAL, {@link EvsDeliveries#onMessage} with order
     * {@link Order#SAFE} and the given user type), once everything that is known now is safely delivered (section 5.8).
     * Delivered at the end of the turn at the earliest, never from inside of this call.
     *
     * <p>What was delivered anywhere in this view is known here already. What matters is whether the others are still in
     * it: one of them shows it by acknowledging what was sent after the request, or less than
     * {@code evs.causal_keepalive_period} before it. In that time nobody can have been given up, which takes
     * {@code evs.suspect_timeout} of silence.
     *
     * @param nowNs not before the moment of the request
     */
    public SendResult sendLocalCausal(int userType, Encodable body, long nowNs) {
        if (!traffic.acceptsSends()) {
            return traffic.refusal();
        }
        CausalQueue causal = traffic.delivery.causal;
        if (causal.isFull()) {
            return SendResult.AGAIN;
        }
        group.nowNs = nowNs;
        long target = group.input.aru();
        long periodNs = Math.min(group.settings.causalKeepalivePeriodNs(), group.settings.suspectTimeoutNs() / 2);
        if (nowNs - causalKeepaliveNs >= periodNs) {
            long next = group.lastSent + 1;
            traffic.keepalive(); // where the window is full, what is queued follows
            causalKeepaliveNs = nowNs;
            target = Math.max(next, group.lastSent);
        }
        causal.add(userType, body, target);
        return SendResult.ACCEPTED;
    }

    /** The end of a batch: sends what is queued and due, delivers what is safe. */
    public void endTurn(long nowNs) {
        begin(nowNs);
        traffic.settle();
        if (hasMore()) {
            agenda.add(end);
        }
    }

    /** Does what is due by now; harmless earlier. */
    public void tick(long nowNs) {
        if (group.state() == EvsState.CLOSED || nowNs < timers.next()) {
            return;
        }
        begin(nowNs);
        traffic.settle();
        agenda.add(this::onInactivityTimer);
        agenda.add(this::onJoinTimer);
        agenda.add(this::onRetransmissionTimer);
        agenda.add(this::onInstallTimer);
        agenda.add(end);
    }

    private void onInactivityTimer() {
        if (timers.inactivityNs <= group.nowNs) {
            timers.armInactivity();
            failureDetector.onInactivityTimer(group.settings.autoEvict() > 0 ? delayedNodes : null);
            views.expire();
            evicted.expire();
        }
    }

    private void onJoinTimer() {
        if (timers.joinNs <= group.nowNs) {
            membership.tellNews();
        }
    }

    private void onRetransmissionTimer() {
        if (timers.retransmissionNs <= group.nowNs) {
            timers.armRetransmission();
            repeat();
        }
    }

    private void onInstallTimer() {
        if (timers.installNs <= group.nowNs) {
            failureDetector.onInstallTimer();
        }
    }

    /** Repeats what the others may have missed, by the state (section 7.2). */
    private void repeat() {
        Install install = group.install;
        switch (group.state()) {
            case JOINING -> membership.sendJoinAndProcess();
            case GATHER -> {
                if (install == null) {
                    gather.completeSequence();
                    membership.sendJoinAndProcess();
                } else {
                    installation.repeat(install);
                }
            }
            case INSTALL -> {
                if (install != null) {
                    installation.repeat(install);
                }
            }
            case OPERATIONAL -> traffic.keepalive();
            case LEAVING -> departure.repeat();
            case CLOSED -> timers.stop();
        }
    }

    /** When {@link #tick} is due next; when a turn was cut short, the time of its end: {@link #endTurn} goes on. */
    public long nextDeadlineNs() {
        if (group.state() == EvsState.CLOSED) {
            return Timers.OFF;
        }
        return traffic.isUnfinished() ? Math.min(group.nowNs, timers.next()) : timers.next();
    }

    /** Leaves gracefully; the empty view is the answer. While a view is being agreed on, once it is installed. */
    public void close(long nowNs) {
        begin(nowNs);
        group.closeRequested = true;
        agenda.add(end);
    }

    /** Ends at once, without a LEAVE; delivers the last views as section 7.10 says (linger ran out, or after a fatal). */
    public void abort(long nowNs) {
        begin(nowNs);
        abortRequested = true;
        agenda.add(end);
    }

    /** Changes settings at run time (section 9, column R). */
    public void configure(EvsSettings settings, long nowNs) {
        begin(nowNs);
        EvsSettings before = group.settings;
        group.settings = settings;
        if (timers.retransmissionNs != Timers.OFF
                && (before.keepalivePeriodNs() != settings.keepalivePeriodNs()
                        || before.joinRetransPeriodNs() != settings.joinRetransPeriodNs())) {
            timers.armRetransmission();
        }
        if (timers.installNs != Timers.OFF && before.installTimeoutNs() != settings.installTimeoutNs()) {
            timers.armInstall();
        }
        if (before.version() != settings.version()) {
            traffic.settle();
            agenda.add(() -> {
                if (group.isOperational()) {
                    gather.shiftToGather(true);
                }
            });
        }
        agenda.add(end);
    }

    /** {@code evs.evict}: evicts by hand. */
    public void evict(UUID node, long nowNs) {
        begin(nowNs);
        traffic.settle();
        agenda.add(() -> membership.evict(node));
        agenda.add(end);
    }

    /** {@code evs.evict} with an empty value. */
    public void clearEvicted(long nowNs) {
        begin(nowNs);
        evicted.clear();
        agenda.add(end);
    }

    public Set<UUID> evicted() {
        return Set.copyOf(evicted.uuids());
    }

    /** Bytes queued by {@link #send} and not sent yet. */
    public int queuedBytes() {
        return traffic.queue.bytes();
    }

    /** What this node waits for, in one line: for debugging and for failing tests. */
    String describe() {
        StringBuilder text = new StringBuilder(group.view.toString());
        text.append(" safe ").append(group.input.safe()).append(" aru ").append(group.input.aru());
        text.append(group.isolated ? " isolated" : "")
                .append(" sent ")
                .append(group.lastSent)
                .append(" queued ")
                .append(traffic.queue.size());
        if (group.install != null) {
            text.append(" installing ").append(group.install.installView());
        }
        for (KnownNode node : group.nodes()) {
            node.describe(text);
        }
        return text.toString();
    }

    // What a call leads to

    /**
     * Hands over what was delivered so far. To be called after each call that is given a time, and then again as long as
     * {@link #proceed} is true.
     */
    public void drain(EvsDeliveries above) {
        traffic.delivery.drain(above);
    }

    /** Goes on with the last call, now that the layer above has taken what was delivered; false if nothing is left. */
    public boolean proceed() {
        return agenda.doNext();
    }

    private void begin(long nowNs) {
        if (!agenda.isEmpty() || !traffic.delivery.isTaken()) {
            throw new IllegalStateException("the last call is not done: drain() and proceed()");
        }
        group.nowNs = nowNs;
        failureDetector.noticeOwnStop();
    }

    /** Whether something was left for the end of a call. */
    private boolean hasMore() {
        return receiver.hasEarly() || abortRequested || group.closeRequested;
    }

    private void end() {
        receiver.replayEarly();
        agenda.add(leaveIfAsked);
    }

    private void leaveIfAsked() {
        if (abortRequested && group.state() != EvsState.CLOSED) {
            viewChange.leave();
        } else if (group.closeRequested
                && (group.state() == EvsState.OPERATIONAL || group.state() == EvsState.JOINING)) {
            traffic.settle();
            agenda.add(departure::leave);
        }
    }
}
