package io.dromon.node.state.snapshot;

import io.dromon.sst.Progress;

/**
 * How far a transfer is.
 *
 * @param bytes of content that are done
 * @param totalBytes of content altogether, 0 if unknown
 * @param bytesPerSecond since the donor was let in
 */
public record SnapshotProgress(long bytes, long totalBytes, long bytesPerSecond) {
    /** Nothing has come or gone yet. */
    public static final SnapshotProgress NOTHING = new SnapshotProgress(0, 0, 0);

    static SnapshotProgress of(Progress counters) {
        Progress.Snapshot now = counters.snapshot();
        return new SnapshotProgress(now.bytes(), now.totalBytes(), Math.round(now.rate()));
    }
}
