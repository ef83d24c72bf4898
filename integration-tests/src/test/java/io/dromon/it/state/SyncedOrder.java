package io.dromon.it.state;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A kept order whose syncs are counted, can be held up, and can fail. */
final class SyncedOrder implements DurableApplication {
    private final KeptOrder order;
    private final AtomicInteger syncs = new AtomicInteger();
    private final Semaphore disk = new Semaphore(1);
    private volatile @Nullable IOException broken;

    SyncedOrder(KeptOrder order) {
        this.order = order;
    }

    /** Syncs that were begun. */
    int syncs() {
        return syncs.get();
    }

    /** No sync returns from now on. */
    void hold() {
        disk.acquireUninterruptibly();
    }

    void release() {
        disk.release();
    }

    /** Syncs fail from now on. */
    void breakDisk(IOException why) {
        broken = why;
    }

    @Override
    public void persist() throws IOException {
        syncs.incrementAndGet();
        disk.acquireUninterruptibly();
        disk.release();
        IOException why = broken;
        if (why != null) {
            throw why;
        }
    }

    @Override
    public Position position() {
        return order.position();
    }

    @Override
    public void snapshot(Path directory) throws IOException {
        order.snapshot(directory);
    }

    @Override
    public void restore(Path directory) throws IOException {
        order.restore(directory);
    }

    @Override
    public void deliver(Delivery delivery) {
        order.deliver(delivery);
    }

    @Override
    public void onMissed(long from, long to) {
        order.onMissed(from, to);
    }

    @Override
    public void onView(ClusterView view) {
        order.onView(view);
    }

    @Override
    public void onState(NodeState state) {
        order.onState(state);
    }

    @Override
    public void onStopped(@Nullable NodeException failure) {
        order.onStopped(failure);
    }
}
