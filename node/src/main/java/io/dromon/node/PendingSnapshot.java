package io.dromon.node;

import java.io.IOException;

/**
 * A snapshot of an application's state whose content is decided, and whose files are yet to be made: see {@link
 * StatefulApplication#beginSnapshot}. The node calls {@link #write} once or not at all, and then {@link #close}, both on
 * a thread of the transfer.
 */
public interface PendingSnapshot extends AutoCloseable {
    /** Of an application that has made its files already. */
    PendingSnapshot COMPLETE = new PendingSnapshot() {
        @Override
        public void write() {}

        @Override
        public void close() {}
    };

    /** Makes the directory and its files, while the application goes on. An exception ends the transfer alone. */
    void write() throws IOException;

    /** Gives back what the application keeps for it, whether or not it was written. */
    @Override
    void close();
}
