package io.dromon.node.cli.process;

/** The exit codes of commands, besides 0 for success and picocli's 2 for a command line that cannot be read. */
public final class ExitCode {
    /** The run failed for a reason that was printed. */
    public static final int FAILED = 1;
    /** {@code dromon kv}: there is no such key. */
    public static final int NO_SUCH_KEY = 3;
    /** {@code dromon kv}: a condition of the write does not hold; nothing was written. */
    public static final int CONDITION_NOT_MET = 4;
    /** {@code dromon kv}: it may have been written or not. */
    public static final int OUTCOME_UNKNOWN = 5;

    private ExitCode() {}
}
