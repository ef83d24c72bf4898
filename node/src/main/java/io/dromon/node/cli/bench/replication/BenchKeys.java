package io.dromon.node.cli.bench.replication;

import io.dromon.node.WriteSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The keys of the write-sets of the benchmark.
 *
 * @param count exclusive keys of each, out of a million; 0: none
 * @param hotPercent how many of 100 write-sets have, as their first one, a key that all of these have
 */
record BenchKeys(int count, int hotPercent) {
    private static final int RESOURCES = 1_000_000;

    /** A write-set with other keys at each call. */
    WriteSet writeSet(byte[] payload) {
        if (count == 0) {
            return WriteSet.of(payload);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        WriteSet.Builder change = WriteSet.builder().data(payload);
        for (int i = 0; i < count; i++) {
            boolean hot = i == 0 && random.nextInt(100) < hotPercent;
            change.exclusive("bench", hot ? "hot" : Integer.toString(random.nextInt(RESOURCES)));
        }
        return change.build();
    }
}
