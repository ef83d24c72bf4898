package io.dromon.node.group;

/** Message types, sent as the EVS user type (chapter 04 section 3.1). */
final class MessageType {
    static final int ACTION = 1;
    static final int LAST = 2;
    static final int STATE_UUID = 4;
    static final int STATE_MSG = 5;
    static final int JOIN = 6;
    static final int SYNC = 7;
    static final int FLOW = 8;
    static final int VOTE = 9;
    /** Never on the wire. */
    static final int CAUSAL = 10;

    private MessageType() {}
}
