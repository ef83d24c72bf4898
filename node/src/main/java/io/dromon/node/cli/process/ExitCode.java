package io.dromon.node.cli.process;

/** The exit codes of commands, besides 0 for success and picocli's 2 for a command line that cannot be read. */
public final class ExitCode {
    /** The run failed for a reason that was printed. */
    public static final int FAILED = 1;

    private ExitCode() {}
}
