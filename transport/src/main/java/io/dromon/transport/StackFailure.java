package io.dromon.transport;

/**
 * The reason why the transport of a node ended without being asked to.
 *
 * @param kind what a program can react to
 * @param message what a person reads: what was tried, what was seen, what to do
 */
public record StackFailure(Kind kind, String message) {
    /** Kinds of an end. */
    public enum Kind {
        /** No primary component was reached in time. */
        NO_PRIMARY,
        /** The group refuses this node: evicted, or its UUID is in use. */
        REFUSED,
        /** The group is of a kind that this node must not be a member of. */
        INCOMPATIBLE,
        /** A protocol layer cannot go on without breaking agreement; joining again is safe. */
        PROTOCOL
    }
}
