package io.dromon.node;

/** The reason why a node ended, could not join, or could not replicate a write-set. The message says what to do. */
public class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a program can react to. */
    public enum Reason {
        /** The configuration or a file it names is wrong. */
        CONFIGURATION,
        /** No primary component was reached in time. */
        NO_PRIMARY_COMPONENT,
        /** The primary component was lost before the write-set was sent: it was not committed. */
        PRIMARY_COMPONENT_LOST,
        /** The primary component was lost while the write-set was on its way: it may be committed elsewhere. */
        OUTCOME_UNKNOWN,
        /** The group refuses this node: evicted, duplicate UUID, or incompatible protocol versions. */
        REFUSED,
        /**
         * It has a number and was applied, but the node ended or lost the primary component before the {@link Durability}
         * that was asked for was reached. Do not send it again.
         */
        DURABILITY_UNKNOWN,
        /** The {@link Durability} that was asked for cannot be had, of this application or of these members: it was not sent. */
        DURABILITY_UNAVAILABLE,
        /**
         * Another transaction came first: {@link CertificationFailedException}. It was not committed anywhere; read again
         * and try again.
         */
        CERTIFICATION_FAILED,
        /**
         * The node is being restarted ({@link Node#restart}): nothing was sent. {@link Node#synced} tells when to try again.
         */
        RESTARTING,
        /** Too much is waiting to be replicated; {@link Node#room} tells when to try again. */
        BUSY,
        /** A causal read was not answered within {@code repl.causal_read_timeout}. */
        TIMEOUT,
        /** The write-set is larger than {@code repl.max_ws_size}. */
        TOO_LARGE,
        /** A Galera database is a member of the group: a data node, whose write-sets no database can apply, must not be one. */
        INCOMPATIBLE_GROUP,
        /** The node has left or failed; whether the write-set was committed elsewhere is unknown if it was on its way. */
        CLOSED,
        /** The application failed, or was too slow for its queue. */
        APPLICATION,
        /** This node cannot agree with the group any more; joining again is safe. */
        PROTOCOL
    }

    private final Reason reason;

    public NodeException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public NodeException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What a program can react to. */
    public Reason reason() {
        return reason;
    }

    /** Class, reason and message: the reason stands in every stack trace. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // the message alone is for people, who are not told an enum's name
    public String toString() {
        return getClass().getName() + ": " + reason + ": " + getMessage();
    }
}
