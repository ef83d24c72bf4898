package io.dromon.node.writeset;

/** Bits of a write-set's flags (chapter 05 section 3.2). Unknown ones are preserved. */
public final class WriteSetFlags {
    /** The transaction commits; its last write-set. */
    public static final int COMMIT = 0x0001;
    /** Rolls back what was sent of the transaction before. */
    public static final int ROLLBACK = 0x0002;
    /** Executed in isolation, in its place in the order; no transaction. */
    public static final int TOI = 0x0004;
    /** Not to be applied in parallel with anything. */
    public static final int PA_UNSAFE = 0x0008;
    /** First write-set of the transaction. */
    public static final int BEGIN = 0x0040;
    /** Depends on all that its originator had seen. */
    public static final int IMPLICIT_DEPS = 0x0200;
    /** The header was rewritten after certification; no meaning over the group. */
    public static final int CERTIFIED = 0x4000;
    /** Out of an external ordered stream; not certified. */
    public static final int PREORDERED = 0x8000;

    /** An ordinary transaction in one write-set. */
    public static final int TRANSACTION = BEGIN | COMMIT;

    private WriteSetFlags() {}
}
