package io.dromon.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.NodeStatus;
import java.util.Collections;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void countsADurationInTheFirstBucketThatHoldsIt() {
        long first = NodeStatus.Histogram.BOUNDS_NS.get(0);
        histogram.record(0);
        histogram.record(first);
        histogram.record(first + 1);
        histogram.record(Long.MAX_VALUE / 2);

        NodeStatus.Histogram read = histogram.read();

        assertThat(read.counts().get(0)).isEqualTo(2);
        assertThat(read.counts().get(1)).isEqualTo(1);
        assertThat(read.counts().get(read.counts().size() - 1)).isEqualTo(1);
        assertThat(read.counts()).hasSize(NodeStatus.Histogram.BOUNDS_NS.size() + 1);
        assertThat(read.count()).isEqualTo(4);
    }

    @Test
    void addsDurationsUp() {
        histogram.record(2_000_000);
        histogram.record(3_000_000);

        assertThat(histogram.read().sumNs()).isEqualTo(5_000_000);
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(histogram.read().counts())
                .isEqualTo(Collections.nCopies(NodeStatus.Histogram.BOUNDS_NS.size() + 1, 0L));
    }
}
