package io.dromon.node.cache;

import java.nio.file.Path;

/**
 * The settings of a cache, from the options of its node. Which option does what stands on the {@link
 * io.dromon.node.cache package}'s page.
 *
 * @param directory the cache's own; created if its parent is there
 * @param capacityBytes how much is kept on the disk; 0 for no cache
 * @param segmentBytes size of a file, but for one with a single larger record; positive
 * @param memoryBytes how much may wait in memory to be written, more by one record at most; positive
 * @param recover whether what is there at start is kept
 */
public record CacheSettings(Path directory, long capacityBytes, long segmentBytes, long memoryBytes, boolean recover) {
    private static final long SMALLEST_SEGMENT_BYTES = 64L << 10;
    private static final long LARGEST_SEGMENT_BYTES = 64L << 20;
    private static final long LEAST_MEMORY_BYTES = 4L << 20;
    /** Keeps sums from overflowing. */
    private static final long LARGEST_BYTES = 1L << 60;

    private static final int SEGMENTS = 16;
    private static final int HEAP_SHARE = 8;

    public CacheSettings {
        if (capacityBytes < 0 || segmentBytes < 1 || memoryBytes < 1) {
            throw new IllegalArgumentException("capacityBytes " + capacityBytes + ", segmentBytes " + segmentBytes
                    + ", memoryBytes " + memoryBytes);
        }
    }

    /**
     * The settings that follow from Galera's options.
     *
     * @param directory {@code gcache.dir}, and in it {@code gcache.name} with {@code .d} behind it
     * @param sizeBytes {@code gcache.size}
     * @param pageBytes {@code gcache.page_size}; 0 for no limit
     * @param keptPagesBytes {@code gcache.keep_pages_size}
     * @param memoryBytes {@code gcache.mem_size}; 0 for what fits the heap
     * @param recover {@code gcache.recover}
     * @param heapBytes the largest size of the JVM's heap
     */
    public static CacheSettings of(
            Path directory,
            long sizeBytes,
            long pageBytes,
            long keptPagesBytes,
            long memoryBytes,
            boolean recover,
            long heapBytes) {
        long capacity = Math.min(sizeBytes, LARGEST_BYTES) + Math.min(keptPagesBytes, LARGEST_BYTES);
        long largest = pageBytes == 0 ? LARGEST_SEGMENT_BYTES : Math.min(pageBytes, LARGEST_SEGMENT_BYTES);
        long segment = Math.max(SMALLEST_SEGMENT_BYTES, Math.min(capacity / SEGMENTS, largest));
        long memory = memoryBytes > 0 ? memoryBytes : Math.min(capacity / 2, heapBytes / HEAP_SHARE);
        return new CacheSettings(directory, capacity, segment, Math.max(LEAST_MEMORY_BYTES, memory), recover);
    }
}
