package io.dromon.sst.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** Cuts what a producer writes into queue. */
final class LiveChannel implements WritableByteChannel {
    /** Pieces that wait to be sent. */
    private static final int LIVE_AHEAD = 8;

    private final SegmentQueue queue;
    private ByteBuffer piece;
    private boolean closed;

    LiveChannel(SegmentQueue queue) {
        this.queue = queue;
        this.piece = queue.piece();
    }

    @Override
    public int write(ByteBuffer data) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int length = data.remaining();
        while (data.hasRemaining()) {
            int count = Math.min(piece.remaining(), data.remaining());
            piece.put(data.duplicate().limit(data.position() + count));
            data.position(data.position() + count);
            if (!piece.hasRemaining()) {
                flush();
            }
        }
        return length;
    }

    void flush() throws IOException {
        if (piece.position() == 0) {
            return;
        }
        try {
            queue.offer(piece.flip(), LIVE_AHEAD);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the transfer ended");
        }
        piece = queue.piece();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
