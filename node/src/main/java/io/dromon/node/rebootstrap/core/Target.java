package io.dromon.node.rebootstrap.core;

/** The configuration that nodes are started with. */
public enum Target {
    /** As before the procedure: where {@code --undo} leads. */
    ORIGINAL,
    /** With the options and files that the plan stages. */
    CHANGED
}
