package io.dromon.it.sst;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network between two processes: passes bytes on and counts them, until something happens to it. */
final class FaultyWire implements AutoCloseable {
    /** What happens to the next bytes of a connection. */
    enum Way {
        PASS,
        STALL,
        ONE_BYTE,
        FLIP_ONE_BIT
    }

    private static final int PORTION = 32 * 1024;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final InetSocketAddress to;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final long triggerBytes;
    private final Runnable trigger;
    private long bytes;
    private boolean triggered;
    private Way way = Way.PASS;
    private volatile boolean closed;

    /** @param trigger run once, on a thread of its own, when so many bytes have passed */
    FaultyWire(InetSocketAddress to, long triggerBytes, Runnable trigger) throws IOException {
        this.to = to;
        this.triggerBytes = triggerBytes;
        this.trigger = trigger;
        thread(() -> {
            while (!closed) {
                accept(server.accept());
            }
        });
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                Thread.onSpinWait(); // cut, or the end of the run
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(Socket left) throws IOException {
        sockets.add(left);
        Socket right = new Socket();
        sockets.add(right);
        try {
            right.connect(to);
        } catch (IOException e) {
            left.close();
            return;
        }
        if (closed) {
            cutAll();
            return;
        }
        thread(() -> copy(left, right));
        thread(() -> copy(right, left));
    }

    private void copy(Socket from, Socket into) throws IOException, InterruptedException {
        byte[] buffer = new byte[PORTION];
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                passed(count);
                for (int at = 0; at < count; ) {
                    int length = next(buffer, at, count - at);
                    out.write(buffer, at, length);
                    at += length;
                }
            }
        }
    }

    private synchronized void passed(int count) {
        bytes += count;
        if (bytes >= triggerBytes && !triggered) {
            triggered = true;
            thread(trigger::run);
        }
    }

    private synchronized int next(byte[] buffer, int at, int left) throws InterruptedException {
        while (way == Way.STALL && !closed) {
            wait(50);
        }
        if (way == Way.FLIP_ONE_BIT) {
            way = Way.PASS;
            buffer[at + left / 2] ^= 1;
        }
        return way == Way.ONE_BYTE ? 1 : left;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized boolean wasTriggered() {
        return triggered;
    }

    synchronized void set(Way next) {
        way = next;
        notifyAll();
    }

    /** Ends one connection in order, as far as TCP goes. */
    void cutOne() {
        sockets.stream().findAny().ifPresent(FaultyWire::end);
    }

    void cutAll() {
        sockets.forEach(FaultyWire::end);
    }

    /** As cutAll, by RST. */
    void resetAll() {
        for (Socket socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                Thread.onSpinWait(); // it has ended
            }
            end(socket);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            Thread.onSpinWait(); // it has ended
        }
    }

    /** Nothing passes any more, and nobody listens. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            Thread.onSpinWait();
        }
        cutAll();
    }
}
