package io.dromon.sst.stream;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.TlsChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of a transfer at the joiner: waiting for the donor, receiving, committing, done or failed. Every change
 * wakes whoever waits for one, the threads of the connections included. Safe for threads.
 */
final class JoinerState {
    private final TransferSettings settings;
    private final ProgressCounters progress;
    private final Set<TlsChannel> connections = new HashSet<>();
    private @Nullable IOException failure;
    private @Nullable Manifest result;
    private boolean donorCame;
    private boolean donorTold;
    private boolean committing;
    private boolean closing;

    JoinerState(TransferSettings settings, ProgressCounters progress) {
        this.settings = settings;
        this.progress = progress;
    }

    synchronized boolean hasRoom() {
        return connections.size() < TransferSettings.MOST_STREAMS;
    }

    /** A connection of the donor; returns whether it is the first. */
    synchronized boolean opened(TlsChannel connection) {
        connections.add(connection);
        if (donorCame) {
            return false;
        }
        donorCame = true;
        progress.moved();
        notifyAll();
        return true;
    }

    synchronized void closed(TlsChannel connection) {
        connections.remove(connection);
        notifyAll();
    }

    /** Why the transfer has failed, if it has. */
    synchronized Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Ends the transfer; only the first reason counts, and none during a commit, which alone decides then. */
    synchronized void fail(IOException reason) {
        if (!committing && failure == null) {
            failure = reason;
            connections.forEach(TlsChannel::wakeUp);
        }
        notifyAll();
    }

    synchronized void beginCommit() throws IOException {
        if (failure != null) {
            throw failure;
        }
        committing = true;
    }

    /** @param manifest null if it failed */
    synchronized void endCommit(@Nullable Manifest manifest) {
        if (manifest == null) {
            committing = false;
        } else {
            result = manifest;
        }
        notifyAll();
    }

    /** The donor was told why the transfer failed, and has heard it. */
    synchronized void donorTold() {
        donorTold = true;
        notifyAll();
    }

    synchronized void closing() {
        closing = true;
        notifyAll();
    }

    /** Whether a connection that breaks costs nothing any more. */
    synchronized boolean isOver() {
        return closing || result != null;
    }

    /**
     * Waits until the transfer is done or has failed, which it does when one of its times is over.
     *
     * @return nothing if it has failed
     * @throws TransferException if the joiner was closed
     */
    synchronized Optional<Manifest> awaitEnd() throws TransferException, InterruptedException {
        long begunNs = System.nanoTime();
        while (result == null && failure == null) {
            if (committing) {
                wait();
                continue;
            }
            if (closing) {
                throw new TransferException(Reason.CANCELLED, "cancelled");
            }
            long leftNs = leftNs(System.nanoTime() - begunNs);
            if (leftNs < 0) {
                fail(overdue(System.nanoTime() - begunNs));
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs + 1_000_000);
            }
        }
        return Optional.ofNullable(result);
    }

    private long leftNs(long sinceBegunNs) {
        long nextNs = donorCame
                ? settings.idle().toNanos() - progress.sinceMovedNs()
                : settings.first().toNanos() - sinceBegunNs;
        return Math.min(nextNs, settings.total().toNanos() - sinceBegunNs);
    }

    private TransferException overdue(long sinceBegunNs) {
        if (sinceBegunNs > settings.total().toNanos()) {
            return new TransferException(
                    Reason.TOO_LONG,
                    "the transfer took longer than " + DurationText.of(settings.total()) + " (total time)");
        }
        return new TransferException(
                Reason.IDLE,
                donorCame
                        ? "nothing came for " + DurationText.of(settings.idle()) + " (idle time)"
                        : "no donor came within " + DurationText.of(settings.first()) + " (sst-initial-timeout)");
    }

    /** Waits until the donor, which may have to reconnect for it, was told why the transfer failed. */
    synchronized void awaitDonorTold(Duration limit) throws InterruptedException {
        boolean knows = failure instanceof TransferException known && known.reason() == Reason.PEER_FAILED;
        long untilNs = System.nanoTime() + limit.toNanos();
        for (long leftNs = limit.toNanos();
                donorCame && !donorTold && !knows && !closing && leftNs > 0;
                leftNs = untilNs - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
    }

    /** Waits until no connection is open. */
    synchronized void awaitNoConnection(Duration limit) throws InterruptedException {
        long untilNs = System.nanoTime() + limit.toNanos();
        for (long leftNs = limit.toNanos();
                !connections.isEmpty() && leftNs > 0;
                leftNs = untilNs - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
    }
}
