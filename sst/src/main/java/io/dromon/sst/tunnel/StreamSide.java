package io.dromon.sst.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Two blocking streams, of a program or of this process, each on a thread of its own. */
final class StreamSide implements Side {
    private static final int PORTION = 64 * 1024;
    private static final long HIGH_BYTES = 512 * 1024;
    private static final long LOW_BYTES = 256 * 1024;

    /** What the writer does next. */
    private sealed interface Work {
        record Data(ByteBuf bytes) implements Work {}

        /** Ends the output; then the rest of what there is. */
        record End(boolean all) implements Work {}
    }

    private final Relay relay;
    private final Executor loop;
    private final InputStream input;
    private final OutputStream output;
    private final Owner owner;
    private final Semaphore reads = new Semaphore(0);
    private final BlockingQueue<Work> work = new LinkedBlockingQueue<>();
    private final AtomicLong pending = new AtomicLong();
    private volatile boolean stopped;

    /** Whose streams they are. */
    interface Owner {
        /** Its output has ended. */
        default void outputEnded() throws InterruptedException {}

        /** Both directions have ended in order. */
        default void release() {}

        /** The connection is aborted: ends whatever blocks the streams. */
        default void kill() {}

        default boolean isGone() {
            return false;
        }
    }

    /** The process that started this one for one connection, as rsync does with its remote shell. */
    record Parent() implements Owner {}

    /** @param loop the relay's thread */
    StreamSide(Relay relay, Executor loop, InputStream input, OutputStream output, Owner owner) {
        this.relay = relay;
        this.loop = loop;
        this.input = input;
        this.output = output;
        this.owner = owner;
    }

    void start(ThreadFactory threads) {
        threads.newThread(this::read).start();
        threads.newThread(this::write).start();
    }

    private void read() {
        byte[] portion = new byte[PORTION];
        try {
            while (!stopped) {
                reads.acquire();
                if (stopped) {
                    return;
                }
                int count = input.read(portion);
                if (count < 0) {
                    owner.outputEnded();
                    loop.execute(() -> relay.ended(this));
                    return;
                }
                ByteBuf data = ByteBufAllocator.DEFAULT.directBuffer(count).writeBytes(portion, 0, count);
                loop.execute(() -> {
                    relay.data(this, data);
                    relay.readComplete(this);
                });
            }
        } catch (IOException e) {
            tell(() -> relay.failed(this, "cannot be read: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        byte[] portion = new byte[PORTION];
        boolean broken = false;
        boolean open = true;
        while (true) {
            @Nullable Work next;
            try {
                next = work.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (next instanceof Work.Data data) {
                broken |= !open || stopped || !writeOut(data.bytes, portion, broken);
                boolean failed = broken;
                tell(() -> {
                    if (failed) {
                        relay.writeFailed(this);
                    } else {
                        relay.written();
                    }
                });
            } else if (next instanceof Work.End end) {
                if (open) {
                    open = false;
                    quietlyClose(output);
                }
                if (end.all) {
                    if (!stopped) {
                        owner.release();
                        tell(() -> relay.closed(this));
                    }
                    return;
                }
            }
        }
    }

    /** Whether it was taken; releases the buffer. */
    private boolean writeOut(ByteBuf bytes, byte[] portion, boolean broken) {
        int size = bytes.readableBytes();
        try {
            if (broken) {
                return false;
            }
            while (bytes.isReadable()) {
                int count = Math.min(portion.length, bytes.readableBytes());
                bytes.readBytes(portion, 0, count);
                output.write(portion, 0, count);
            }
            output.flush();
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            bytes.release();
            long left = pending.addAndGet(-size);
            if (left < LOW_BYTES && left + size >= LOW_BYTES) {
                tell(() -> relay.writable(this));
            }
        }
    }

    private void tell(Runnable event) {
        if (!stopped) {
            loop.execute(event);
        }
    }

    private static void quietlyClose(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // Its reader is gone; the relay learns that from the other direction.
        }
    }

    @Override
    public void write(ByteBuf data) {
        pending.addAndGet(data.readableBytes());
        work.add(new Work.Data(data));
    }

    /** Nothing waits to be flushed. */
    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
        return pending.get() < HIGH_BYTES;
    }

    @Override
    public void requestRead() {
        reads.release();
    }

    @Override
    public void finish() {
        work.add(new Work.End(false));
    }

    @Override
    public void close() {
        work.add(new Work.End(true));
    }

    @Override
    public void abort() {
        stopped = true;
        owner.kill();
        reads.release();
        work.add(new Work.End(true));
    }

    @Override
    public boolean waitsForTheEnd() {
        return owner instanceof Parent;
    }

    @Override
    public boolean hasInput() {
        try {
            return input.available() > 0;
        } catch (IOException e) {
            return false; // closed
        }
    }

    @Override
    public boolean isGone() {
        return owner.isGone();
    }
}
