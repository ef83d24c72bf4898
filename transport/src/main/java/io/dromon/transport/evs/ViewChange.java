package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Entering a view, and leaving the last one (chapter 02 sections 7.8 to 7.10). */
final class ViewChange {
    private final GroupKnowledge group;
    private final PastViews views;
    private final Traffic traffic;
    private final Timers timers;
    private final Agenda agenda;

    ViewChange(GroupKnowledge group, PastViews views, Traffic traffic, Timers timers, Agenda agenda) {
        this.group = group;
        this.views = views;
        this.traffic = traffic;
        this.timers = timers;
        this.agenda = agenda;
    }

    /** All have committed: to INSTALL (chapter 02 section 7.8). */
    void beginInstall() {
        group.shift(EvsState.INSTALL);
        timers.startInactivity();
        timers.armRetransmission();
    }

    /**
     * Enters a view on which all have agreed; what is left of the old one is delivered first (chapter 02 section 7.9).
     */
    void enter(Install install) {
        traffic.delivery.deliverSafe(); // what is safe in the old view (step 1)
        deliverTransitionalView(install); // which members go on together (step 2)
        traffic.delivery.deliverTransitional(install); // what is left of the old view (step 3)
        Set<UUID> before = memberUuids();
        install(install); // from here on the new view is the current one (steps 4 and 6)
        deliverRegularView(install, before); // the layers above may send when they take it (step 5)
        agenda.add(this::begin);
    }

    /** The layers above have taken the view: what they have sent goes out first, then the others hear of this node. */
    private void begin() {
        traffic.flushQueue();
        traffic.acknowledge(); // tells the others that this node is in the new view (step 7)
        timers.startInactivity();
        timers.armRetransmission();
        timers.installNs = Timers.OFF;
    }

    private void deliverTransitionalView(Install install) {
        List<UUID> members = new ArrayList<>();
        List<UUID> left = new ArrayList<>();
        List<UUID> partitioned = new ArrayList<>();
        for (KnownNode member : group.members) {
            NodeRecord record = install.record(member.uuid);
            if (record == null || !record.view().equals(group.view)) {
                partitioned.add(member.uuid);
            } else if (record.isOperational()) {
                members.add(member.uuid);
            } else {
                (record.hasLeave() ? left : partitioned).add(member.uuid);
            }
        }
        deliverTransitionalView(members, left, partitioned);
    }

    private void deliverTransitionalView(List<UUID> members, List<UUID> left, List<UUID> partitioned) {
        ViewId id = new ViewId(ViewId.Type.TRANS, group.view.uuid(), group.view.seq());
        traffic.delivery.deliverView(new EvsView(group.viewVersion, id, members, List.of(), left, partitioned));
    }

    private Set<UUID> memberUuids() {
        Set<UUID> uuids = new HashSet<>();
        for (KnownNode member : group.members) {
            uuids.add(member.uuid);
        }
        return uuids;
    }

    /**
     * Makes the new view the current one and forgets what was known of the one that ends (chapter 02 section 7.9, steps
     * 4 and 6).
     */
    private void install(Install install) {
        views.closeSeen();
        group.view = install.installView();
        group.viewVersion = install.version();
        group.known.values().removeIf(node -> {
            NodeRecord record = install.record(node.uuid);
            return node != group.me && (record == null || !record.isOperational());
        });
        List<KnownNode> members = new ArrayList<>(group.known.values());
        for (int i = 0; i < members.size(); i++) {
            KnownNode member = members.get(i);
            member.index = i;
            member.join = null;
            member.hasRestartedGather = false;
            if (member.leave != null && !member.leave.view().equals(group.view)) {
                member.leave = null; // it left from another view and never comes into this one: it is gone
                group.setInactive(member);
            }
        }
        group.members = members.toArray(KnownNode[]::new);
        group.input = new InputMap(group.members.length, group.me.index);
        traffic.reset();
        views.expire();
        group.install = null;
        group.attemptSeq = 1;
        group.installTimeoutCount = 0;
        group.shift(EvsState.OPERATIONAL);
    }

    private void deliverRegularView(Install install, Set<UUID> before) {
        List<UUID> members = new ArrayList<>();
        List<UUID> joined = new ArrayList<>();
        Set<UUID> gone = new HashSet<>(before);
        for (KnownNode member : group.members) {
            members.add(member.uuid);
            if (!gone.remove(member.uuid)) {
                joined.add(member.uuid);
            }
        }
        List<UUID> left = new ArrayList<>();
        List<UUID> partitioned = new ArrayList<>();
        for (UUID uuid : gone) {
            NodeRecord record = install.record(uuid);
            (record != null && record.isLeaving() ? left : partitioned).add(uuid);
        }
        left.sort(Uuids.ORDER);
        partitioned.sort(Uuids.ORDER);
        traffic.delivery.deliverView(new EvsView(group.viewVersion, group.view, members, joined, left, partitioned));
    }

    /** To CLOSED: what can be delivered, a transitional view of this node alone, the rest, and the end mark. */
    void leave() {
        timers.stop();
        traffic.delivery.deliverSafe();
        List<UUID> others = new ArrayList<>();
        for (KnownNode member : group.members) {
            if (member != group.me) {
                others.add(member.uuid);
            }
        }
        group.shift(EvsState.CLOSED);
        deliverTransitionalView(List.of(group.self), List.of(), others);
        traffic.delivery.deliverTransitional(null);
        traffic.queue.clear();
        group.install = null;
        group.closeRequested = false;
        group.known.values().removeIf(node -> node != group.me);
        group.members = new KnownNode[] {group.me};
        group.me.index = 0;
        group.me.join = null;
        group.input = new InputMap(1, 0);
        traffic.reset();
        traffic.delivery.deliverView(
                new EvsView(group.viewVersion, ViewId.NIL, List.of(), List.of(), List.of(), List.of()));
    }
}
