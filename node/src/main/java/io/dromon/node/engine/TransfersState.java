package io.dromon.node.engine;

/** Whether a core gets the state that its node lacks. */
public enum TransfersState {
    /** It does not: the application keeps no state, or whoever drives the core sees to it. */
    NO,
    /** It asks for the events that are missing; where no member has them any more the node must leave. */
    AS_EVENTS,
    /** It asks for the events that are missing, or for a snapshot. */
    AS_EVENTS_OR_SNAPSHOT
}
