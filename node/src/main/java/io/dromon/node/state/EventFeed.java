package io.dromon.node.state;

import io.dromon.node.ist.IstRecipient;
import io.dromon.node.ist.protocol.IncomingStream;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.state.core.TransferInputs;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings the events of an incremental transfer from its thread to the protocol thread, in batches. A protocol thread, or an
 * application, that is slow stops the donor: only a few hundred events are on their way.
 */
final class EventFeed implements IstRecipient {
    private static final int MOST = 512;
    private static final long MOST_BYTES = 8L << 20;
    /** How often it is looked whether the application has caught up, which nobody tells, ms. */
    private static final long LOOK_MS = 5;

    private final int attempt;
    private final TransferHost host;
    private final Object lock = new Object();
    private List<IstEvent> waiting = new ArrayList<>();
    private long waitingBytes;

    EventFeed(int attempt, TransferHost host) {
        this.attempt = attempt;
        this.host = host;
    }

    @Override
    public void onEvent(IstEvent event) throws InterruptedException {
        boolean first;
        synchronized (lock) {
            while (waiting.size() >= MOST || waitingBytes >= MOST_BYTES) {
                lock.wait();
            }
            first = waiting.isEmpty();
            waiting.add(event);
            waitingBytes += bytes(event);
        }
        if (first) {
            host.onProtocolThread(this::hand);
        }
        synchronized (lock) {
            while (host.isBehind()) {
                lock.wait(LOOK_MS);
            }
        }
    }

    private static long bytes(IstEvent event) {
        return event instanceof IstEvent.WriteSet writeSet
                ? writeSet.content().bytes().length()
                : 0;
    }

    private void hand(TransferInputs core) {
        List<IstEvent> batch;
        synchronized (lock) {
            batch = waiting;
            waiting = new ArrayList<>();
            waitingBytes = 0;
            lock.notifyAll();
        }
        long nowNs = System.nanoTime();
        batch.forEach(event -> core.received(attempt, event, nowNs));
    }

    @Override
    public void onEnd(long lastSeqno) {
        host.onProtocolThread(core -> core.ended(attempt, System.nanoTime()));
    }

    @Override
    public void onFailure(IstException failure, long lastGood) {
        host.onProtocolThread(core -> core.failed(
                attempt,
                text(failure, lastGood),
                failure.reason() == Reason.GAP
                        || failure.reason() == Reason.WRONG_RANGE
                        || failure.reason() == Reason.MALFORMED,
                System.nanoTime()));
    }

    private static String text(IstException failure, long lastGood) {
        return failure.getMessage()
                + (lastGood == IncomingStream.NONE ? "" : " (it brought all up to " + lastGood + ")");
    }
}
