package io.dromon.node.group;

/** The end that this node makes itself because it must not be a member: nothing of the group counts from then on. */
final class Withdrawal {
    private final Configuration configuration;
    private final Outgoing outgoing;
    private final GroupOutbox outbox;

    Withdrawal(Configuration configuration, Outgoing outgoing, GroupOutbox outbox) {
        this.configuration = configuration;
        this.outgoing = outgoing;
        this.outbox = outbox;
    }

    /** This node must leave, and not come back with this state. */
    void inconsistent(String reason) {
        leave();
        outbox.inconsistent(reason);
    }

    /** This node must not be a member of this group. */
    void incompatible(String reason) {
        leave();
        outbox.incompatible(reason);
    }

    private void leave() {
        configuration.enter(GroupState.INCONSISTENT);
        outgoing.onWithdrawal();
    }
}
