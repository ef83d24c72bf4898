package io.dromon.node;

import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An application that keeps what it was given, so that its node can be away and come back: it says where its state ends, is
 * given what it missed, gives its whole state to a node that has none, and takes that of another one. All data nodes of a
 * cluster run the same one.
 *
 * <p>The application's own position is the truth: it is written in the same step as the data that it stands for, and no file of
 * the node replaces it. Between two starts nothing is lost and nothing is given twice if {@link #position} is exact.
 *
 * <p>As all of {@link Application}, these methods are called one at a time: {@link #position} on the thread that starts or
 * restarts the node, while nothing else is called; then all on the delivery thread.
 */
public interface StatefulApplication extends Application {
    /**
     * Where its state ends: the last number of which it holds the effects, and the history that the number belongs to ({@link
     * Delivery#history});
     * {@link Position#NONE} if it has no state. Numbers of views, and of write-sets that failed, need not be counted: what
     * follows the position is given again, and holds nothing for the application.
     */
    Position position();

    /**
     * Gives its state as of now to a node that needs all of it: makes the directory, and leaves files in it which do not
     * change any more. The cluster waits for this call, so it is a matter of links or checkpoints, not of copies.
     *
     * @param directory is not there yet, its parent is; removed by the node when the transfer is over
     */
    void snapshot(Path directory) throws IOException;

    /**
     * Begins what {@link #snapshot} does: decides on the state as of now, and returns what makes the files of it. The cluster
     * waits for this call alone. An application whose state as of a moment can be written while it goes on overrides it;
     * this one makes the files at once.
     *
     * @param directory is not there yet, its parent is; removed by the node when the transfer is over
     */
    default PendingSnapshot beginSnapshot(Path directory) throws IOException {
        snapshot(directory);
        return PendingSnapshot.COMPLETE;
    }

    /**
     * Takes the state of another node in the place of its own, whole or not at all: after an exception {@link #position} and
     * the data are what they were before. Afterwards {@link #position} is that of the snapshot.
     *
     * @param directory what {@link #snapshot} has left there at the donor; the application may move its files away
     */
    void restore(Path directory) throws IOException;
}
