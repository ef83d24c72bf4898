package io.dromon.node.state.snapshot;

import io.dromon.transport.wire.Position;

/** Told of one transfer, on a thread of it; the calls come one after the other, and one of the last two is the last. */
public interface SnapshotListener {
    /** Once a second, from the beginning on. */
    default void onProgress(SnapshotProgress progress) {}

    /**
     * The joiner has all of it on disk.
     *
     * @param position the last event that the snapshot holds
     */
    void onTransferred(Position position);

    /** It did not come to that, and nothing of it is left. */
    void onFailure(SnapshotException why);
}
