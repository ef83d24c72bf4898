package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.ViewId;
import java.util.UUID;

/** What becomes of a message that comes: the receive pipeline (chapter 02 section 6.1), and messages that come too early. */
final class EvsReceiver {
    private final GroupKnowledge group;
    private final PastViews views;
    private final EvictedNodes evicted;
    private final Traffic traffic;
    private final Membership membership;
    private final Installation installation;
    private final Departure departure;
    private final DelayedNodes delayedNodes;
    private final Agenda agenda;
    private final EarlyMessages early = new EarlyMessages();

    EvsReceiver(
            GroupKnowledge group,
            PastViews views,
            EvictedNodes evicted,
            Traffic traffic,
            Membership membership,
            Installation installation,
            Departure departure,
            DelayedNodes delayedNodes,
            Agenda agenda) {
        this.group = group;
        this.views = views;
        this.evicted = evicted;
        this.traffic = traffic;
        this.membership = membership;
        this.installation = installation;
        this.departure = departure;
        this.delayedNodes = delayedNodes;
        this.agenda = agenda;
    }

    /** A message as the mesh has brought it. */
    void receive(EvsMessage message) {
        filter(message, true);
    }

    private void filter(EvsMessage message, boolean direct) {
        EvsState state = group.state();
        UUID source = message.source();
        if (state == EvsState.CLOSED || source.equals(group.self) || evicted.contains(source) || group.isolated) {
            return;
        }
        KnownNode node = group.known.get(source);
        if (node == null) {
            traffic.settle();
            agenda.add(() -> onForeignAfterTraffic(source, message));
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

    private void onForeignAfterTraffic(UUID source, EvsMessage message) {
        if (group.state() == EvsState.LEAVING && message instanceof Install install) {
            departure.onInstall(install);
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
            agenda.add(() -> onMembershipMessage(source, message));
        }
    }

    private void onUser(KnownNode source, User message) {
        if (message.view().equals(group.view)) {
            if (group.install == null && traffic.onUser(source, message)) {
                agenda.add(membership::sendJoinAndProcess);
            }
        } else if (installation.fastForward(source, message)) {
            agenda.add(this::replayEarly);
            agenda.add(() -> onUser(source, message));
        } else {
            keepIfEarly(source, message);
        }
    }

    private void onGap(KnownNode source, Gap message) {
        boolean proposed = isAhead(message);
        if (message.view().equals(group.view)) {
            if (!message.isCommit() && traffic.onGap(source, message)) {
                agenda.add(membership::sendJoinAndProcess);
            }
        } else if (proposed && message.isCommit()) {
            installation.onCommitGap(source, message.seq());
        } else if (proposed && group.state() == EvsState.INSTALL) {
            installation.onInstallGap(source);
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
            if (group.state() == EvsState.LEAVING) {
                departure.onJoin(source, join);
            } else {
                membership.onJoin(source, join);
            }
        } else if (message instanceof Install install) {
            if (group.state() == EvsState.LEAVING) {
                departure.onInstall(install);
            } else {
                membership.onInstall(source, install);
            }
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
        if (waiting && EarlyMessages.mayBeEarly(message) && !views.isFrom(source, message.view())) {
            early.add(message);
        }
    }

    boolean hasEarly() {
        return !early.isEmpty();
    }

    /** Handles what came early, one by one, now that the state may have changed. The FIFO filter has seen it already. */
    void replayEarly() {
        if (early.isEmpty()) {
            return;
        }
        EvsMessage message = early.poll(this::isDue);
        if (message == null) {
            if (group.state() != EvsState.GATHER && group.state() != EvsState.INSTALL) {
                early.clear();
            }
            return;
        }
        KnownNode source = group.known.get(message.source());
        boolean ofThisView = message.view().equals(group.view);
        if (source != null && source.operational && (!ofThisView || source.isMember())) {
            dispatch(source, message);
        }
        agenda.add(this::replayEarly);
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
}
