package io.dromon.sst.channel;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The threads of one end of a transfer, daemons all of them. Safe for threads. */
public final class TransferThreads {
    private final Set<Thread> running = new HashSet<>();

    /** Starts a thread, which counts as running until its work is over. */
    public void start(String name, Runnable work) {
        Thread thread = daemon(name, () -> {
            try {
                work.run();
            } finally {
                ended(Thread.currentThread());
            }
        });
        synchronized (this) {
            running.add(thread);
        }
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                ended(thread);
            }
        }
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private synchronized void ended(Thread thread) {
        running.remove(thread);
        notifyAll();
    }

    /** Interrupts all that run. */
    public synchronized void interrupt() {
        running.forEach(Thread::interrupt);
    }

    /** Waits until none runs, or the time is over. */
    public synchronized void await(Duration limit) throws InterruptedException {
        long untilNs = System.nanoTime() + limit.toNanos();
        for (long leftNs = limit.toNanos(); !running.isEmpty() && leftNs > 0; leftNs = untilNs - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
    }

    /**
     * Runs work that may take longer than the idle time on a thread of its own, which nothing interrupts, and meanwhile
     * something else now and then. Returns after the work even if the caller is interrupted.
     *
     * @throws IOException that of the work, or one that carries what else it threw
     */
    public static <T> T call(String name, Callable<T> work, Duration every, Runnable meanwhile) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        daemon(name, task).start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return interrupted ? task.get() : task.get(every.toNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    meanwhile.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException known ? known : new IOException("a bug: " + cause, cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
