package io.dromon.it.sim.state;

/**
 * What stands under a number of a history.
 *
 * @param content tells one from another
 */
record Ordered(Kind kind, long content) {
    enum Kind {
        WRITE_SET,
        /** A write-set that no member applies. */
        FAILED,
        VIEW
    }

    /** What the number leaves in the state of an application. */
    long effect() {
        return kind == Kind.WRITE_SET ? content : StoredState.NOTHING;
    }
}
