package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.Collection;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the group now: state, view, members, messages, and what the others have told (chapter 02 section
 * 4). Shared by the parts of EVS, which hold the rules.
 */
final class GroupKnowledge {
    /** Nodes beyond are not taken notice of: their records would not fit a JOIN. */
    static final int MAX_KNOWN = EvsMessage.MAX_RECORDS;

    final UUID self;
    EvsSettings settings;

    /** Of the event that is handled. */
    long nowNs;

    private EvsState state = EvsState.CLOSED;
    ViewId view;
    int viewVersion;
    /** Members of the current view, by index. */
    KnownNode[] members;

    InputMap input = new InputMap(1, 0);
    /** Always contains this node. */
    final TreeMap<UUID, KnownNode> known = new TreeMap<>(Uuids.ORDER);

    final KnownNode me;
    /** The accepted proposal of the next view. */
    @Nullable
    Install install;

    int maxViewSeq;
    int attemptSeq = 1;
    int installTimeoutCount;
    /** When the INSTALL was accepted that this node has accepted last. */
    long installAcceptedNs = KnownNode.LONG_AGO;
    /** When a node was given up last. */
    long givenUpNs = KnownNode.LONG_AGO;

    long lastSent = -1;
    boolean closeRequested;
    boolean isolated;
    long isolatedUntilNs;

    GroupKnowledge(EvsSettings settings, UUID self, @Nullable ViewId restoredView) {
        this.settings = settings;
        this.self = self;
        this.me = new KnownNode(self, 0);
        this.view = new ViewId(ViewId.Type.TRANS, self, restoredView == null ? 0 : restoredView.seq() + 1);
        known.put(self, me);
        me.index = 0;
        members = new KnownNode[] {me};
    }

    EvsState state() {
        return state;
    }

    /** An illegal change is a bug of this class's users, never the doing of a peer. */
    void shift(EvsState to) {
        if (!state.mayBecome(to)) {
            throw new IllegalStateException("EVS state " + state + " to " + to);
        }
        state = to;
    }

    boolean isGathering() {
        return state == EvsState.GATHER;
    }

    boolean isOperational() {
        return state == EvsState.OPERATIONAL;
    }

    Collection<KnownNode> nodes() {
        return known.values();
    }

    /** Adds a node that was heard of; null if there are too many already. */
    @Nullable
    KnownNode learn(UUID uuid) {
        if (known.size() >= MAX_KNOWN) {
            return null;
        }
        KnownNode node = new KnownNode(uuid, nowNs);
        known.put(uuid, node);
        return node;
    }

    /**
     * Gives a node up until its entry is removed: its JOIN is void, and the next inactivity check finds it silent
     * (chapter 02 section 4). Does nothing for this node itself.
     */
    void setInactive(KnownNode node) {
        if (node != me) {
            givenUpNs = node.operational ? nowNs : givenUpNs;
            node.operational = false;
            node.join = null;
            node.progressNs = KnownNode.LONG_AGO;
        }
    }

    /** Whether nothing has come from a node for two and a half of the periods in which it repeats its JOIN. */
    boolean isSilent(KnownNode node) {
        return node.progressNs < nowNs - 5 * settings.joinRetransPeriodNs() / 2;
    }

    /** Whether nothing at all was heard of a node for that time, not even what counts as no progress. */
    boolean isUnheard(KnownNode node) {
        return isSilent(node) && node.seenNs < nowNs - 5 * settings.joinRetransPeriodNs() / 2;
    }

    /** Takes over what a member has acknowledged, according to another node; returns whether that is news. */
    boolean raiseSafe(NodeRecord record) {
        KnownNode node = known.get(record.uuid());
        return node != null && node.isMember() && input.raiseSafe(node.index, record.safeSeq());
    }

    /** The node whose duty it is to propose the next view. */
    boolean isRepresentative() {
        for (KnownNode node : known.values()) {
            if (node.operational && !node.inactive) {
                return node == me;
            }
        }
        return false;
    }
}
