package io.dromon.it.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stands between a dialler and an acceptor and notes when each connection began, how long it lasted and who ended it. */
public final class RecordingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();

    private static final class Connection {
        final long beginNs = System.nanoTime();
        long endNs;

        @Nullable
        String closer;
    }

    /** Forwards to that port of the loopback address. */
    public RecordingProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** Where to dial. */
    public String hostPort() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket dialler = listener.accept();
                Socket acceptor = new Socket();
                Connection connection = begin(dialler, acceptor);
                acceptor.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5000);
                daemon(() -> forward(dialler, acceptor, connection, "the dialler"));
                daemon(() -> forward(acceptor, dialler, connection, "the acceptor"));
            }
        } catch (IOException e) {
            // closed, or the target is gone: the test sees it
        }
    }

    private void forward(Socket from, Socket to, Connection connection, String name) {
        try (from;
                to) {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[32_768];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // one of both is gone: the same end
        } finally {
            end(connection, name);
        }
    }

    private synchronized Connection begin(Socket dialler, Socket acceptor) {
        sockets.add(dialler);
        sockets.add(acceptor);
        Connection connection = new Connection();
        connections.add(connection);
        notifyAll();
        return connection;
    }

    private synchronized void end(Connection connection, String name) {
        if (connection.closer == null) {
            connection.closer = name;
            connection.endNs = System.nanoTime();
            notifyAll();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "recording-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** When the first connection came, as {@link System#nanoTime}; waits for it. */
    public synchronized long awaitBeginNs(Duration limit) throws InterruptedException {
        await(() -> !connections.isEmpty(), limit);
        if (connections.isEmpty()) {
            throw new AssertionError("nobody dialled within " + limit);
        }
        return connections.get(0).beginNs;
    }

    /** Waits for the end of the first {@code count} connections and describes each: who closed it, after how long. */
    public synchronized String awaitEnds(int count, Duration limit) throws InterruptedException {
        await(
                () -> connections.size() >= count
                        && connections.stream().limit(count).allMatch(connection -> connection.closer != null),
                limit);
        return connections.stream()
                .limit(count)
                .map(connection -> connection.closer == null
                        ? "open"
                        : (connection.endNs - connection.beginNs) / 1_000_000 + " ms (by " + connection.closer + ")")
                .collect(Collectors.joining(", "));
    }

    /** How long the shortest of the connections lasted that have ended. */
    public synchronized long shortestMs() {
        return connections.stream()
                .filter(connection -> connection.closer != null)
                .mapToLong(connection -> (connection.endNs - connection.beginNs) / 1_000_000)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        long leftMs = limit.toMillis();
        while (!condition.getAsBoolean() && leftMs > 0) {
            wait(leftMs);
            leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
