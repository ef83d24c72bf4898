package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Extended virtual synchrony: views and totally ordered safe messages over the mesh. Specification: chapter 02.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #receive}, {@link
 * #send} and {@link #tick} (queued messages, completions and acknowledgements go out there, once for the whole batch);
 * {@link #tick} when {@link #nextDeadlineNs} is reached.
 */
public final class Evs {

    private final GroupKnowledge group;
    private final Timers timers;
    private final Traffic traffic;
    private final Membership membership;
    private final FailureDetector failureDetector;
    private final DelayedNodes delayedNodes;
    private final EarlyMessages early = new EarlyMessages();
    private boolean opened;
    /** Depth of calls: what the layer above asks for from inside of a delivery is done at the end. */
    private int depth;

    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private boolean abortRequested;
    private long causalKeepaliveNs = KnownNode.LONG_AGO;

    /**
     * @param restoredView the primary view that was saved before a crash, if this node continues from it
     */
    public Evs(EvsSettings settings, UUID self, Optional<ViewId> restoredView, EvsEffects effects) {
        group = new GroupKnowledge(settings, self, restoredView.orElse(null), effects);
        timers = new Timers(group);
        Consensus consensus = new Consensus(group);
        traffic = new Traffic(group, consensus);
        membership = new Membership(group, consensus, traffic, timers);
        failureDetector = new FailureDetector(group, consensus, membership, timers);
        delayedNodes = new DelayedNodes(group, traffic);
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
        end();
    }

    /** Broadcasts a JOIN without processing it; for the announce phase of a joiner (section 7.13). */
    public void announce(long nowNs) {
        if (group.state() == EvsState.JOINING) {
            begin(nowNs);
            membership.sendJoin();
            end();
        }
    }

    /** Sends a JOIN and processes it: bootstraps, or ends the announce phase (section 7.13). */
    public void gather(long nowNs) {
        if (group.state() == EvsState.JOINING || group.state() == EvsState.GATHER) {
            begin(nowNs);
            membership.sendJoinAndProcess();
            end();
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
        filter(decoded, true);
        end();
    }

    // Receive pipeline (section 6.1)

    private void filter(EvsMessage message, boolean direct) {
        EvsState state = group.state();
        UUID source = message.source();
        if (state == EvsState.CLOSED || source.equals(group.self) || group.isEvicted(source) || group.isolated) {
            return;
        }
        KnownNode node = group.known.get(source);
        if (node == null) {
            onForeign(source, message);
            return;
        }
        boolean repeated = message.isRetransmitted();
        if (direct && !repeated) {
            node.seenNs = group.nowNs;
        }
        ViewId sourceView = message.view();
        boolean ofThisView = sourceView.equals(group.view);
        if (!(state == EvsState.LEAVING && ofThisView) && !node.operational && node.leave == null && !repeated) {
            return;
        }
        if (!repeated && message.fifoSeq() != -1) {
            if (message.fifoSeq() <= node.fifoSeq) {
                return;
            }
            node.fifoSeq = message.fifoSeq();
        }
        if (ofThisView && !node.isMember()) {
            return;
        }
        dispatch(node, message);
    }

    private void onForeign(UUID source, EvsMessage message) {
        traffic.settle();
        if (group.state() == EvsState.LEAVING && message instanceof Install install) {
            membership.installation.onInstallWhileLeaving(install);
        } else {
            membership.onForeign(source, message);
        }
    }

    private void dispatch(KnownNode source, EvsMessage message) {
        if (message instanceof User user) {
            onUser(source, user);
        } else if (message instanceof Gap gap) {
            onGap(source, gap);
        } else if (message instanceof Delegate delegate) {
            onDelegate(delegate);
        } else {
            traffic.settle(); // what this turn has brought of the view comes before what may end it
            onMembershipMessage(source, message);
        }
    }

    private void onUser(KnownNode source, User message) {
        if (message.view().equals(group.view)) {
            if (group.install == null && traffic.onUser(source, message)) {
                membership.sendJoinAndProcess();
            }
        } else if (membership.installation.fastForward(source, message)) {
            replayEarly();
            onUser(source, message);
        } else {
            keepIfEarly(source, message);
        }
    }

    private void onGap(KnownNode source, Gap message) {
        boolean proposed = isAhead(message);
        if (message.view().equals(group.view)) {
            if (!message.isCommit() && traffic.onGap(source, message)) {
                membership.sendJoinAndProcess();
            }
        } else if (proposed && message.isCommit()) {
            membership.installation.onCommitGap(source, message.seq());
        } else if (proposed && group.state() == EvsState.INSTALL) {
            membership.installation.onInstallGap(source);
        } else {
            keepIfEarly(source, message);
        }
    }

    private void onDelegate(Delegate delegate) {
        if (delegate.view().equals(group.view)) {
            filter(delegate.inner(), false);
        } else {
            keepIfEarly(group.me, delegate);
        }
    }

    private void onMembershipMessage(KnownNode source, EvsMessage message) {
        if (message instanceof Join join) {
            boolean ahead = isAhead(join);
            if (!ahead) {
                early.forgetGaps(source.uuid);
            } else if (!(group.state() == EvsState.INSTALL && isInstaller(source))) {
                early.add(join); // its sender has entered the view and agrees on the next one already
                return;
            }
            membership.onJoin(source, join);
        } else if (message instanceof Install install) {
            membership.installation.onInstall(source, install);
        } else if (message instanceof Leave leave) {
            if (isAhead(leave)) {
                early.add(leave);
            } else {
                membership.onLeave(source, leave);
            }
        } else if (message instanceof DelayedList list && group.settings.autoEvict() > 0) {
            delayedNodes.onList(source, list).forEach(membership::evict);
        }
    }

    /** Whether a message is of the view that this node is about to enter. */
    private boolean isAhead(EvsMessage message) {
        Install install = group.install;
        return install != null && message.view().equals(install.installView());
    }

    private boolean isInstaller(KnownNode source) {
        return group.install != null && group.install.source().equals(source.uuid);
    }

    /** Of a view that this node may be about to enter. */
    private void keepIfEarly(KnownNode source, EvsMessage message) {
        boolean waiting = group.state() == EvsState.GATHER || group.state() == EvsState.INSTALL;
        if (waiting && EarlyMessages.mayBeEarly(message) && !group.isFromPreviousView(source, message.view())) {
            early.add(message);
        }
    }

    /** Handles what came early, now that the state may have changed. The FIFO filter has seen it already. */
    private void replayEarly() {
        for (EvsMessage message = early.poll(this::isDue); message != null; message = early.poll(this::isDue)) {
            KnownNode source = group.known.get(message.source());
            boolean ofThisView = message.view().equals(group.view);
            if (source != null && source.operational && (!ofThisView || source.isMember())) {
                dispatch(source, message);
            }
        }
        if (group.state() != EvsState.GATHER && group.state() != EvsState.INSTALL) {
            early.clear();
        }
    }

    private boolean isDue(EvsMessage message) {
        if (message.view().equals(group.view)) {
            return true;
        }
        if (!isAhead(message)) {
            return false;
        }
        if (message instanceof Gap gap) {
            return gap.isCommit() ? group.isGathering() : group.state() == EvsState.INSTALL;
        }
        KnownNode source = group.known.get(message.source());
        return message instanceof User && source != null && source.operational;
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
     * Asks for {@code body} to be delivered to this node alone (order LOCAL_CAUSAL, {@link EvsEffects#deliver} with order
     * {@link Order#SAFE} and the given user type), once everything that is known now is safely delivered (section 5.8).
     * Delivered at the end of the turn at the earliest, never from inside of this call.
     */
    public SendResult sendLocalCausal(int userType, Encodable body, long nowNs) {
        if (!group.isOperational()) {
            return traffic.refusal();
        }
        CausalQueue causal = traffic.delivery.causal;
        if (causal.isFull()) {
            return SendResult.AGAIN;
        }
        group.nowNs = nowNs;
        long target = group.input.aru();
        if (nowNs - causalKeepaliveNs >= group.settings.causalKeepalivePeriodNs()) {
            traffic.keepalive();
            causalKeepaliveNs = nowNs;
            target = group.lastSent;
        }
        causal.add(userType, body, target);
        return SendResult.ACCEPTED;
    }

    /** The end of a batch: sends what is queued and due, delivers what is safe. */
    public void endTurn(long nowNs) {
        begin(nowNs);
        traffic.settle();
        end();
    }

    /** Does what is due by now; harmless earlier. */
    public void tick(long nowNs) {
        if (group.state() == EvsState.CLOSED || nowNs < timers.next()) {
            return;
        }
        begin(nowNs);
        traffic.settle();
        if (timers.inactivityNs <= nowNs) {
            timers.armInactivity();
            failureDetector.onInactivityTimer(group.settings.autoEvict() > 0 ? delayedNodes : null);
            group.expireViews();
            group.expireEvicted();
        }
        if (timers.joinNs <= nowNs) {
            membership.tellNews();
        }
        if (timers.retransmissionNs <= nowNs) {
            timers.armRetransmission();
            membership.onRetransmissionTimer();
        }
        if (timers.installNs <= nowNs) {
            failureDetector.onInstallTimer();
        }
        end();
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
        end();
    }

    /** Ends at once, without a LEAVE; delivers the last views as section 7.10 says (linger ran out, or after a fatal). */
    public void abort(long nowNs) {
        begin(nowNs);
        abortRequested = true;
        end();
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
            later.add(() -> {
                if (group.isOperational()) {
                    membership.shiftToGather(true);
                }
            });
        }
        end();
    }

    /** {@code evs.evict}: evicts by hand. */
    public void evict(UUID node, long nowNs) {
        begin(nowNs);
        later.add(() -> membership.evict(node));
        end();
    }

    /** {@code evs.evict} with an empty value. */
    public void clearEvicted(long nowNs) {
        begin(nowNs);
        group.clearEvicted();
        end();
    }

    public Set<UUID> evicted() {
        return Set.copyOf(group.evicted());
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

    // Every entry

    private void begin(long nowNs) {
        group.nowNs = nowNs;
        depth++;
    }

    private void end() {
        if (depth == 1) {
            if (!early.isEmpty()) {
                replayEarly();
            }
            finish();
        }
        depth--;
    }

    /** Does what was asked for, now that nothing else is going on. */
    private void finish() {
        for (Runnable action = later.poll(); action != null; action = later.poll()) {
            traffic.settle();
            action.run();
        }
        if (abortRequested && group.state() != EvsState.CLOSED) {
            membership.enterClosed();
        } else if (group.closeRequested
                && (group.state() == EvsState.OPERATIONAL || group.state() == EvsState.JOINING)) {
            traffic.settle();
            membership.leave();
        }
    }
}
