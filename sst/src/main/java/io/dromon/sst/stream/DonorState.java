package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.channel.DurationText;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of a transfer at the donor: sending, done or failed. Every change wakes whoever waits for one, the threads
 * of the connections included. Safe for threads.
 */
final class DonorState {
    /** Time for the joiner to hear why the transfer failed. */
    static final Duration FAILURE_NOTICE = Duration.ofSeconds(5);

    private final TransferSettings settings;
    private final Set<DonorConnection> connections = new HashSet<>();
    private @Nullable IOException failure;
    private boolean finished;
    private boolean joinerTold;
    private boolean manifestTaken;

    DonorState(TransferSettings settings) {
        this.settings = settings;
    }

    synchronized void opened(DonorConnection connection) {
        connections.add(connection);
    }

    synchronized void closed(DonorConnection connection) {
        connections.remove(connection);
    }

    synchronized boolean hasConnection() {
        return !connections.isEmpty();
    }

    /** Lets the connections look again at what there is to do. */
    synchronized void wakeConnections() {
        connections.forEach(DonorConnection::wakeUp);
    }

    /** Ends the transfer; only the first reason counts. */
    synchronized void fail(IOException reason) {
        if (failure == null) {
            failure = reason;
        }
        over();
    }

    /** A thread of the transfer was interrupted, which means nothing after its end. */
    synchronized void interrupted() {
        if (!finished) {
            fail(new TransferException(Reason.CANCELLED, "interrupted"));
        }
    }

    /** The joiner has it on disk and in place, or the transfer is given up: its threads may end. */
    synchronized void finish() {
        finished = true;
        over();
    }

    private void over() {
        notifyAll();
        wakeConnections();
    }

    synchronized boolean isOver() {
        return finished || failure != null;
    }

    synchronized Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether the caller's connection is the one that sends the manifest. */
    synchronized boolean takeManifest() {
        boolean taken = !manifestTaken;
        manifestTaken = true;
        return taken;
    }

    /** The connection that sent the manifest broke before its answer: another one sends it again. */
    synchronized void manifestUnanswered() {
        manifestTaken = false;
        wakeConnections();
    }

    /** The joiner has heard why the transfer failed. */
    synchronized void joinerTold() {
        joinerTold = true;
    }

    synchronized boolean isJoinerTold() {
        return joinerTold;
    }

    /** Waits until the transfer is over; it fails when its time is. */
    synchronized void awaitEnd() throws InterruptedException {
        long untilNs = System.nanoTime() + settings.total().toNanos();
        while (!isOver()) {
            long leftNs = untilNs - System.nanoTime();
            if (leftNs <= 0) {
                fail(new TransferException(
                        Reason.TOO_LONG,
                        "the transfer took longer than " + DurationText.of(settings.total()) + " (total time)"));
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        }
    }

    /** What the joiner is told about a failure, unless it knows or is not there. */
    synchronized Optional<String> failureNotice() {
        if (failure == null) {
            return Optional.empty();
        }
        Reason reason = failure instanceof TransferException known ? known.reason() : Reason.PROTOCOL;
        return switch (reason) {
            case UNREACHABLE, TLS_REFUSED, TOKEN_REFUSED, PEER_FAILED -> Optional.empty();
            case CANCELLED -> Optional.of(failure.getMessage() + " at the donor");
            default -> Optional.of(String.valueOf(failure.getMessage()));
        };
    }
}
