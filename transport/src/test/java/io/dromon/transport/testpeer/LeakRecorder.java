package io.dromon.transport.testpeer;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's leak detector with a memory: the module's tests run with it (system property {@code
 * io.netty.customResourceLeakDetector}), and {@link #assertNoLeaks} fails where the original only logs.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    public LeakRecorder(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    public LeakRecorder(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        LEAKS.add(resourceType + records);
        super.reportTracedLeak(resourceType, records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        LEAKS.add(resourceType);
        super.reportUntracedLeak(resourceType);
    }

    /** Collects garbage, lets the detectors look, and fails if anything was ever lost. */
    public static void assertNoLeaks() {
        for (int round = 0; round < 2; round++) {
            System.gc();
            // A detector looks for lost buffers when the next one is made.
            for (int i = 0; i < 10; i++) {
                io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
                io.netty.buffer.Unpooled.buffer(16).release();
            }
        }
        if (!LEAKS.isEmpty()) {
            throw new AssertionError(LEAKS.size() + " leaks, the first: " + LEAKS.get(0));
        }
    }
}
