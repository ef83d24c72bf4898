package io.dromon.sst.script;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.sst.program.ChildProgram;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a program that hangs: for too long it moves no byte or, when its input has ended, says no line. Without it the
 * ends would give the transfer up without knowing why nothing moves or, at the end of a joiner's program, never. Ends a
 * program as well when the thread that waits for it is interrupted, which reading from it would not notice.
 */
final class HangWatch implements AutoCloseable {
    private static final long LOOK_EVERY_NS = 250_000_000;

    private final Duration limit;
    private final TransferThreads threads = new TransferThreads();
    private @Nullable ChildProgram awaited;
    private @Nullable Thread waiting;
    private long sinceNs;
    private boolean ending;
    private @Nullable String hung;
    private boolean closed;

    /** @param idle what a transfer may be without movement */
    HangWatch(Duration idle) {
        this.limit = idle.multipliedBy(3).dividedBy(4); // before the ends give up, which do not know why nothing moves
        threads.start("sst-program-watch", this::run);
    }

    private synchronized void run() {
        try {
            while (!closed) {
                TimeUnit.NANOSECONDS.timedWait(this, LOOK_EVERY_NS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does
        }
    }

    private void look() {
        ChildProgram program = awaited;
        if (program == null || waiting == null) {
            return;
        }
        if (waiting.isInterrupted()) {
            program.close();
            return;
        }
        long silentNs = System.nanoTime() - (ending ? Math.max(sinceNs, program.lastLineNs()) : sinceNs);
        if (hung == null && silentNs >= limit.toNanos()) {
            hung = "the program hangs, it has " + (ending ? "said nothing since its input ended" : "moved nothing")
                    + " for " + DurationText.of(limit) + ": " + program.ending();
            program.close();
        }
    }

    /** This thread gives the program bytes, or takes some, from now on. */
    void begin(ChildProgram program) {
        begin(program, false);
    }

    /** This thread waits for the end of the program, which has read all; each line it says is a sign that it works. */
    void beginEnding(ChildProgram program) {
        begin(program, true);
    }

    private synchronized void begin(ChildProgram program, boolean isEnding) {
        ending = isEnding;
        awaited = program;
        waiting = Thread.currentThread();
        sinceNs = System.nanoTime();
    }

    /**
     * It waits no more.
     *
     * @throws TransferException if the program was ended since it hung, with the last that it said
     */
    void end() throws TransferException {
        synchronized (this) {
            awaited = null;
            waiting = null;
        }
        check();
    }

    /** @throws TransferException as {@link #end} */
    synchronized void check() throws TransferException {
        if (hung != null) {
            throw new TransferException(Reason.IDLE, hung);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
