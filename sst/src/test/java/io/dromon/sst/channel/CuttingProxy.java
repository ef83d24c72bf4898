package io.dromon.sst.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on, until it is told to cut, stall or trickle. */
public final class CuttingProxy implements AutoCloseable {
    private final ServerSocket server;
    private final java.io.ByteArrayOutputStream first = new java.io.ByteArrayOutputStream();
    private volatile InetSocketAddress to;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean stalled;
    private volatile int swallowsUpTo;
    private volatile boolean flips;
    private volatile boolean closed;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile int mostBytes = 65536;

    public CuttingProxy(InetSocketAddress to) throws IOException {
        this.to = to;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(() -> {
            while (!closed) {
                Socket left = server.accept();
                int number = accepted.incrementAndGet();
                Socket right = new Socket();
                sockets.add(left);
                sockets.add(right);
                right.connect(this.to);
                thread(() -> copy(left, right, number, number == 1));
                thread(() -> copy(right, left, number, false));
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
                Thread.onSpinWait(); // cut, or the end of the test
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void copy(Socket from, Socket into, int number, boolean record) throws IOException, InterruptedException {
        byte[] buffer = new byte[65536];
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            for (int n = in.read(buffer, 0, mostBytes); n >= 0; n = in.read(buffer, 0, mostBytes)) {
                synchronized (this) {
                    while (stalled && !closed) {
                        wait(50);
                    }
                    cutAfter -= n;
                    if (cutAfter < 0) {
                        cutAfter = Long.MAX_VALUE;
                        break;
                    }
                }
                if (number <= swallowsUpTo) {
                    continue;
                }
                if (flips && n > 1000) {
                    flips = false;
                    buffer[n / 2] ^= 1;
                }
                if (record) {
                    first.write(buffer, 0, n); // synchronized itself
                }
                out.write(buffer, 0, n);
            }
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Where new connections lead from now on. */
    public void leadTo(InetSocketAddress other) {
        to = other;
    }

    /** What came over the first connection, from its dialler. */
    public byte[] firstBytes() {
        return first.toByteArray();
    }

    public int accepted() {
        return accepted.get();
    }

    /** Cuts one connection after so many bytes more. */
    public void cutAfter(long bytes) {
        cutAfter = bytes;
    }

    public void cutAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    public void stall(boolean on) {
        stalled = on;
    }

    /** What comes over the connections that there are is lost from now on, and nobody is told. */
    public void swallow() {
        swallowsUpTo = accepted.get();
    }

    /** One bit of the next large piece. */
    public void flip() {
        flips = true;
    }

    public void trickle(int bytes) {
        mostBytes = bytes;
    }

    public void end() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        cutAll();
    }

    @Override
    public String toString() {
        return "proxy to " + to;
    }
}
