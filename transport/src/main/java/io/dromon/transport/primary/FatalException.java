package io.dromon.transport.primary;

/** This endpoint cannot go on without breaking agreement; caught at the entry of {@link Primary}. */
final class FatalException extends Exception {
    private static final long serialVersionUID = 1L;

    FatalException(String reason) {
        super(reason, null, false, false);
    }
}
