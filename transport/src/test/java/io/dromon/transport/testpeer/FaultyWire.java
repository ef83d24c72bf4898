package io.dromon.transport.testpeer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The network between diallers and an acceptor: passes on what comes, until something happens to it. It knows no half
 * ends: where one direction of a connection ends, the other does. It notes when each connection began, how long it lasted
 * and who ended it.
 */
public final class FaultyWire implements AutoCloseable {
    private static final int PORTION = 64 * 1024;

    private final ServerSocket listener;
    private final List<Connection> connections = new ArrayList<>();
    private final ByteArrayOutputStream fromFirst = new ByteArrayOutputStream();
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private InetSocketAddress target;
    private boolean closed;
    private boolean keeps;
    private boolean stalled;
    private int portion = PORTION;
    private int flipAbove = Integer.MAX_VALUE;
    private long untilCut = Long.MAX_VALUE;
    private long untilStrike = Long.MAX_VALUE;
    private Runnable strike = () -> {};
    private boolean struck;
    /** Whether nothing is to pass while the strike is done; whether it is being done. */
    private boolean holdsForStrike;

    private boolean holds;

    private static final class Connection {
        final int number;
        final Socket dialler;
        final Socket acceptor = new Socket();
        final long beginNs = System.nanoTime();
        boolean swallowed;
        long endNs;
        /** Null while both ends are there. */
        @Nullable
        String closer;

        Connection(int number, Socket dialler) {
            this.number = number;
            this.dialler = dialler;
        }

        void cut() {
            end(dialler);
            end(acceptor);
        }
    }

    /** Leads to {@code target}, from a port that the system chooses. */
    public FaultyWire(InetSocketAddress target) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), target);
    }

    /** @param own where diallers find it */
    public FaultyWire(InetSocketAddress own, InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(own.getPort(), 50, own.getAddress());
        daemon(this::accept);
    }

    /** Where to dial. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** The same as text. */
    public String hostPort() {
        return address().getAddress().getHostAddress() + ":" + address().getPort();
    }

    // Passing on

    private void accept() {
        try {
            while (true) {
                Connection connection = begin(listener.accept());
                try {
                    connection.acceptor.connect(target());
                    connection.dialler.setTcpNoDelay(true);
                    connection.acceptor.setTcpNoDelay(true);
                    daemon(() -> forward(connection, connection.dialler, connection.acceptor, "the dialler"));
                    daemon(() -> forward(connection, connection.acceptor, connection.dialler, "the acceptor"));
                } catch (IOException e) {
                    end(connection, "the acceptor");
                    connection.cut();
                }
            }
        } catch (IOException e) {
            Thread.onSpinWait(); // closed
        }
    }

    private synchronized InetSocketAddress target() {
        return target;
    }

    private synchronized Connection begin(Socket dialler) {
        Connection connection = new Connection(connections.size(), dialler);
        connections.add(connection);
        if (closed) {
            connection.cut();
        }
        notifyAll();
        return connection;
    }

    private void forward(Connection connection, Socket from, Socket to, String name) {
        try {
            copy(connection, from, to);
        } catch (IOException | InterruptedException e) {
            Thread.onSpinWait(); // cut, or the end of the test
        } finally {
            end(connection, name);
            connection.cut();
        }
    }

    private void copy(Connection connection, Socket from, Socket to) throws IOException, InterruptedException {
        byte[] buffer = new byte[PORTION];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (!passes(connection, from == connection.dialler, buffer, count)) {
                continue;
            }
            for (int at = 0; at < count; ) {
                int length = Math.min(count - at, portion());
                out.write(buffer, at, length);
                at += length;
            }
        }
    }

    /** Lets happen to a piece what is to happen; returns whether it goes on. */
    private synchronized boolean passes(Connection connection, boolean fromDialler, byte[] piece, int count)
            throws InterruptedException {
        untilStrike -= count;
        if (untilStrike <= 0 && !struck) {
            struck = true;
            holds = holdsForStrike;
            daemon(strike);
        }
        awaitFlow();
        untilCut -= count;
        if (untilCut < 0) {
            untilCut = Long.MAX_VALUE;
            connection.cut();
            return false;
        }
        if (connection.swallowed) {
            return false;
        }
        if (count > flipAbove) {
            flipAbove = Integer.MAX_VALUE;
            piece[count / 2] ^= 1;
        }
        if (keeps) {
            all.write(piece, 0, count);
            if (fromDialler && connection.number == 0) {
                fromFirst.write(piece, 0, count);
            }
        }
        return true;
    }

    private synchronized int portion() throws InterruptedException {
        awaitFlow();
        return portion;
    }

    private synchronized void awaitFlow() throws InterruptedException {
        while ((stalled || holds) && !closed) {
            wait();
        }
    }

    private synchronized void end(Connection connection, String name) {
        if (connection.closer == null) {
            connection.closer = name;
            connection.endNs = System.nanoTime();
            notifyAll();
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            Thread.onSpinWait(); // it has ended
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "faulty-wire");
        thread.setDaemon(true);
        thread.start();
    }

    // What can happen to it

    /** Has {@code action} done once, on a thread of its own, when so many bytes more have come. */
    public synchronized void strikeAfter(long bytes, Runnable action) {
        untilStrike = bytes;
        strike = action;
    }

    /** The same; nothing passes until it was done, so that it does not come too late for a transfer that is fast. */
    public synchronized void holdAndStrikeAfter(long bytes, Runnable action) {
        strikeAfter(bytes, () -> {
            try {
                action.run();
            } finally {
                release();
            }
        });
        holdsForStrike = true;
    }

    private synchronized void release() {
        holds = false;
        notifyAll();
    }

    /** Whether it was done, or has begun. */
    public synchronized boolean struck() {
        return struck;
    }

    /** Leads new connections to another acceptor. */
    public synchronized void leadTo(InetSocketAddress other) {
        target = other;
    }

    /** Holds everything, or lets it go on. */
    public synchronized void stall(boolean on) {
        stalled = on;
        notifyAll();
    }

    /** Passes on so many bytes at a time. */
    public synchronized void drip(int bytes) {
        portion = bytes;
    }

    /** Passes on as much at a time as came. */
    public synchronized void pour() {
        portion = PORTION;
    }

    /** Changes one bit of the next piece that is longer than that. */
    public synchronized void flipIn(int bytes) {
        flipAbove = bytes;
    }

    /** Loses from now on what comes over the connections that there are; neither end is told. */
    public synchronized void swallow() {
        connections.forEach(connection -> connection.swallowed = true);
    }

    /** Cuts the connection that brings the byte after so many more, before that piece. */
    public synchronized void cutAfter(long bytes) {
        untilCut = bytes;
    }

    /** Cuts one connection that is open, as an end of the process would. */
    public synchronized void cutOne() {
        connections.stream()
                .filter(connection -> connection.closer == null)
                .findFirst()
                .ifPresent(Connection::cut);
    }

    /** Cuts all connections. */
    public synchronized void cutAll() {
        connections.forEach(Connection::cut);
    }

    /** Cuts all connections by RST. */
    public synchronized void resetAll() {
        for (Connection connection : connections) {
            for (Socket socket : List.of(connection.dialler, connection.acceptor)) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    Thread.onSpinWait(); // it has ended
                }
            }
            connection.cut();
        }
    }

    /** Cuts all connections, and takes no more. */
    public synchronized void cutForGood() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            Thread.onSpinWait(); // nobody listens
        }
        cutAll();
        notifyAll();
    }

    @Override
    public void close() {
        cutForGood();
    }

    // What passed

    /** Keeps what passes from now on; returns this. */
    public synchronized FaultyWire keepAll() {
        keeps = true;
        return this;
    }

    /** What was kept of the first connection, from its dialler. */
    public synchronized byte[] keptOfFirst() {
        return fromFirst.toByteArray();
    }

    /** All that was kept, a character for each byte, in the order in which it came. */
    public synchronized String kept() {
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** How many connections there were. */
    public synchronized int accepted() {
        return connections.size();
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
    public String toString() {
        return "wire to " + target();
    }
}
