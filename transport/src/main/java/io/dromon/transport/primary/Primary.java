package io.dromon.transport.primary;

import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The primary component: which partition may go on, at most one. Specification: chapter 03.
 *
 * <p>Sits on EVS: takes its views and its totally ordered messages, and gives views (PRIM, NON_PRIM) and numbered
 * messages to the layer above. It has no timers; whatever it does is the consequence of a view, a message or a call.
 *
 * <p>What the caller owes: all calls from one thread; views and messages in the order in which EVS delivered them; one
 * instance for one membership (after {@link PrimaryDeliveries#onFatal} or the empty view it is spent, a node that comes
 * back makes a new one). How messages that break the protocol are treated is a table in the description of this package.
 */
public final class Primary {
    /** Largest payload of {@link #send}, bytes. */
    public static final int MAX_PAYLOAD = 32636;

    private final PrimarySettings settings;
    private final OrderedChannel evs;
    private final TransportNews news;
    private final PrimaryOutbox outbox = new PrimaryOutbox();
    private final Component component;
    private final Instance self;
    private final UserMessages users;
    private final MemberStates exchange = new MemberStates();
    private final Formation formation;

    private boolean used;
    private boolean startPrimary;
    private boolean closing;
    private boolean ignoreSplitBrain;
    private boolean ignoreQuorum;
    private Set<UUID> evicted = Set.of();

    /**
     * @param self own UUID; the next incarnation of the saved one if {@code restored} is there
     * @param restored the view that was saved before a crash, if the node continues from it
     * @param news where notices go
     */
    public Primary(
            PrimarySettings settings, UUID self, Optional<SavedView> restored, OrderedChannel evs, TransportNews news) {
        if (self.equals(Uuids.NIL)) {
            throw new IllegalArgumentException("the nil UUID is no node");
        }
        this.settings = settings;
        this.evs = evs;
        this.news = news;
        this.ignoreSplitBrain = settings.ignoreSplitBrain();
        this.ignoreQuorum = settings.ignoreQuorum();
        PrimaryView saved = restored.map(SavedView::view).orElse(null);
        this.component = new Component(self, settings, saved);
        this.self = component.self;
        this.users = new UserMessages(component, settings.checksum(), outbox);
        this.formation = new Formation(component, exchange, users, evs, outbox, news, saved);
    }

    /**
     * CLOSED to NON_PRIM.
     *
     * @param startPrimary this node may declare itself the primary component; it then does not recover from a saved view
     */
    public void open(boolean startPrimary) {
        if (used && component.state() != PrimaryState.NON_PRIM) {
            throw new IllegalStateException("opened before, now " + component.state());
        }
        used = true;
        this.startPrimary = startPrimary;
        if (startPrimary) {
            formation.forgetRestored();
        }
        component.shift(PrimaryState.NON_PRIM);
        component.markNonPrimary();
    }

    public PrimaryState state() {
        return component.state();
    }

    /** Hands over what the last {@link #onView} or {@link #onMessage} has led to; to be called after each of them. */
    public void drain(PrimaryDeliveries above) {
        outbox.drain(above);
    }

    /** A view from EVS, TRANS or REG. */
    public void onView(EvsView view) {
        if (component.state() == PrimaryState.CLOSED) {
            return;
        }
        try {
            switch (view.id().type()) {
                case TRANS -> onTransitionalView(view);
                case REG -> onRegularView(view);
                default -> throw new FatalException("EVS delivered a view " + view.id());
            }
        } catch (FatalException e) {
            fail(e);
        }
    }

    /** A message from EVS, in its order. One that breaks agreement ends in {@link PrimaryDeliveries#onFatal}. */
    public void onMessage(UUID source, int userType, Order order, Encodable body) {
        if (component.state() == PrimaryState.CLOSED) {
            return;
        }
        try {
            if (body instanceof PcMessage message) {
                dispatch(source, userType, order, message);
            } else {
                receive(source, userType, order, Bytes.of(body));
            }
        } catch (FatalException e) {
            fail(e);
        }
    }

    /** Sends to the group (order SAFE); accepted in state PRIM only. */
    public SendResult send(int userType, Encodable payload) {
        SendResult refusal = refusalToSend(payload);
        if (refusal != null) {
            return refusal;
        }
        PcMessage.User message = users.next(payload);
        SendResult result = evs.send(userType, Order.SAFE, message);
        if (result == SendResult.ACCEPTED) {
            users.sent(message);
        }
        return result;
    }

    /** Sends to this node alone, behind everything that is known now. */
    public SendResult sendLocalCausal(int userType, Encodable payload, long nowNs) {
        SendResult refusal = refusalToSend(payload);
        return refusal != null ? refusal : evs.sendLocalCausal(userType, new PcMessage.LocalCausal(payload), nowNs);
    }

    /** All nodes that are evicted now; shown in the next state exchange. */
    public void setEvicted(Set<UUID> evicted) {
        this.evicted = Set.copyOf(evicted);
    }

    /**
     * {@code pc.bootstrap}: makes this non-primary component the primary one, on all its members, when the message that
     * this sends is delivered. In the primary component there is nothing to do and nothing is sent.
     *
     * @return AGAIN while the group is being re-formed, NOT_CONNECTED if there is no view yet or no more
     */
    public SendResult bootstrap() {
        return switch (component.state()) {
            case PRIM -> {
                news.onNotice("ignoring pc.bootstrap: this component is primary");
                yield SendResult.ACCEPTED;
            }
            case NON_PRIM -> {
                List<NodeEntry> entries = formation.presentEntries();
                yield entries == null
                        ? SendResult.NOT_CONNECTED
                        : formation.sendInstall(PcMessage.Purpose.BOOTSTRAP, entries);
            }
            case CLOSED -> SendResult.NOT_CONNECTED;
            default -> SendResult.AGAIN;
        };
    }

    /** {@code pc.weight} at run time, 0 to 255; accepted in state PRIM only, takes effect when delivered. */
    public SendResult changeWeight(int weight) {
        if (weight < 0 || weight > 255) {
            throw new IllegalArgumentException("pc.weight is " + weight + ", it must be 0 to 255");
        }
        List<NodeEntry> entries = component.state() == PrimaryState.PRIM ? formation.presentEntries() : null;
        if (entries == null) {
            return SendResult.AGAIN;
        }
        entries.replaceAll(entry -> entry.uuid().equals(self.uuid) ? entry.withWeight(weight) : entry);
        return formation.sendInstall(PcMessage.Purpose.WEIGHT_CHANGE, entries);
    }

    /** {@code pc.ignore_sb} and {@code pc.ignore_quorum} at run time. */
    public void setIgnore(boolean splitBrain, boolean quorum) {
        ignoreSplitBrain = splitBrain;
        ignoreQuorum = quorum;
    }

    /** A graceful leave begins; EVS is closed by the driver. */
    public void close() {
        closing = true;
    }

    /** Sum of the weights of the primary component, 0 if not in it. */
    public int clusterWeight() {
        return component.weight();
    }

    /** Weight of a member of the component as quorum is counted; 1 of each where one of them announces none. */
    public int weight(UUID member) {
        return component.weight(member);
    }

    /** Own weight as the group knows it. */
    public int weight() {
        return self.weight;
    }

    private void onTransitionalView(EvsView view) throws FatalException {
        EvsView previous = component.view();
        if (previous == null) {
            onFirstView(view);
            return;
        }
        if (component.state() == PrimaryState.TRANS) {
            throw new FatalException("two transitional views in a row: " + view.id());
        }
        if (!view.id().uuid().equals(previous.id().uuid())
                || view.id().seq() != previous.id().seq()) {
            throw new FatalException("transitional view " + view.id() + " does not belong to " + previous.id());
        }
        component.setView(view);
        component.shift(PrimaryState.TRANS);
        if (!keepsQuorum(view)) {
            component.markNonPrimary();
            formation.deliverNonPrimary();
        }
    }

    /**
     * The first transitional view, of this node alone: no quorum is needed, and a node that bootstraps becomes prim
     * (chapter 03 section 5.1).
     */
    private void onFirstView(EvsView view) throws FatalException {
        if (startPrimary) {
            if (view.members().size() != 1 || !view.members().contains(self.uuid)) {
                throw new FatalException("the first view of a node that starts the primary component has others in it");
            }
            component.startPrimary(view);
        }
        component.setView(view);
        component.shift(PrimaryState.TRANS);
    }

    /**
     * Whether this partition may stay primary: by its weight, or because options ignore the loss (chapter 03 section
     * 5.2).
     */
    private boolean keepsQuorum(EvsView view) {
        WeightedQuorum quorum = component.quorum(view);
        if (quorum == WeightedQuorum.KEPT) {
            return true;
        }
        if (closing) {
            return false;
        }
        if (ignoreSplitBrain && quorum == WeightedQuorum.SPLIT_BRAIN) {
            news.onNotice("ignoring a possible split brain, as pc.ignore_sb says");
            return true;
        }
        if (ignoreQuorum) {
            news.onNotice("ignoring lack of quorum, as pc.ignore_quorum says");
            return true;
        }
        return false;
    }

    /**
     * A regular view: the members exchange their states, or this node has left if it is empty (chapter 03 section 5.3).
     */
    private void onRegularView(EvsView view) throws FatalException {
        EvsView previous = component.view();
        if (component.state() != PrimaryState.TRANS || previous == null) {
            throw new FatalException("regular view " + view.id() + " in state " + component.state());
        }
        if (view.isEmpty()) {
            component.setView(view);
            component.shift(PrimaryState.NON_PRIM);
            component.markNonPrimary();
            outbox.view(component.nonPrimaryView());
            component.shift(PrimaryState.CLOSED);
            return;
        }
        if (view.id().seq() <= previous.id().seq()) {
            throw new FatalException("regular view " + view.id() + " is not newer than " + previous.id());
        }
        component.setView(view);
        exchange.clear();
        component.shift(PrimaryState.STATES_EXCHANGE);
        component.beginExchange();
        component.instances.markEvicted(evicted);
        SendResult result = evs.send(
                Formation.CONTROL, Order.SAFE, new PcMessage.State(component.version(), component.instances.entries()));
        if (result != SendResult.ACCEPTED && !closing) {
            throw new FatalException("own state could not be sent in " + view.id() + ": " + result);
        }
    }

    private void receive(UUID source, int userType, Order order, Bytes bytes) throws FatalException {
        PcMessage message;
        try {
            PcMessage.requireHeader(bytes);
            if (PcMessage.version(bytes) > PcMessage.MAX_VERSION) {
                news.onNotice("dropped a message of node " + Uuids.brief(source) + ": PC protocol version "
                        + PcMessage.version(bytes) + ", supported: " + PcMessage.MAX_VERSION);
                return;
            }
            if (PcMessage.type(bytes) == PcMessage.TYPE_USER) {
                if (settings.checksum()
                        && (PcMessage.flags(bytes) & PcMessage.FLAG_CHECKSUM) != 0
                        && !PcMessage.checksumMatches(bytes)) {
                    throw new FatalException("message checksum failed, source " + Uuids.brief(source));
                }
                onUser(source, userType, order, PcMessage.seq(bytes), bytes.skip(PcMessage.HEADER_LENGTH));
                return;
            }
            message = PcMessage.decode(bytes);
        } catch (MalformedMessageException e) {
            formation.violation(source, String.valueOf(e.getMessage()));
            return;
        }
        dispatch(source, userType, order, message);
    }

    private void dispatch(UUID source, int userType, Order order, PcMessage message) throws FatalException {
        if (message instanceof PcMessage.User user) {
            onUser(source, userType, order, user.seq(), user.payload());
        } else if (message instanceof PcMessage.LocalCausal causal) {
            outbox.message(source, userType, -1, causal.payload());
        } else if (message instanceof PcMessage.State states) {
            onState(source, states);
        } else if (message instanceof PcMessage.Install install) {
            formation.onInstall(source, install);
        }
    }

    /**
     * Counts a user message and passes it up; none can come before the INSTALL of this view (chapter 03 section 5.9).
     */
    private void onUser(UUID source, int userType, Order order, int seq, Encodable payload) throws FatalException {
        if (component.state() == PrimaryState.STATES_EXCHANGE || component.state() == PrimaryState.INSTALL) {
            throw new FatalException("user message of " + Uuids.brief(source) + " in state " + component.state());
        }
        String broken = users.deliver(source, userType, order, seq, payload);
        if (broken != null) {
            formation.violation(source, broken);
        }
    }

    /** Collects the states of all members; two primary components that meet are found here (chapter 03 section 5.4). */
    private void onState(UUID source, PcMessage.State message) throws FatalException {
        if (component.state() == PrimaryState.TRANS) {
            return;
        }
        if (component.state() != PrimaryState.STATES_EXCHANGE || !component.isPresent(source) || exchange.has(source)) {
            formation.violation(source, "STATE message that was not due, in state " + component.state());
            return;
        }
        NodeEntry own = message.entry(source);
        if (own == null) {
            formation.violation(source, "STATE message without an entry for its source");
            return;
        }
        if (self.prim && own.prim() && !own.lastPrim().equals(self.lastPrim)) {
            boolean mineIsGreater = self.lastPrim.compareTo(own.lastPrim()) > 0;
            if (mineIsGreater == settings.npvo()) {
                throw new FatalException("conflicting primary components: mine " + self.lastPrim + " gives way to "
                        + own.lastPrim() + " of node " + Uuids.brief(source));
            }
            news.onNotice("conflicting primary components: mine " + self.lastPrim + " stays, state of node "
                    + Uuids.brief(source) + " with " + own.lastPrim() + " discarded");
            return;
        }
        exchange.add(source, message);
        if (exchange.isComplete(component.present())) {
            onStatesComplete();
        }
    }

    private void onStatesComplete() throws FatalException {
        List<UUID> present = component.present();
        exchange.mergeInto(component.instances, present);
        exchange.validate(component.instances, present);
        String refusal = exchange.refusal(component.instances, present);
        if (refusal != null) {
            component.shift(PrimaryState.NON_PRIM);
            component.markNonPrimary();
            news.onNotice("no primary component is possible: " + refusal);
            formation.deliverNonPrimary();
            return;
        }
        component.shift(PrimaryState.INSTALL);
        List<NodeEntry> entries = formation.presentEntries();
        if (entries != null && present.get(0).equals(self.uuid)) {
            SendResult result = formation.sendInstall(PcMessage.Purpose.PLAIN, entries);
            if (result == SendResult.AGAIN || closing) {
                // EVS is re-forming the group already, or this node leaves: the next view starts the exchange anew.
                news.onNotice("INSTALL not sent: the group is being re-formed");
            } else if (result != SendResult.ACCEPTED) {
                throw new FatalException("INSTALL could not be sent: " + result);
            }
        }
    }

    private @Nullable SendResult refusalToSend(Encodable payload) {
        if (component.state() != PrimaryState.PRIM) {
            return component.state() == PrimaryState.CLOSED || component.state() == PrimaryState.NON_PRIM
                    ? SendResult.NOT_CONNECTED
                    : SendResult.AGAIN;
        }
        int length = payload.encodedLength();
        return length == 0 || length > MAX_PAYLOAD ? SendResult.WRONG_SIZE : null;
    }

    private void fail(FatalException failure) {
        component.fail();
        outbox.fatal(String.valueOf(failure.getMessage()));
    }
}
