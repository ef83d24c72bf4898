package io.dromon.it.state;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.StatefulApplication;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Hands on to a kept order, with something done before it gives or takes a snapshot. */
record BefallenOrder(KeptOrder order, Before snapshots, Before restores) implements StatefulApplication {
    /** What is done before; its failure is the application's. */
    interface Before {
        void run() throws IOException;
    }

    @Override
    public Position position() {
        return order.position();
    }

    @Override
    public void deliver(Delivery delivery) {
        order.deliver(delivery);
    }

    @Override
    public void onView(ClusterView view) {
        order.onView(view);
    }

    @Override
    public void onMissed(long from, long to) {
        order.onMissed(from, to);
    }

    @Override
    public void onStopped(@Nullable NodeException failure) {
        order.onStopped(failure);
    }

    @Override
    public void snapshot(Path directory) throws IOException {
        snapshots.run();
        order.snapshot(directory);
    }

    @Override
    public void restore(Path directory) throws IOException {
        restores.run();
        order.restore(directory);
    }
}
