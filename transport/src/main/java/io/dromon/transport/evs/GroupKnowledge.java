package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows (chapter 02 section 4): shared by the parts of EVS, which hold the rules. One thread.
 */
final class GroupKnowledge {
    /** Nodes beyond are not taken notice of: their records would not fit a JOIN. */
    static final int MAX_KNOWN = EvsMessage.MAX_RECORDS;

    private static final int MAX_EVICTED = 256;
    private static final int MAX_VIEWS = 16384;

    final UUID self;
    final EvsEffects effects;
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
    /** Never reset. */
    private long fifoSeq = -1;

    private final Map<ViewId, Long> previousViews = new LinkedHashMap<>();
    private final Set<ViewId> gatherViews = new HashSet<>();
    private final TreeMap<UUID, Long> evicted = new TreeMap<>(Uuids.ORDER);

    GroupKnowledge(EvsSettings settings, UUID self, @Nullable ViewId restoredView, EvsEffects effects) {
        this.settings = settings;
        this.self = self;
        this.effects = effects;
        this.me = new KnownNode(self, 0);
        this.view = new ViewId(ViewId.Type.TRANS, self, restoredView == null ? 0 : restoredView.seq() + 1);
        if (restoredView != null) {
            previousViews.put(restoredView, 0L);
        }
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

    long nextFifoSeq() {
        return ++fifoSeq;
    }

    /** During isolation nothing leaves this node (section 7.11). */
    void broadcast(Encodable message) {
        if (!isolated) {
            effects.broadcast(message);
        }
    }

    void sendTo(KnownNode target, Encodable message) {
        if (!isolated) {
            effects.sendTo(target.uuid, message);
        }
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

    /** The node whose duty it is to propose the next view. */
    boolean isRepresentative() {
        for (KnownNode node : known.values()) {
            if (node.operational && !node.inactive) {
                return node == me;
            }
        }
        return false;
    }

    // Views

    boolean isPreviousView(ViewId id) {
        return previousViews.containsKey(id);
    }

    /** Whether a message with this source view comes from a view that is over (section 6.1). */
    boolean isFromPreviousView(@Nullable KnownNode source, ViewId sourceView) {
        if (sourceView.equals(view)) {
            return false;
        }
        return isPreviousView(sourceView) || (source != null && source.isMember() && sourceView.seq() < view.seq());
    }

    void addGatherView(ViewId id) {
        if (gatherViews.size() < MAX_VIEWS) {
            gatherViews.add(id);
        }
    }

    /** The views that the last gather saw are over. */
    void forgetGatherViews() {
        gatherViews.add(view);
        for (ViewId id : gatherViews) {
            previousViews.put(id, nowNs);
        }
        gatherViews.clear();
        Iterator<ViewId> oldest = previousViews.keySet().iterator();
        for (int excess = previousViews.size() - MAX_VIEWS; excess > 0; excess--) {
            oldest.next();
            oldest.remove();
        }
    }

    void expireViews() {
        previousViews.values().removeIf(sinceNs -> sinceNs + settings.viewForgetTimeoutNs() < nowNs);
    }

    // Evicted nodes

    boolean isEvicted(UUID uuid) {
        return !evicted.isEmpty() && evicted.containsKey(uuid);
    }

    Set<UUID> evicted() {
        return evicted.keySet();
    }

    /** Returns whether that is news. */
    boolean evict(UUID uuid) {
        if (uuid.equals(self) || evicted.size() >= MAX_EVICTED || evicted.putIfAbsent(uuid, nowNs) != null) {
            return false;
        }
        effects.evict(uuid);
        return true;
    }

    void expireEvicted() {
        if (evicted.isEmpty()) {
            return;
        }
        List<UUID> over = new ArrayList<>();
        evicted.forEach((uuid, sinceNs) -> {
            if (sinceNs + settings.viewForgetTimeoutNs() < nowNs) {
                over.add(uuid);
            }
        });
        over.forEach(this::unevict);
    }

    void clearEvicted() {
        List.copyOf(evicted.keySet()).forEach(this::unevict);
    }

    private void unevict(UUID uuid) {
        evicted.remove(uuid);
        effects.unevict(uuid);
    }

    // What this node tells of the others (section 7.3)

    /** Creates a JOIN of this node and stores it. */
    Join createJoin() {
        Join join =
                new Join(self, settings.version(), 0, nextFifoSeq(), view, input.safe(), input.aru(), joinRecords());
        me.join = join;
        return join;
    }

    /**
     * Without what nodes were before they were started again: nobody waits for that but a Galera node that is told of
     * it, for its suspect timeout.
     */
    List<NodeRecord> joinRecords() {
        List<NodeRecord> records = records();
        records.removeIf(record -> {
            KnownNode node = known.get(record.uuid());
            return node != null && node.former && !node.isMember() && node.join == null;
        });
        return records;
    }

    private List<NodeRecord> records() {
        List<NodeRecord> records = new ArrayList<>(known.size() + evicted.size());
        for (KnownNode node : known.values()) {
            records.add(record(node));
        }
        if (!evicted.isEmpty()) {
            for (UUID uuid : evicted.keySet()) {
                if (records.size() < EvsMessage.MAX_RECORDS && !known.containsKey(uuid)) {
                    records.add(new NodeRecord(uuid, NodeRecord.EVICTED, 0, -1, ViewId.NIL, -1, -1, -1));
                }
            }
            records.sort(Comparator.comparing(NodeRecord::uuid, Uuids.ORDER));
        }
        return records;
    }

    private NodeRecord record(KnownNode node) {
        boolean isEvicted = isEvicted(node.uuid);
        int flags = (node.operational ? NodeRecord.OPERATIONAL : 0)
                | (node.suspected && node != me ? NodeRecord.SUSPECTED : 0)
                | (isEvicted ? NodeRecord.EVICTED : 0);
        if (node == me) {
            return localRecord(node, flags, -1);
        }
        if (node.join != null) {
            if (node.join.view().equals(view) && node.isMember()) {
                return localRecord(node, flags, -1);
            }
            NodeRecord own = node.join.record(node.uuid);
            return own == null
                    ? new NodeRecord(node.uuid, flags, 0, -1, node.join.view(), -1, -1, -1)
                    : new NodeRecord(node.uuid, flags, 0, -1, node.join.view(), own.safeSeq(), own.lu(), own.hs());
        }
        if (node.leave != null) {
            return node.leave.view().equals(view) && node.isMember()
                    ? localRecord(node, flags, node.leave.seq())
                    : new NodeRecord(node.uuid, flags, 0, node.leave.seq(), node.leave.view(), -1, -1, -1);
        }
        if (node.isMember()) {
            return localRecord(node, flags, -1);
        }
        int segment = isEvicted ? 1 : 0;
        return new NodeRecord(node.uuid, flags & ~NodeRecord.EVICTED, segment, -1, ViewId.NIL, -1, -1, -1);
    }

    /**
     * The records of an INSTALL: those of a JOIN, but of a node of another view that is gone (dead or leaving) not
     * "nothing known", as section 7.3 has it, but what the nodes of its view that go on all have of it. The record
     * bounds what they deliver of it in their transitional view (section 7.9 step 3): with nothing known they would
     * drop all of it, also what the gone node, being in its old view, has delivered as safe. Records of nodes that
     * are gone are not compared, so any implementation takes this.
     */
    List<NodeRecord> installRecords() {
        List<NodeRecord> records = records();
        for (int i = 0; i < records.size(); i++) {
            NodeRecord record = records.get(i);
            KnownNode node = known.get(record.uuid());
            if (node != null && !node.operational && !node.isMember() && node.join == null) {
                records.set(i, recordOfItsView(record));
            }
        }
        return records;
    }

    private NodeRecord recordOfItsView(NodeRecord record) {
        ViewId of = record.view();
        NodeRecord least = null;
        for (KnownNode node : known.values()) {
            Join join = node.operational ? node.join : null;
            NodeRecord seen = join == null ? null : join.record(record.uuid());
            if (join == null || seen == null || !seen.view().equals(join.view())) {
                continue;
            }
            boolean better = least == null || join.view().seq() > least.view().seq();
            if (of.equals(ViewId.NIL) ? better : join.view().equals(of) && least == null) {
                least = seen;
            } else if (least != null && join.view().equals(least.view())) {
                least = new NodeRecord(
                        record.uuid(),
                        record.flags(),
                        0,
                        Math.max(least.leaveSeq(), seen.leaveSeq()),
                        least.view(),
                        Math.min(least.safeSeq(), seen.safeSeq()),
                        Math.min(least.lu(), seen.lu()),
                        Math.min(least.hs(), seen.hs()));
            }
        }
        if (least == null) {
            return record;
        }
        return new NodeRecord(
                record.uuid(),
                record.flags(),
                0,
                Math.max(record.leaveSeq(), least.leaveSeq()),
                least.view(),
                least.safeSeq(),
                least.lu(),
                Math.min(least.hs(), least.lu() - 1));
    }

    private NodeRecord localRecord(KnownNode node, int flags, long leaveSeq) {
        int i = node.index;
        return new NodeRecord(node.uuid, flags, 0, leaveSeq, view, input.ss(i), input.lu(i), input.hs(i));
    }
}
