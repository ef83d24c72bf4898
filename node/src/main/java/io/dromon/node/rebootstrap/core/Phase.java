package io.dromon.node.rebootstrap.core;

/** The phases of a re-bootstrap, in their order. Each can be repeated: what is done already is confirmed again. */
public enum Phase {
    /** Every node answers, is the one that the plan means, and belongs to one component, or to none. */
    INSPECT,
    /** The position of every member is known, from its store. */
    PROVE,
    /** Every node holds the changed options and files, without using them. */
    STAGE,
    /** Every pair of nodes accepts each other with what is staged. */
    REHEARSE,
    /** No node takes writes any more. */
    DRAIN,
    /** Every node has stopped, and stays so. */
    STOP,
    /** The node with the newest position makes the component anew, by a token that is good once. */
    BOOTSTRAP,
    /** The others are in its component, with the same history. */
    JOIN,
    /** All see all, in the mode that was planned. */
    VERIFY,
    /** What was used is the configuration from now on; the nodes forget the procedure. */
    SEAL;

    /** Whether the cluster takes no writes in it, so that a failure turns the procedure back by itself. */
    boolean isOutage() {
        return this == DRAIN || this == STOP || this == BOOTSTRAP;
    }
}
