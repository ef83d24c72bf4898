package io.dromon.node.rebootstrap.core;

/** What a node answers. */
public sealed interface Answer {
    /** It is as asked. */
    record Done(NodeFacts facts) implements Answer {}

    /** It listens for the rehearsal. */
    record Listening(String address) implements Answer {}

    /** It is being done: ask again. */
    record Pending(String what) implements Answer {}

    /**
     * It is not as asked, and will not be if it is asked again.
     *
     * @param text what is wrong, and what to do
     */
    record Refused(Reason reason, String text) implements Answer {}

    /** Kinds of refusals. */
    enum Reason {
        /** A later run, or another coordinator, has the procedure. */
        STALE,
        /** Another procedure is open on the node. */
        OTHER_PROCEDURE,
        /** The procedure has ended on the node. */
        ENDED,
        /** The plan was not staged on the node. */
        NOT_STAGED,
        /** The token is expired, used, of another node, position or run. */
        TOKEN,
        /** It was tried, and failed. */
        FAILED
    }
}
