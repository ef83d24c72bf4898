package io.dromon.node.cli.member;

import io.dromon.node.Node;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the group when the process is asked to end. A clean leave on SIGTERM or SIGINT is success, so the exit code is
 * 0 then and not the signal's, which supervisors take for a crash.
 */
public final class LeaveOnSignal {
    private static final Logger LOG = LoggerFactory.getLogger(LeaveOnSignal.class);
    private static final int LAST_OUTPUT_SECONDS = 5;
    private static volatile boolean endedByItself;

    private LeaveOnSignal() {}

    /**
     * @param leave leaves the group, and returns when that is done
     * @param stopped counted down when the application was told that the node ended
     * @param failed whether the node ended for a failure
     */
    static void install(Runnable leave, CountDownLatch stopped, BooleanSupplier failed) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(leave, stopped, failed), "dromon-shutdown"));
    }

    /**
     * Waits for the end of a node that was not asked to leave. An application that cannot be told of it, since its output
     * is not read, does not keep the process.
     */
    static void awaitEnd(Node node, CountDownLatch stopped) throws InterruptedException {
        int overdue = 0;
        while (!stopped.await(1, TimeUnit.SECONDS)) {
            overdue = node.isOpen() ? 0 : overdue + 1;
            if (overdue >= LAST_OUTPUT_SECONDS) {
                throw new CommandFailure("the node has ended, see its log, and its output was not taken for "
                        + LAST_OUTPUT_SECONDS + " s");
            }
        }
    }

    /**
     * Ends the process with a node that failed, also while the command waits for its input: a process that is no member
     * any more must not look like one.
     */
    static void endWith(Node node, CountDownLatch stopped, BooleanSupplier failed) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        awaitEnd(node, stopped);
                        if (!failed.getAsBoolean()) {
                            return;
                        }
                        TimeUnit.SECONDS.sleep(LAST_OUTPUT_SECONDS); // the command may know more, and end by itself
                    } catch (CommandFailure e) {
                        LOG.error("{}", e.getMessage());
                    } catch (InterruptedException e) {
                        return;
                    }
                    System.exit(ExitCode.FAILED);
                },
                "dromon-end");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** The command ran to its end: its own exit code counts. */
    public static void endedByItself() {
        endedByItself = true;
    }

    private static void leave(Runnable leave, CountDownLatch stopped, BooleanSupplier failed) {
        boolean signalled = !endedByItself;
        leave.run();
        if (!signalled) {
            return;
        }
        boolean done = false;
        try {
            done = stopped.await(LAST_OUTPUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(done && !failed.getAsBoolean() ? 0 : ExitCode.FAILED);
    }
}
