package io.dromon.node.ist;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Passes one connection on, and cuts it after a number of bytes of its dialler. */
final class CutProxy implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicLong passed = new AtomicLong();

    CutProxy(int to, long cutAfter) throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        thread(() -> {
            try (Socket left = server.accept();
                    Socket right = new Socket()) {
                right.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to));
                Thread back = thread(() -> pass(right, left, Long.MAX_VALUE, new AtomicLong()));
                pass(left, right, cutAfter, passed);
                if (passed.get() < cutAfter) {
                    right.shutdownOutput();
                    back.join(10_000);
                }
            }
        });
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static Thread thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                Thread.onSpinWait(); // cut, or the end of the test
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void pass(Socket from, Socket into, long most, AtomicLong count) throws IOException {
        byte[] buffer = new byte[8192];
        while (count.get() < most) {
            int read = from.getInputStream().read(buffer, 0, (int) Math.min(buffer.length, most - count.get()));
            if (read < 0) {
                return;
            }
            into.getOutputStream().write(buffer, 0, read);
            count.addAndGet(read);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Bytes of the dialler so far. */
    long passed() {
        return passed.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
