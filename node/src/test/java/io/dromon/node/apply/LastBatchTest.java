package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.ParallelApplication;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application holds back until the end of a batch must be out before its node ends. */
@Tag("unit")
@Timeout(30)
final class LastBatchTest {
    private final List<String> told = new ArrayList<>();

    private final class Recorder implements ParallelApplication {
        @Override
        public int appliers() {
            return 2;
        }

        @Override
        public Commit apply(Delivery delivery) {
            long seqno = delivery.seqno();
            return () -> told.add("commit " + seqno);
        }

        @Override
        public void onDrained() {
            told.add("drained");
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            told.add("stopped");
        }
    }

    private static final class Listener implements DeliveryListener {
        @Override
        public void onDrained() {}

        @Override
        public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public boolean restarts() {
            return false;
        }

        @Override
        public void onApplicationFailure(NodeException failure) {
            throw new AssertionError(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void endsBeforeTheNodeDoes(int appliers) {
        DeliveryQueue queue = new DeliveryQueue();
        Deliverer deliverer =
                new Deliverer("n", queue, new Recorder(), Position.NONE, Position.NONE, appliers, new Listener());
        List<DeliveryItem> batch = new ArrayList<>();
        for (int seqno = 1; seqno <= 3; seqno++) {
            batch.add(new DeliveryItem.OrderedWriteSet(
                    seqno, new UUID(1, 1), "n", seqno - 1, new Bytes(new byte[] {1}), null));
        }
        batch.add(new DeliveryItem.End(null));
        queue.publish(batch);

        deliverer.run();

        assertThat(told).endsWith("drained", "stopped").contains("commit 1", "commit 2", "commit 3");
    }
}
