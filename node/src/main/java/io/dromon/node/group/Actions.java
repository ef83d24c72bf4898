package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/** Fragments that come back or come in, put together to actions; which of them gets a seqno (chapter 04 sections 4, 6). */
final class Actions {
    private final GroupVariables group;
    private final StateTransfer transfer;
    /** A view cut off what was being sent: own actions do not count until one begins anew (section 4.5). */
    private boolean fragReset;

    Actions(GroupVariables group, StateTransfer transfer) {
        this.group = group;
        this.transfer = transfer;
    }

    void onPrimaryView() {
        fragReset = true;
    }

    void onOwnFragment(OwnFragment fragment) throws MalformedMessageException {
        boolean primary = group.isPrimary();
        if (primary && fragment.number == 0) {
            fragReset = false;
        }
        if (!fragment.isLast()) {
            return;
        }
        OwnAction action = fragment.action;
        group.queue.forget(action);
        boolean valid = primary && !fragReset && fragment.version == group.gcs();
        if (action.type == ActionType.WRITESET) {
            onOwnWriteSet(action, valid);
        } else if (valid) {
            action.done = true;
            transfer.onRequest(group.self, action.data);
        } else if (!action.done && action.isDesync()) {
            action.done = true;
            group.queue.addAgain(action);
        }
    }

    private void onOwnWriteSet(OwnAction action, boolean valid) {
        if (valid && group.self.status.isJoined()) {
            long seqno = group.exchange.nextActId();
            Ticket.OfWriteSet ticket = action.done ? null : action.ticket;
            action.done = true;
            deliver(group.self, seqno, action.data, ticket);
        } else if (valid) {
            group.fail(action, ReplicationFailure.NOT_JOINED);
        } else if (!action.done) {
            // All members dropped it alike (section 4.5): it goes again, with a new id.
            action.done = true;
            group.queue.addAgain(action);
        }
    }

    private void deliver(Member origin, long seqno, Bytes data, Ticket.@Nullable OfWriteSet ticket) {
        if (!group.settings.discardsWriteSets() || ticket != null) {
            origin.bytesSinceStop += data.length();
            if (group.flow.onAction(data.length())) {
                group.effects.onNotice(group.flow.describeJoiner());
            }
            group.effects.deliver(new GroupEvent.WriteSet(seqno, origin.uuid, origin.index, data, ticket));
        }
    }

    void onForeignFragment(Member member, Bytes message) throws MalformedMessageException {
        if (!group.isPrimary()) {
            return;
        }
        FragmentHeader header;
        try {
            header = FragmentHeader.decode(message);
        } catch (MalformedMessageException e) {
            member.channel.reset();
            throw e;
        }
        if (header.version() != group.gcs()) {
            group.effects.onAnomaly(member.uuid, "action of gcs version " + header.version() + " dropped");
            return;
        }
        if (header.type() == ActionType.SERVICE) {
            // Reserved: it would be put together in a channel of its own, so it must not touch the one of write-sets.
            group.effects.onAnomaly(member.uuid, "action of the reserved type SERVICE dropped");
            return;
        }
        boolean writeSet = header.type() == ActionType.WRITESET;
        Bytes action;
        try {
            action = member.channel.accept(
                    header, message.skip(FragmentHeader.LENGTH), !(writeSet && group.settings.discardsWriteSets()));
        } catch (Reassembly.TooLargeException e) {
            group.inconsistent("no room for what member " + member.snapshot().name() + " (" + member.uuid + ") sends: "
                    + e.getMessage());
            return;
        }
        if (action == null) {
            return;
        }
        if (writeSet) {
            if (member.status.isJoined()) {
                deliver(member, group.exchange.nextActId(), action, null);
            }
        } else if (header.type() == ActionType.STATE_REQ) {
            transfer.onRequest(member, action);
        } else {
            group.effects.onAnomaly(member.uuid, "action of unknown type " + header.type());
        }
    }
}
