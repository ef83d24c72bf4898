package io.dromon.node.rebootstrap.core;

/**
 * How long the coordinator waits, in milliseconds.
 *
 * @param retryMs before a request without an answer is sent again
 * @param pollMs before a node that is still at it is asked again: each phase of the outage can last so much longer
 * @param answerMs for answers that take no work
 * @param changeMs for a rehearsal, a drain, a stop, a bootstrap, and for links to come up
 * @param joinMs for a node to be synced, with a snapshot perhaps
 * @param joinSpacingMs between two nodes that are asked to join
 * @param tokenMs that a token is good
 * @param skewMs that two clocks may differ: beyond, a certificate that is valid here is not there
 */
public record Limits(
        long retryMs,
        long pollMs,
        long answerMs,
        long changeMs,
        long joinMs,
        long joinSpacingMs,
        long tokenMs,
        long skewMs) {
    /** What an operator gets who asks for nothing else. */
    public static final Limits DEFAULT = new Limits(1_000, 50, 10_000, 60_000, 3_600_000, 1_000, 30_000, 5_000);

    public Limits {
        if (retryMs <= 0
                || pollMs <= 0
                || answerMs <= 0
                || changeMs <= 0
                || joinMs <= 0
                || joinSpacingMs < 0
                || tokenMs <= 0
                || skewMs <= 0) {
            throw new IllegalArgumentException("limits of a re-bootstrap are positive");
        }
    }
}
