package io.dromon.sst.tunnel;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries bytes between the TLS side and the plain side of a connection until both directions have ended. A direction
 * ends on its own; an error ends both and is told to the side that did not make it. For one thread.
 */
final class Relay {
    /** At least so long is waited for a slow receiver to take what is under way when a connection ends. */
    private static final long LEAST_DRAIN_NS = Duration.ofSeconds(60).toNanos();

    /** What a connection was. Bytes of plain text, {@code received} from the TLS peer. */
    record Summary(long received, long sent, long durationNs, Optional<String> failure) {}

    /** Time, and a call later on the relay's thread. */
    interface Timer {
        long nowNs();

        /** Returns what takes the call back. */
        Runnable schedule(Runnable task, long delayNs);
    }

    /** A side with what the relay knows of it. */
    private static final class End {
        /** What came before the other side was there. */
        final List<ByteBuf> early = new ArrayList<>();

        @Nullable
        Side side;
        /** Its input has ended. */
        boolean ended;
        /** Its input waits for the other side to take more. */
        boolean waiting;
        /** It takes nothing any more. */
        boolean deaf;

        boolean closed;
        long bytes;
    }

    private final End tls = new End();
    private final End plain = new End();
    private final TunnelService.Timeouts timeouts;
    private final Timer timer;
    private final Consumer<Summary> onEnd;
    private final long startNs;
    private Runnable cancelCheck = () -> {};
    private long lastNs;
    private int pendingWrites;
    private boolean started;
    private boolean closing;
    private boolean done;
    private @Nullable String failure;

    Relay(TunnelService.Timeouts timeouts, Timer timer, Consumer<Summary> onEnd) {
        this.timeouts = timeouts;
        this.timer = timer;
        this.onEnd = onEnd;
        this.startNs = timer.nowNs();
        this.lastNs = startNs;
    }

    void tls(Side side) {
        tls.side = side;
    }

    void plain(Side side) {
        plain.side = side;
    }

    /** Both sides are there. */
    void start() {
        if (done) {
            return;
        }
        started = true;
        lastNs = timer.nowNs();
        for (End end : List.of(tls, plain)) {
            List<ByteBuf> held = List.copyOf(end.early);
            end.early.clear();
            for (ByteBuf data : held) {
                pass(end, data);
            }
            side(other(end)).flush();
        }
        for (End end : List.of(tls, plain)) {
            if (end.ended && !done) {
                end.ended = false;
                ended(side(end));
            } else if (!done) {
                side(end).requestRead();
            }
        }
        scheduleCheck();
    }

    boolean isDone() {
        return done;
    }

    /** Bytes came; takes the buffer over. */
    void data(Side from, ByteBuf data) {
        End end = end(from);
        if (done || closing || end.ended) {
            data.release();
            return;
        }
        lastNs = timer.nowNs();
        if (started) {
            pass(end, data);
        } else {
            end.early.add(data);
        }
    }

    private void pass(End end, ByteBuf data) {
        if (done) {
            data.release();
            return;
        }
        end.bytes += data.readableBytes();
        End to = other(end);
        if (to.deaf) {
            data.release();
            return;
        }
        pendingWrites++;
        side(to).write(data);
    }

    /** A portion of input is over. */
    void readComplete(Side from) {
        End end = end(from);
        if (done || closing || !started) {
            return;
        }
        End to = other(end);
        side(to).flush();
        if (done || closing || end.ended) {
            return;
        }
        if (end.deaf || (side(to).isWritable() && !to.deaf)) {
            from.requestRead();
        } else {
            end.waiting = true;
        }
    }

    /** The side takes more. */
    void writable(Side side) {
        End from = other(end(side));
        if (from.waiting && !done && !closing && !end(side).deaf) {
            from.waiting = false;
            side(from).requestRead();
        }
    }

    /** Something that was written is gone. */
    void written() {
        pendingWrites--;
        lastNs = timer.nowNs();
        if (pendingWrites == 0 && started && (tls.ended || plain.ended)) {
            scheduleCheck(); // the limit is shorter from here on
        }
    }

    /** Something that was written was not taken: the side is not read from any more by whom it belongs to. */
    void writeFailed(Side side) {
        pendingWrites--;
        End end = end(side);
        if (done || end.deaf) {
            return;
        }
        end.deaf = true;
        if (end.ended || closing) {
            failed(side, "closed before it took everything");
        } else {
            // Its last message may say why.
            side.requestRead();
        }
    }

    /** The input of the side ended in order. */
    void ended(Side from) {
        End end = end(from);
        if (done || end.ended) {
            return;
        }
        end.ended = true;
        lastNs = timer.nowNs();
        if (!started) {
            return;
        }
        End to = other(end);
        if (end.deaf) {
            failure = name(end) + " closed before it took everything";
            side(to).close();
            from.abort();
            finish();
            return;
        }
        side(to).flush();
        side(to).finish();
        if (done) {
            return;
        }
        if (to.ended) {
            closing = true;
            side(tls).close();
            side(plain).close();
        }
        scheduleCheck();
    }

    /** The TLS peer ended its connection without saying that this was all. */
    void unannouncedEnd(Side side) {
        End to = other(end(side));
        if (started && to.ended && side(to).isGone()) {
            ended(side); // stunnel does so where TIMEOUTclose is 0
        } else if (!end(side).ended) {
            failed(side, "ended without close_notify, so that more may have been meant to come");
        }
    }

    /** The side is gone. */
    void closed(Side side) {
        End end = end(side);
        end.closed = true;
        if (done) {
            return;
        }
        if (!closing) {
            failed(side, "closed");
        } else if (other(end).closed) {
            finish();
        }
    }

    /** The side broke: the other one is told. */
    void failed(Side side, String reason) {
        if (done) {
            return;
        }
        failure = name(end(side)) + " " + reason;
        abort();
    }

    /** Ends it from outside. */
    void cancel(String reason) {
        if (!done) {
            failure = reason;
            abort();
        }
    }

    private void abort() {
        done = true; // what the sides report from here on is of no interest
        if (tls.side != null) {
            tls.side.abort();
        }
        if (plain.side != null) {
            plain.side.abort();
        }
        done = false;
        finish();
    }

    private void finish() {
        if (done) {
            return;
        }
        done = true;
        cancelCheck.run();
        for (End end : List.of(tls, plain)) {
            end.early.forEach(ByteBuf::release);
            end.early.clear();
        }
        onEnd.accept(new Summary(tls.bytes, plain.bytes, timer.nowNs() - startNs, Optional.ofNullable(failure)));
    }

    private void scheduleCheck() {
        if (done) {
            return;
        }
        cancelCheck.run();
        long leftNs = lastNs + limitNs() - timer.nowNs();
        cancelCheck = timer.schedule(this::check, Math.max(leftNs, 1_000_000));
    }

    private long limitNs() {
        if (!tls.ended && !plain.ended) {
            return timeouts.idle().toNanos();
        }
        long closeNs = timeouts.close().toNanos();
        return pendingWrites > 0 ? Math.max(closeNs, LEAST_DRAIN_NS) : closeNs;
    }

    private void check() {
        if (done) {
            return;
        }
        if (timer.nowNs() - lastNs < limitNs()) {
            scheduleCheck();
        } else if (!tls.ended && !plain.ended) {
            cancel("no byte for " + timeouts.idle().toSeconds() + " s (TIMEOUTidle)");
        } else if (tls.ended
                && !plain.ended
                && side(plain).waitsForTheEnd()
                && side(plain).hasInput()) {
            lastNs = timer.nowNs();
            scheduleCheck();
        } else if (pendingWrites == 0 && (plain.ended ? !tls.deaf : side(plain).waitsForTheEnd())) {
            // All was delivered to the TLS peer, which does not answer close_notify; or a parent waits for this end.
            side(tls).finish();
            side(tls).close();
            side(plain).close();
            finish();
        } else {
            cancel("one direction had ended and no byte came for " + limitNs() / 1_000_000_000 + " s (TIMEOUTclose)");
        }
    }

    private End end(Side side) {
        return side == tls.side ? tls : plain;
    }

    private End other(End end) {
        return end == tls ? plain : tls;
    }

    private String name(End end) {
        return end == tls ? "the TLS peer" : "the plain side";
    }

    private static Side side(End end) {
        Side side = end.side;
        if (side == null) {
            throw new IllegalStateException("a relay begins with two sides");
        }
        return side;
    }
}
