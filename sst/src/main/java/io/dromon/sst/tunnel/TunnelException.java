package io.dromon.sst.tunnel;

/** A tunnel cannot be started; the text says which service and why. */
public final class TunnelException extends Exception {
    private static final long serialVersionUID = 1L;

    public TunnelException(String message) {
        super(message);
    }

    public TunnelException(String message, Throwable cause) {
        super(message, cause);
    }
}
