package io.dromon.node.cli.process;

/** A command cannot do what it was asked to; the message is all that the user needs. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailure(String message) {
        super(message);
    }
}
