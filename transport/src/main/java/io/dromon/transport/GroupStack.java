package io.dromon.transport;

import io.dromon.transport.evs.Evs;
import io.dromon.transport.evs.EvsDeliveries;
import io.dromon.transport.evs.EvsMesh;
import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.evs.EvsState;
import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.dromon.transport.mesh.Mesh;
import io.dromon.transport.mesh.MeshDeliveries;
import io.dromon.transport.primary.OrderedChannel;
import io.dromon.transport.primary.Primary;
import io.dromon.transport.primary.PrimaryDeliveries;
import io.dromon.transport.primary.PrimaryState;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mesh, EVS and primary component put together, with the order of joining and leaving (specification, chapter 03
 * section 7): the whole transport of one node without its sockets. A core: no I/O, no clock, no thread.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of link events, {@link #send}
 * and {@link #tick}; {@link #tick} when {@link #nextDeadlineNs} is reached. Nothing of {@link StackEffects} may call back
 * into the stack except {@link #send} and {@link #sendLocalCausal}.
 */
public final class GroupStack implements LinkEvents, GroupSender {
    private static final long ANNOUNCE_PERIOD_NS = 500_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private enum Phase {
        NEW,
        ANNOUNCING,
        WAITING_FOR_PRIMARY,
        CONNECTED,
        LEAVING,
        CLOSED
    }

    private final StackSettings settings;
    private final StackEffects effects;
    private final TransportNews news;
    private final Mesh mesh;
    private final Evs evs;
    private final Primary primary;
    private final EvsDeliveries fromEvs = new FromEvs();
    private final PrimaryDeliveries fromPrimary = new FromPrimary();
    private final boolean restoredPrimary;
    /** Members that broke the protocol in a way that all others saw; they are evicted once nothing else is under way. */
    private final List<UUID> violators = new ArrayList<>();

    private Phase phase = Phase.NEW;
    private long nowNs;
    private long announceUntilNs = NEVER;
    private long nextAnnounceNs = NEVER;
    private long phaseDeadlineNs = NEVER;
    /** Links that were established when this node announced itself last. */
    private long announcedTo;

    private @Nullable StackFailure pendingFailure;

    /**
     * @param self own UUID: fresh, or the next incarnation of the saved one
     * @param listenAddress own bound address as peers are told, {@code tcp://ip:port} or {@code ssl://ip:port}
     * @param restored the view that was saved before a crash, if the node continues from it
     * @param news hears what is for logs and counters
     */
    public GroupStack(
            StackSettings settings,
            UUID self,
            String listenAddress,
            Optional<SavedView> restored,
            Supplier<UUID> uuids,
            RandomGenerator random,
            Links links,
            StackEffects effects,
            TransportNews news) {
        this.settings = settings;
        this.effects = effects;
        this.news = news;
        this.mesh = new Mesh(settings.mesh(), self, listenAddress, uuids, random, links, new FromMesh(), news);
        restored.ifPresent(saved -> mesh.restore(members(saved.view())));
        this.evs =
                new Evs(settings.evs(), self, restored.map(saved -> saved.view().id()), new ToMesh());
        this.primary = new Primary(settings.primary(), self, restored, new ToEvs(), news);
        this.restoredPrimary = restored.isPresent() && restored.get().view().isPrimary() && !settings.startPrimary();
    }

    /** Starts to join (or, if told so, to bootstrap) the group. */
    public void open(List<String> initialAddresses, long nowNs) {
        this.nowNs = nowNs;
        mesh.start(initialAddresses, nowNs);
        evs.open(nowNs);
        settleEvs();
        primary.open(settings.startPrimary());
        if (settings.startPrimary()) {
            waitForPrimary();
        } else {
            phase = Phase.ANNOUNCING;
            announceUntilNs = nowNs + settings.announceTimeoutNs();
            nextAnnounceNs = nowNs;
        }
        tick(nowNs);
    }

    @Override
    public SendResult send(int userType, Encodable payload) {
        return primary.send(userType, payload);
    }

    @Override
    public SendResult sendLocalCausal(int userType, Encodable payload, long nowNs) {
        return primary.sendLocalCausal(userType, payload, nowNs);
    }

    /** Leaves gracefully; {@link StackEffects#onClosed} is the answer, within {@code pc.linger}. */
    public void leave(long nowNs) {
        if (phase == Phase.CLOSED || phase == Phase.LEAVING) {
            return;
        }
        this.nowNs = nowNs;
        if (phase == Phase.NEW) {
            finish();
            return;
        }
        phase = Phase.LEAVING;
        phaseDeadlineNs = nowNs + settings.lingerNs();
        primary.close();
        evs.close(nowNs);
        settleEvs();
    }

    /** The end of a batch: sends what is queued, delivers what is ordered. */
    public void endTurn(long nowNs) {
        this.nowNs = nowNs;
        if (phase == Phase.NEW || phase == Phase.CLOSED) {
            return;
        }
        evs.endTurn(nowNs);
        settleEvs();
        progress();
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        this.nowNs = nowNs;
        if (phase == Phase.NEW || phase == Phase.CLOSED) {
            return;
        }
        mesh.tick(nowNs);
        evs.tick(nowNs);
        settleEvs();
        progress();
    }

    /** When {@link #tick} is due next. */
    public long nextDeadlineNs() {
        if (phase == Phase.NEW || phase == Phase.CLOSED) {
            return NEVER;
        }
        long own = Math.min(
                phaseDeadlineNs, phase == Phase.ANNOUNCING ? Math.min(announceUntilNs, nextAnnounceNs) : NEVER);
        return Math.min(own, Math.min(mesh.nextDeadlineNs(), evs.nextDeadlineNs()));
    }

    /** For its status and its run-time options; what changes the membership goes through this class. */
    public Mesh mesh() {
        return mesh;
    }

    /** For its status. */
    public Evs evs() {
        return evs;
    }

    /** For its status and its run-time options. */
    public Primary primary() {
        return primary;
    }

    /** {@code evs.*} options at run time. */
    public void configure(EvsSettings evsSettings, long nowNs) {
        this.nowNs = nowNs;
        evs.configure(evsSettings, nowNs);
        settleEvs();
    }

    /**
     * {@code gmcast.isolate} (chapter 01 section 7.6): 1 closes all links and takes no new ones, 0 ends that, 2 ends the
     * transport by {@link StackEffects#onClosed} with a failure.
     */
    public void isolate(int mode, long nowNs) {
        this.nowNs = nowNs;
        if (mode == 2) {
            fail(StackFailure.Kind.PROTOCOL, "gmcast.isolate=2 has ended the transport; start the node again");
        } else {
            mesh.isolate(mode == 1, nowNs);
        }
    }

    /** {@code evs.evict}: a UUID, or null to clear the list. */
    public void evict(@Nullable UUID node, long nowNs) {
        this.nowNs = nowNs;
        if (node == null) {
            evs.clearEvicted(nowNs);
        } else {
            evs.evict(node, nowNs);
        }
        settleEvs();
    }

    @Override
    public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
        this.nowNs = nowNs;
        if (phase != Phase.CLOSED) {
            mesh.onAccepted(link, scheme, remoteIp, nowNs);
        }
    }

    @Override
    public void onConnected(long link, long nowNs) {
        this.nowNs = nowNs;
        if (phase != Phase.CLOSED) {
            mesh.onConnected(link, nowNs);
        }
    }

    @Override
    public void onClosed(long link, LinkFailure failure, long nowNs) {
        this.nowNs = nowNs;
        if (phase != Phase.CLOSED) {
            mesh.onClosed(link, failure, nowNs);
        }
    }

    @Override
    public void onResolved(String address, List<String> numeric, long nowNs) {
        this.nowNs = nowNs;
        if (phase != Phase.CLOSED) {
            mesh.onResolved(address, numeric, nowNs);
        }
    }

    @Override
    public void onMessage(long link, Bytes message, long nowNs) {
        this.nowNs = nowNs;
        if (phase != Phase.CLOSED) {
            mesh.onMessage(link, message, nowNs);
        }
    }

    /** Moves on through the phases of joining and leaving, and ends the stack where a layer cannot go on. */
    private void progress() {
        if (pendingFailure != null) {
            abort(pendingFailure);
            return;
        }
        if (phase == Phase.ANNOUNCING) {
            announce();
        }
        if (phase == Phase.WAITING_FOR_PRIMARY) {
            if (primary.state() == PrimaryState.PRIM || !mustWait()) {
                phase = Phase.CONNECTED;
                phaseDeadlineNs = NEVER;
                effects.onConnected();
            } else if (nowNs >= phaseDeadlineNs) {
                abort(new StackFailure(
                        StackFailure.Kind.NO_PRIMARY,
                        "failed to reach the primary component within pc.wait_prim_timeout ("
                                + settings.waitPrimTimeoutNs() / 1_000_000 + " ms); " + whatPeersSaid()));
            }
        } else if (phase == Phase.LEAVING && nowNs >= phaseDeadlineNs) {
            evs.abort(nowNs);
            settleEvs();
        }
    }

    private void announce() {
        if (mesh.established() != announcedTo) {
            announcedTo = mesh.established(); // somebody more who has not heard of this node
            nextAnnounceNs = nowNs;
        }
        boolean found = evs.knowsOthers();
        if (found || nowNs >= announceUntilNs || evs.state() != EvsState.JOINING) {
            if (evs.state() != EvsState.OPERATIONAL) {
                evs.gather(nowNs);
                settleEvs();
            }
            waitForPrimary();
        } else if (nowNs >= nextAnnounceNs) {
            evs.announce(nowNs);
            settleEvs();
            nextAnnounceNs = nowNs + ANNOUNCE_PERIOD_NS;
        }
    }

    private void waitForPrimary() {
        boolean bootstraps = phase == Phase.NEW;
        phase = Phase.WAITING_FOR_PRIMARY;
        announceUntilNs = NEVER;
        nextAnnounceNs = NEVER;
        phaseDeadlineNs = mustWait() ? nowNs + settings.waitPrimTimeoutNs() : NEVER;
        if (bootstraps) {
            evs.gather(nowNs);
            settleEvs();
        }
    }

    private boolean mustWait() {
        return settings.startPrimary() || (settings.waitPrimary() && !restoredPrimary);
    }

    private String whatPeersSaid() {
        Map<String, LinkFailure> refusals = mesh.refusals();
        if (refusals.isEmpty()) {
            return "no link failed: the peers that were reached are in no primary component themselves";
        }
        return refusals.values().stream().map(LinkFailure::message).collect(Collectors.joining("; "));
    }

    /** Does all that the last call of EVS leads to; the layers above take what it delivers in between. */
    private void settleEvs() {
        do {
            evs.drain(fromEvs);
        } while (evs.proceed() || evictsViolator());
    }

    private boolean evictsViolator() {
        if (violators.isEmpty() || phase == Phase.CLOSED) {
            return false;
        }
        evs.evict(violators.remove(0), nowNs);
        return true;
    }

    private void fail(StackFailure.Kind kind, String reason) {
        if (pendingFailure == null && phase != Phase.CLOSED) {
            pendingFailure = new StackFailure(kind, reason);
        }
    }

    /** Ends without a LEAVE: the others see a crash. */
    private void abort(StackFailure failure) {
        if (phase == Phase.CLOSED) {
            return;
        }
        pendingFailure = failure;
        if (evs.state() == EvsState.CLOSED) {
            finish();
        } else {
            phase = Phase.LEAVING;
            evs.abort(nowNs);
            settleEvs();
            if (phase != Phase.CLOSED) {
                finish();
            }
        }
    }

    private void finish() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        mesh.close();
        effects.removeSavedView();
        effects.onClosed(pendingFailure);
    }

    private final class FromMesh implements MeshDeliveries {
        @Override
        public void deliver(UUID source, Bytes message, long nowNs) throws MalformedMessageException {
            evs.receive(source, message, nowNs);
            settleEvs();
        }

        @Override
        public void onFatal(String reason) {
            fail(StackFailure.Kind.REFUSED, reason);
        }
    }

    /** What EVS asks of the mesh. */
    private final class ToMesh implements EvsMesh {
        @Override
        public void broadcast(Encodable message) {
            mesh.broadcast(message, nowNs);
        }

        @Override
        public void sendTo(UUID target, Encodable message) {
            mesh.sendTo(target, message, nowNs);
        }

        @Override
        public void allow(UUID node) {
            mesh.allow(node);
        }

        @Override
        public void evict(UUID node) {
            mesh.evict(node);
        }

        @Override
        public void unevict(UUID node) {
            mesh.unevict(node);
        }
    }

    /**
     * What EVS has delivered, for the primary component. Of a regular view the mesh hears first, since what the primary
     * component sends in it goes by the links of that view; and it is told who is evicted before the view, since it tells
     * the others of them in its state.
     */
    private final class FromEvs implements EvsDeliveries {
        @Override
        public void onMessage(UUID source, ViewId view, int userType, Order order, Encodable body) {
            if (pendingFailure == null) {
                primary.onMessage(source, userType, order, body);
                primary.drain(fromPrimary);
            }
        }

        @Override
        public void onView(EvsView view) {
            effects.onGroupView(view);
            if (view.id().type() == ViewId.Type.REG) {
                mesh.onRegularView(view.members(), view.left(), nowNs);
                primary.setEvicted(evs.evicted());
            }
            if (pendingFailure == null) {
                primary.onView(view);
                primary.drain(fromPrimary);
            } else if (view.isEmpty()) {
                finish();
            }
        }
    }

    /** What the primary component asks of EVS. */
    private final class ToEvs implements OrderedChannel {
        @Override
        public SendResult send(int userType, Order order, Encodable message) {
            return evs.send(userType, order, message);
        }

        @Override
        public SendResult sendLocalCausal(int userType, Encodable message, long nowNs) {
            return evs.sendLocalCausal(userType, message, Math.max(nowNs, GroupStack.this.nowNs));
        }
    }

    /** What the primary component has delivered, for the node. */
    private final class FromPrimary implements PrimaryDeliveries {
        @Override
        public void save(SavedView view) {
            effects.save(view);
        }

        @Override
        public void onView(PrimaryView view) {
            effects.deliverView(view);
            if (view.isEmpty()) {
                finish();
            } else if (view.isPrimary()) {
                mesh.onPrimaryView(members(view), nowNs);
            } else {
                mesh.onNonPrimaryView(nowNs);
            }
        }

        @Override
        public void onMessage(UUID source, int userType, long toSeq, Encodable payload) {
            effects.deliver(source, userType, toSeq, payload);
        }

        @Override
        public void onViolation(UUID source, String reason) {
            news.onNotice(reason + "; the node is evicted");
            violators.add(source);
        }

        @Override
        public void onFatal(String reason) {
            fail(StackFailure.Kind.PROTOCOL, reason);
        }
    }

    private static Collection<UUID> members(PrimaryView view) {
        return view.members().stream().map(PrimaryView.Member::uuid).toList();
    }
}
