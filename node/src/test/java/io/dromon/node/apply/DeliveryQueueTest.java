package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.NodeState;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waits for the application is counted by the memory that it keeps. */
@Tag("unit")
final class DeliveryQueueTest {
    private static final int FRAME = 32_000;

    private final DeliveryQueue queue = new DeliveryQueue();

    private static DeliveryItem writeSet(Bytes data) {
        return new DeliveryItem.OrderedWriteSet(1, Uuids.NIL, "", 0, data, null);
    }

    @Test
    void countsTheWholeFrameThatATinyWriteSetKeeps() {
        for (int i = 0; i < 10; i++) {
            queue.publish(List.of(writeSet(new Bytes(new byte[FRAME], 100, 1))));
        }

        assertThat(queue.bytes()).isGreaterThan(10 * FRAME).isLessThan(11 * FRAME);
    }

    @Test
    void countsAFrameOnceForAllWriteSetsInIt() {
        byte[] frame = new byte[FRAME];
        List<DeliveryItem> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            batch.add(writeSet(new Bytes(frame, i * 320, 320)));
        }

        queue.publish(batch);

        assertThat(queue.bytes()).isGreaterThan(FRAME).isLessThan(2 * FRAME);
        assertThat(queue.length()).isEqualTo(100);
    }

    @Test
    void hasNothingLeftWhenAllIsWorkedOff() {
        queue.publish(List.of(
                writeSet(new Bytes(new byte[7])),
                new DeliveryItem.State(NodeState.OPEN),
                writeSet(new Bytes(new byte[9]))));
        queue.publish(List.of(writeSet(new Bytes(new byte[FRAME]))));

        for (DeliveryItem item : queue.take(new ArrayList<>())) {
            queue.begin(item);
            queue.done();
        }

        assertThat(queue.bytes()).isZero();
        assertThat(queue.length()).isZero();
    }
}
