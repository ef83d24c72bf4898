package io.dromon.node.engine;

import io.dromon.node.group.GroupEvent;
import io.dromon.transport.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The vote of a node whose application has failed at a write-set (chapter 04 section 11): where all members failed alike the
 * write-set is applied by none, and they go on; else those that are fewer leave.
 *
 * <p>What is compared is the kind of the failure, not its text, which may have a path or a host in it. A member that is
 * alone with its data compares with nobody, and stops.
 */
final class FailureVote {
    /** How long a vote may take. */
    private static final int LIMIT_SECONDS = 30;

    /** What the protocol thread has to do for it. */
    interface Ballot {
        /** Has the group vote; the value that this node votes. */
        long vote(long seqno, Bytes error);
    }

    /** A vote that whoever applies waits for. */
    private static final class Open {
        final long seqno;
        final CompletableFuture<Boolean> sameEverywhere = new CompletableFuture<>();
        /** What this node voted; the protocol thread's. */
        long own;

        Open(long seqno) {
            this.seqno = seqno;
        }
    }

    private volatile @Nullable Open open;
    private volatile boolean over;

    // Whoever applies.

    /**
     * Has the members vote.
     *
     * @param post has the protocol thread do something
     * @return whether the others have failed alike; comes in any case
     */
    CompletableFuture<Boolean> begin(long seqno, RuntimeException failure, Ballot ballot, Consumer<Runnable> post) {
        Open vote = new Open(seqno);
        open = vote;
        Bytes error = new Bytes(kind(failure).getBytes(StandardCharsets.UTF_8));
        post.accept(() -> vote.own = ballot.vote(seqno, error));
        if (over) {
            vote.sameEverywhere.complete(false);
        }
        // A member that does not come to the write-set, or a vote that is lost with its component, must not hold the
        // group up.
        return vote.sameEverywhere
                .completeOnTimeout(false, LIMIT_SECONDS, TimeUnit.SECONDS)
                .whenComplete((same, never) -> open = null);
    }

    /** {@code java.lang.IllegalStateException < java.io.IOException}. */
    static String kind(Throwable failure) {
        StringBuilder kind = new StringBuilder(failure.getClass().getName());
        int depth = 0;
        for (Throwable cause = failure.getCause(); cause != null && depth < 10; cause = cause.getCause()) {
            kind.append(" < ").append(cause.getClass().getName());
            depth++;
        }
        return kind.toString();
    }

    // The protocol thread.

    void onResult(GroupEvent.VoteResult result) {
        onResult(result.seqno(), result.value());
    }

    private void onResult(long seqno, long value) {
        Open vote = open;
        if (vote != null && vote.seqno == seqno) {
            vote.sameEverywhere.complete(value != 0 && value == vote.own);
        }
    }

    /** A configuration can decide a vote; in one that this node is no full member of it gets no result. */
    void onConfigurationChange(GroupEvent.ConfigurationChange change) {
        Open vote = open;
        if (vote == null) {
            return;
        }
        onResult(change.voteSeqno(), change.voteResult());
        if (!change.isPrimary() || !change.ownStatus().isJoined()) {
            vote.sameEverywhere.complete(false);
        }
    }

    /** The node ends: no result will come. */
    void abandon() {
        over = true;
        Open vote = open;
        if (vote != null) {
            vote.sameEverywhere.complete(false);
        }
    }
}
