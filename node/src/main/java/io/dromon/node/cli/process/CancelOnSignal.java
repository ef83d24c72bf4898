package io.dromon.node.cli.process;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** On SIGTERM or SIGINT what a command does is cancelled, and may end in order before the process does. */
public final class CancelOnSignal {
    private static final int LIMIT_SECONDS = 10;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final String what;
    private volatile @Nullable Runnable cancel;

    /** @param what is cancelled: "the transfer" */
    public CancelOnSignal(String what) {
        this.what = what;
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "dromon-cancel"));
    }

    /** What cancels it, from now on. */
    public void with(Runnable how) {
        cancel = how;
    }

    private void signalled() {
        Runnable how = cancel;
        if (how == null || ended.getCount() == 0) {
            return;
        }
        how.run();
        try {
            if (!ended.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("dromon: " + what + " did not end in order");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
    }

    /** It is over, and has said how. */
    public void over() {
        ended.countDown();
    }
}
