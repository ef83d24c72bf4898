package io.dromon.node.ist;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection in plain text. */
final class PlainIstChannel implements IstChannel {
    private static final int CAPACITY = 256 * 1024;

    private final SocketChannel socket;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocateDirect(CAPACITY).limit(0);

    private PlainIstChannel(SocketChannel socket, Selector selector) throws IOException {
        this.socket = socket;
        this.selector = selector;
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.key = socket.register(selector, 0);
    }

    /** Takes the socket over, which is closed if this fails. */
    static PlainIstChannel over(SocketChannel socket) throws IOException {
        Selector selector = null;
        try {
            selector = Selector.open();
            return new PlainIstChannel(socket, selector);
        } catch (IOException | RuntimeException | Error e) {
            if (selector != null) {
                selector.close();
            }
            socket.close();
            throw e;
        }
    }

    @Override
    public ByteBuffer received() {
        return in;
    }

    @Override
    public boolean awaitMore(long limitNs) throws IOException {
        long deadline = System.nanoTime() + limitNs;
        in.compact();
        try {
            int read = socket.read(in);
            while (read == 0) {
                if (!ready(SelectionKey.OP_READ, deadline)) {
                    return false;
                }
                read = socket.read(in);
            }
            if (read < 0) {
                throw new EOFException("the connection ended");
            }
            return true;
        } finally {
            in.flip();
        }
    }

    /** Whether the socket can do it before the deadline. */
    private boolean ready(int operation, long deadline) throws IOException {
        key.interestOps(operation);
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("stopped");
            }
            long leftNs = deadline - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            boolean found = selector.select(Math.max(1, leftNs / 1_000_000)) > 0;
            selector.selectedKeys().clear();
            if (found) {
                return true;
            }
        }
    }

    @Override
    public void write(ByteBuffer data, long stallNs) throws IOException {
        while (data.hasRemaining()) {
            if (socket.write(data) == 0 && !ready(SelectionKey.OP_WRITE, System.nanoTime() + stallNs)) {
                throw new SocketTimeoutException("nothing moved on the connection for too long");
            }
        }
    }

    @Override
    public void awaitEnd(long limitNs) throws IOException {
        long deadline = System.nanoTime() + limitNs;
        try {
            while (awaitMore(deadline - System.nanoTime())) {
                in.position(in.limit());
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            in.position(in.limit()); // it has gone, which is what was waited for
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
            socket.close();
        } catch (IOException e) {
            in.position(in.limit()); // it is closed all the same
        }
    }
}
