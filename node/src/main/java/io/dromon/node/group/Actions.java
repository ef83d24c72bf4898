package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import org.jspecify.annotations.Nullable;

/** Fragments that come back or come in, put together to actions; which of them gets a seqno (chapter 04 sections 4, 6). */
final class Actions {
    private final GroupSettings settings;
    private final Configuration configuration;
    private final FlowControl flow;
    private final SendQueue queue;
    private final StateTransfer transfer;
    private final Withdrawal withdrawal;
    private final GroupOutbox outbox;
    private final TransportNews news;

    Actions(
            GroupSettings settings,
            Configuration configuration,
            FlowControl flow,
            SendQueue queue,
            StateTransfer transfer,
            Withdrawal withdrawal,
            GroupOutbox outbox,
            TransportNews news) {
        this.settings = settings;
        this.configuration = configuration;
        this.flow = flow;
        this.queue = queue;
        this.transfer = transfer;
        this.withdrawal = withdrawal;
        this.outbox = outbox;
        this.news = news;
    }

    void onOwnFragment(OwnFragment fragment, long nowNs) throws MalformedMessageException {
        boolean primary = configuration.isPrimary();
        if (primary && fragment.number == 0) {
            configuration.fragReset = false;
        }
        if (!fragment.isLast()) {
            return;
        }
        OwnAction action = fragment.action;
        queue.forget(action);
        boolean valid = primary && !configuration.fragReset && fragment.version == configuration.gcs();
        if (action.type == ActionType.WRITESET) {
            onOwnWriteSet(action, valid);
        } else if (valid) {
            action.done = true;
            transfer.onRequest(configuration.self, action.data, nowNs);
        } else if (!action.done && action.isDesync()) {
            action.done = true;
            queue.addAgain(action);
        }
    }

    private void onOwnWriteSet(OwnAction action, boolean valid) {
        if (valid && configuration.self.status.isJoined()) {
            long seqno = configuration.nextActId();
            Ticket.OfWriteSet ticket = action.done ? null : action.ticket;
            action.done = true;
            deliver(configuration.self, seqno, action.data, ticket);
        } else if (valid) {
            queue.fail(action, ReplicationFailure.NOT_JOINED);
        } else if (!action.done) {
            // All members dropped it alike (section 4.5): it goes again, with a new id.
            action.done = true;
            queue.addAgain(action);
        }
    }

    private void deliver(Member origin, long seqno, Bytes data, Ticket.@Nullable OfWriteSet ticket) {
        if (!settings.discardsWriteSets() || ticket != null) {
            origin.bytesSinceStop += data.length();
            if (flow.onAction(data.length())) {
                news.onNotice(flow.describeJoiner());
            }
            outbox.deliver(new GroupEvent.WriteSet(seqno, origin.uuid, origin.index, data, ticket));
        }
    }

    void onForeignFragment(Member member, Bytes message, long nowNs) throws MalformedMessageException {
        if (!configuration.isPrimary()) {
            return;
        }
        FragmentHeader header;
        try {
            header = FragmentHeader.decode(message);
        } catch (MalformedMessageException e) {
            member.channel.reset();
            throw e;
        }
        if (header.version() != configuration.gcs()) {
            news.onAnomaly(member.uuid, "action of gcs version " + header.version() + " dropped");
            return;
        }
        if (header.type() == ActionType.SERVICE) {
            // Reserved: it would be put together in a channel of its own, so it must not touch the one of write-sets.
            news.onAnomaly(member.uuid, "action of the reserved type SERVICE dropped");
            return;
        }
        boolean writeSet = header.type() == ActionType.WRITESET;
        Bytes action;
        try {
            action = member.channel.accept(
                    header, message.skip(FragmentHeader.LENGTH), !(writeSet && settings.discardsWriteSets()));
        } catch (Reassembly.TooLargeException e) {
            withdrawal.inconsistent("no room for what member "
                    + member.snapshot().name() + " (" + member.uuid + ") sends: " + e.getMessage());
            return;
        }
        if (action == null) {
            return;
        }
        if (writeSet) {
            if (member.status.isJoined()) {
                deliver(member, configuration.nextActId(), action, null);
            }
        } else if (header.type() == ActionType.STATE_REQ) {
            transfer.onRequest(member, action, nowNs);
        } else {
            news.onAnomaly(member.uuid, "action of unknown type " + header.type());
        }
    }
}
