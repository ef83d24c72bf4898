package io.dromon.node.group;

/** The end that this node makes itself because it must not be a member: nothing of the group counts from then on. */
final class Withdrawal {
    private final Configuration configuration;
    private final Outgoing outgoing;
    private final GroupEffects effects;

    Withdrawal(Configuration configuration, Outgoing outgoing, GroupEffects effects) {
        this.configuration = configuration;
        this.outgoing = outgoing;
        this.effects = effects;
    }

    /** This node must leave, and not come back with this state. */
    void inconsistent(String reason) {
        leave();
        effects.onInconsistent(reason);
    }

    /** This node must not be a member of this group. */
    void incompatible(String reason) {
        leave();
        effects.onIncompatible(reason);
    }

    private void leave() {
        configuration.enter(GroupState.INCONSISTENT);
        outgoing.onWithdrawal();
    }
}
