package io.dromon.node.group;

/** Types of the actions that travel in fragments (chapter 04 section 4.1). */
final class ActionType {
    static final int WRITESET = 0;
    static final int STATE_REQ = 2;
    /** Reserved; would be reassembled in a channel of its own, never seen. */
    static final int SERVICE = 8;

    private ActionType() {}
}
