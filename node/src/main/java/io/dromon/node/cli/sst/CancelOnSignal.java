package io.dromon.node.cli.sst;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** On SIGTERM or SIGINT a transfer is cancelled: the other end hears it, and what is not whole is removed. */
final class CancelOnSignal {
    private static final int LIMIT_SECONDS = 10;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Runnable cancel;

    CancelOnSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "sst-shutdown"));
    }

    /** What cancels it, from now on. */
    void with(Runnable how) {
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
                System.err.println("dromon: the transfer did not end in order");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
    }

    /** The transfer is over, and has said how. */
    void over() {
        ended.countDown();
    }
}
