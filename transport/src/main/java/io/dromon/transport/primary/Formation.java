package io.dromon.transport.primary;

import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a component becomes primary, stays so or not: the INSTALL messages with their purposes (chapter 03 sections 5.7,
 * 5.10 and 5.11), and the way back of a group that went down as a whole (section 6.4).
 */
final class Formation {
    /** EVS user type of STATE and INSTALL (section 2). */
    static final int CONTROL = 0xFF;

    private final Component component;
    private final MemberStates exchange;
    private final UserMessages users;
    private final OrderedChannel evs;
    private final PrimaryOutbox outbox;
    private final TransportNews news;
    private @Nullable PrimaryView restored;

    /** @param restored the primary view that was saved before a crash, if this node continues from it */
    Formation(
            Component component,
            MemberStates exchange,
            UserMessages users,
            OrderedChannel evs,
            PrimaryOutbox outbox,
            TransportNews news,
            @Nullable PrimaryView restored) {
        this.component = component;
        this.exchange = exchange;
        this.users = users;
        this.evs = evs;
        this.outbox = outbox;
        this.news = news;
        this.restored = restored;
    }

    /** This node does not come back to a saved view. */
    void forgetRestored() {
        restored = null;
    }

    /** An INSTALL, by its purpose and the state (chapter 03 sections 5.7, 5.10 and 5.11). */
    void onInstall(UUID source, PcMessage.Install message) throws FatalException {
        PcMessage.Purpose purpose = message.purpose();
        switch (component.state()) {
            case TRANS -> {
                if (purpose == PcMessage.Purpose.PLAIN) {
                    installInTransition(message);
                } else if (purpose == PcMessage.Purpose.WEIGHT_CHANGE) {
                    changeWeightInTransition(source, message);
                }
            }
            case PRIM -> {
                if (purpose == PcMessage.Purpose.WEIGHT_CHANGE) {
                    changeWeight(source, message);
                } else {
                    news.onNotice("ignoring INSTALL of node " + Uuids.brief(source) + ": this component is primary");
                }
            }
            case INSTALL, NON_PRIM -> {
                if (purpose == PcMessage.Purpose.WEIGHT_CHANGE) {
                    throw new FatalException(
                            "weight change of node " + Uuids.brief(source) + " in state " + component.state());
                }
                if (component.state() == PrimaryState.INSTALL && purpose == PcMessage.Purpose.BOOTSTRAP) {
                    news.onNotice("ignoring bootstrap of node " + Uuids.brief(source) + ": INSTALL is under way");
                } else {
                    install(source, message);
                }
            }
            default ->
                throw new FatalException("INSTALL of node " + Uuids.brief(source) + " in state " + component.state());
        }
    }

    /** Enters the primary component, if the INSTALL has this node as it has told itself (chapter 03 section 5.7). */
    private void install(UUID source, PcMessage.Install message) throws FatalException {
        NodeEntry mine = message.entry(component.self.uuid);
        if (mine == null || !component.self.agreesWith(mine)) {
            throw new FatalException("INSTALL of node " + Uuids.brief(source)
                    + (mine == null ? " has no entry for this node" : " differs from this node's own state"));
        }
        List<UUID> ahead = Progress.ahead(message.nodes(), mine);
        component.enterPrimary(component.requireView(), toSeq(message));
        users.restart();
        component.shift(PrimaryState.PRIM);
        PrimaryView view = component.primaryView(message.purpose() == PcMessage.Purpose.BOOTSTRAP, ahead);
        outbox.primaryView(new SavedView(component.self.uuid, view));
        restored = null;
        component.forgetOthers();
    }

    private static long toSeq(PcMessage.Install message) throws FatalException {
        long greatest = Long.MIN_VALUE;
        NodeEntry primary = null;
        for (NodeEntry entry : message.nodes()) {
            greatest = Math.max(greatest, entry.toSeq());
            if (entry.prim()) {
                if (primary != null && primary.toSeq() != entry.toSeq()) {
                    throw new FatalException(
                            "INSTALL with different to_seqs: " + primary.toSeq() + " and " + entry.toSeq());
                }
                primary = entry;
            }
        }
        return primary != null ? primary.toSeq() : greatest;
    }

    /**
     * An INSTALL that came too late: this node stays primary only if the present nodes outvote the others that it lists
     * (chapter 03 section 5.10).
     */
    private void installInTransition(PcMessage.Install message) {
        if (!component.outvotes(message, component.requireView())) {
            loseQuorumTo(message);
        }
    }

    /** The others may have formed a primary component by this message. */
    private void loseQuorumTo(PcMessage.Install message) {
        component.markNonPrimary();
        deliverNonPrimary();
        component.markUnknown(message);
    }

    /** Takes over the weight that the source announces for itself (chapter 03 section 5.11). */
    private void changeWeight(UUID source, PcMessage.Install message) {
        NodeEntry entry = message.entry(source);
        Instance instance = component.instances.find(source);
        if (entry == null || instance == null) {
            violation(source, "weight change without an entry for its source");
        } else {
            instance.weight = entry.weight();
        }
    }

    private void changeWeightInTransition(UUID source, PcMessage.Install message) {
        boolean torn = component.isTorn(component.requireView());
        changeWeight(source, message);
        if (torn) {
            loseQuorumTo(message);
        }
    }

    /** Tells that this component is not primary, and promotes it if it is the saved one (chapter 03 section 6.4). */
    void deliverNonPrimary() {
        outbox.view(component.nonPrimaryView());
        PrimaryView saved = restored;
        if (saved == null || component.state() != PrimaryState.NON_PRIM) {
            return;
        }
        List<NodeEntry> entries = presentEntries();
        Optional<String> refusal = Recovery.refusal(saved, component.instances, component.present());
        if (refusal.isPresent() || entries == null) {
            news.onNotice("no recovery of the saved primary component yet: " + refusal.orElse("no states"));
            return;
        }
        news.onNotice("all members of the saved primary component are back: promoting to primary component");
        SendResult result = sendInstall(PcMessage.Purpose.BOOTSTRAP, entries);
        if (result != SendResult.ACCEPTED) {
            news.onNotice("promotion not sent (" + result + "), the next view tries again");
        }
    }

    /** The members' own entries of the last exchange; null if there was none for the current view. */
    @Nullable
    List<NodeEntry> presentEntries() {
        return component.present().isEmpty() ? null : exchange.ownEntries(component.present());
    }

    /** Sends an INSTALL with these entries to the members. */
    SendResult sendInstall(PcMessage.Purpose purpose, List<NodeEntry> entries) {
        return evs.send(CONTROL, Order.SAFE, new PcMessage.Install(component.version(), purpose, entries));
    }

    /** A message that is wrong in itself was dropped. */
    void violation(UUID source, String reason) {
        outbox.violation(source, "message of node " + Uuids.brief(source) + " dropped: " + reason);
    }
}
