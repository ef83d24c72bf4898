package io.dromon.node.group;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.TransportNews;
import java.util.List;
import java.util.UUID;

/**
 * Leads from one configuration to the next (chapter 04 sections 5.3 to 5.8): a view, the exchange of states that follows
 * on a primary one, and what every part has to do where a configuration begins.
 */
final class Reconfiguration {
    private final Configuration configuration;
    private final Member self;
    private final StateExchange exchange;
    private final FlowControl flow;
    private final Outgoing outgoing;
    private final StateTransfer transfer;
    private final Voting voting;
    private final Withdrawal withdrawal;
    private final GroupOutbox outbox;
    private final TransportNews news;

    Reconfiguration(
            Configuration configuration,
            StateExchange exchange,
            FlowControl flow,
            Outgoing outgoing,
            StateTransfer transfer,
            Voting voting,
            Withdrawal withdrawal,
            GroupOutbox outbox,
            TransportNews news) {
        this.configuration = configuration;
        this.self = configuration.self;
        this.exchange = exchange;
        this.flow = flow;
        this.outgoing = outgoing;
        this.transfer = transfer;
        this.voting = voting;
        this.withdrawal = withdrawal;
        this.outbox = outbox;
        this.news = news;
    }

    void onView(PrimaryView view, long nowNs) {
        boolean wasPrimary = configuration.isPrimary();
        boolean inconsistent = configuration.state() == GroupState.INCONSISTENT;
        configuration.table.changed();
        outgoing.control.onView();
        if (view.isEmpty()) {
            exchange.onNonPrimaryView(view, wasPrimary);
            configuration.enter(GroupState.CLOSED);
            enterNonPrimary(ReplicationFailure.CLOSED, nowNs);
            outbox.deliver(new GroupEvent.Left(inconsistent ? "inconsistent with the group" : "left the group"));
        } else if (inconsistent) {
            exchange.onNonPrimaryView(view, wasPrimary);
        } else if (view.isPrimary() || view.bootstrap()) {
            exchange.onPrimaryView(view, wasPrimary);
            outgoing.reads.askAgain();
            configuration.enter(GroupState.WAIT_STATE_UUID);
            if (self.index == 0) {
                outgoing.control.stateUuid = exchange.name();
                outgoing.send(nowNs);
            }
        } else {
            exchange.onNonPrimaryView(view, wasPrimary);
            configuration.enter(GroupState.NON_PRIMARY);
            enterNonPrimary(ReplicationFailure.PRIMARY_LOST, nowNs);
        }
    }

    void onStateUuid(Member member, StateUuidMessage message, long nowNs) {
        if (configuration.state() != GroupState.WAIT_STATE_UUID || member.index != 0) {
            news.onAnomaly(member.uuid, "stray name of a state exchange");
            return;
        }
        exchange.onStateUuid(message.stateUuid());
        configuration.enter(GroupState.WAIT_STATE_MSG);
        outgoing.control.stateMessage = exchange.ownMessage();
        outgoing.send(nowNs);
    }

    void onStateMessage(Member member, StateMessage message, long nowNs) {
        if (configuration.state() != GroupState.WAIT_STATE_MSG) {
            if (configuration.isPrimary()) {
                news.onAnomaly(member.uuid, "stray state message");
            }
            return;
        }
        configuration.table.changed();
        if (!exchange.onStateMessage(member, message)) {
            return;
        }
        UUID donor = self.donor;
        StateExchange.Result result = exchange.finish();
        switch (result) {
            case NON_PRIMARY -> {
                configuration.enter(GroupState.NON_PRIMARY);
                exchange.awaited().ifPresent(news::onNotice);
                enterNonPrimary(ReplicationFailure.PRIMARY_LOST, nowNs);
            }
            case REVERSED, TOO_NEW -> withdrawal.inconsistent(exchange.reason(result));
            case DATABASES -> withdrawal.incompatible(exchange.reason(result));
            case PRIMARY -> {
                exchange.misplacedDatabases().ifPresent(news::onNotice);
                enterPrimary(donor, nowNs);
            }
        }
    }

    /** @param lostDonor this node's donor before the configuration, nil if there was none */
    private void enterPrimary(UUID lostDonor, long nowNs) {
        configuration.enter(GroupState.PRIMARY);
        boolean voted = voting.recount();
        long seqno = configuration.nextActId();
        beginFlowControl(nowNs);
        deliver(configuration.versions, voted);
        configuration.commitCut.deliver(outbox, self.status);
        if (voted) {
            voting.leaveIfOutvoted();
        }
        if (configuration.isPrimary()) {
            outgoing.onPrimaryConfiguration();
            transfer.onPrimaryConfiguration(seqno, lostDonor);
        }
    }

    private void enterNonPrimary(ReplicationFailure reason, long nowNs) {
        transfer.onNonPrimaryConfiguration();
        beginFlowControl(nowNs);
        deliver(GroupVersions.NONE, false);
        outgoing.onNonPrimaryConfiguration(reason);
    }

    private void beginFlowControl(long nowNs) {
        for (Member member : configuration.table.all()) {
            member.stops = 0;
        }
        flow.onConfiguration(configuration.table.all().length, self.status, nowNs);
    }

    private void deliver(GroupVersions versions, boolean voted) {
        configuration.table.changed();
        outbox.deliver(new GroupEvent.ConfigurationChange(
                configuration.actId,
                configuration.confId,
                configuration.groupUuid,
                configuration.isPrimary() && configuration.continues,
                configuration.state() == GroupState.CLOSED ? List.of() : configuration.table.snapshot(),
                self.index,
                versions,
                voted ? voting.resultSeqno() : -1,
                voted ? voting.resultValue() : 0));
    }
}
