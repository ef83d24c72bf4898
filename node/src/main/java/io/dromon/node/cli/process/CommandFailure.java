package io.dromon.node.cli.process;

/** A command cannot do what it was asked to; the message is all that the user needs. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    public CommandFailure(String message) {
        this(message, ExitCode.FAILED);
    }

    /** @param code that the command ends with */
    public CommandFailure(String message, int code) {
        super(message);
        this.code = code;
    }

    /** What the command ends with. */
    public int code() {
        return code;
    }
}
