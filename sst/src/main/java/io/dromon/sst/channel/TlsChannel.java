package io.dromon.sst.channel;

import io.dromon.sst.Progress.Stage;
import io.dromon.transport.tls.TlsContexts;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * A TLS connection of one thread. Calls return when they are done, or fail when nothing moved for the idle time. What
 * was received is read in place: {@link #await} makes sure of a number of bytes, {@link #received} shows them.
 */
public final class TlsChannel implements AutoCloseable {
    /** A frame and its neighbours fit. */
    private static final int PLAIN = 2 * Frame.LARGEST;

    private static final int CIPHER_OUT = Frame.LARGEST + 64 * 1024;
    private static final int CIPHER_IN = 256 * 1024;
    private static final int ROOM_FOR_A_RECORD = 20 * 1024;
    /** Time for the other side to hear an alert. */
    private static final long ALERT_LIMIT_NS = 1_000_000_000L;

    private static final long ALERT_QUIET_NS = 300_000_000L;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final TlsContexts contexts;
    private final boolean accepted;
    private final ProgressCounters progress;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer cipherIn = ByteBuffer.allocateDirect(CIPHER_IN).limit(0);
    private final ByteBuffer cipherOut = ByteBuffer.allocateDirect(CIPHER_OUT);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(PLAIN).limit(0);
    private final ByteBuffer intoPlain = plain.duplicate().clear();
    private long idleNs;
    /** Set by another thread: a wait that can be woken ends. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private boolean established;
    private boolean closed;

    private TlsChannel(
            SocketChannel socket,
            TlsContexts contexts,
            boolean accepted,
            SSLEngine engine,
            Selector selector,
            ProgressCounters progress)
            throws IOException {
        this.socket = socket;
        this.contexts = contexts;
        this.accepted = accepted;
        this.engine = engine;
        this.progress = progress;
        this.selector = selector;
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.key = socket.register(selector, 0);
    }

    /**
     * Takes the socket over, which is closed if this fails.
     *
     * @param accepted whether this end is the TLS server
     */
    public static TlsChannel over(
            SocketChannel socket, TlsContexts contexts, boolean accepted, ProgressCounters progress, long idleNs)
            throws IOException {
        Selector selector = null;
        SSLEngine engine = accepted ? contexts.serverEngine() : contexts.clientEngine();
        try {
            selector = Selector.open();
            TlsChannel channel = new TlsChannel(socket, contexts, accepted, engine, selector, progress);
            channel.idleNs(idleNs);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            if (selector != null) {
                selector.close();
            }
            TlsContexts.release(engine);
            socket.close();
            throw e;
        }
    }

    public void idleNs(long newIdleNs) {
        idleNs = newIdleNs;
    }

    /** Where the other end is. */
    public InetAddress remote() throws IOException {
        return ((InetSocketAddress) socket.getRemoteAddress()).getAddress();
    }

    public SSLSession session() {
        return engine.getSession();
    }

    /** TLS, within a time, and the verdict on the other end. Where this end refuses, the other one hears why. */
    public void handshake(long limitNs) throws IOException {
        try {
            shakeHands(limitNs);
        } catch (SSLException e) {
            sayEnd();
            boolean unused = drain(ALERT_QUIET_NS, ALERT_LIMIT_NS);
            throw e;
        }
    }

    private void shakeHands(long limitNs) throws IOException {
        long deadline = System.nanoTime() + limitNs;
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrapAndFlush(NOTHING, deadline);
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!fill(deadline, false)) {
                        throw new SocketTimeoutException("no TLS handshake within the time");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    contexts.verify(engine.getSession(), accepted);
                    established = true;
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Sends all that remains. */
    public void write(ByteBuffer data) throws IOException {
        long deadline = System.nanoTime() + idleNs;
        while (data.hasRemaining()) {
            wrapAndFlush(data, deadline);
        }
    }

    private void wrapAndFlush(ByteBuffer data, long deadline) throws IOException {
        long start = System.nanoTime();
        cipherOut.clear();
        SSLEngineResult result;
        do {
            result = engine.wrap(data, cipherOut);
        } while (result.getStatus() == SSLEngineResult.Status.OK
                && data.hasRemaining()
                && cipherOut.remaining() > ROOM_FOR_A_RECORD);
        long encrypted = System.nanoTime();
        progress.spent(Stage.TLS, encrypted - start);
        cipherOut.flip();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && !cipherOut.hasRemaining()) {
            throw new EOFException("the connection is closed");
        }
        long until = deadline;
        while (cipherOut.hasRemaining()) {
            if (socket.write(cipherOut) == 0) {
                awaitReady(SelectionKey.OP_WRITE, until);
            } else {
                until = Math.max(until, System.nanoTime() + idleNs);
            }
        }
        progress.spent(Stage.NETWORK, System.nanoTime() - encrypted);
    }

    private void awaitReady(int operation, long deadline) throws IOException {
        if (!ready(operation, deadline)) {
            throw new SocketTimeoutException("nothing moved on the connection for too long");
        }
    }

    private boolean ready(int operation, long deadline) throws IOException {
        int found;
        long left;
        do {
            left = deadline - System.nanoTime();
            found = select(operation, left);
        } while (found == 0 && left > 0); // woken, or too early
        return found > 0;
    }

    private int select(int operation, long leftNs) throws IOException {
        key.interestOps(operation);
        int found = leftNs <= 0 ? selector.selectNow() : selector.select(Math.max(1, leftNs / 1_000_000));
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("stopped");
        }
        return found;
    }

    /** Waits for bytes, in place from {@link #received}'s position on. */
    public void await(int count) throws IOException {
        while (plain.remaining() < count) {
            if (!fill(System.nanoTime() + idleNs, false)) {
                throw new SocketTimeoutException("nothing came over the connection for too long");
            }
        }
    }

    /** Waits for bytes until a time; false if they did not come. */
    public boolean await(int count, long untilNs) throws IOException {
        return await(count, untilNs, false);
    }

    /** The same, which {@link #wakeUp} ends too. */
    public boolean awaitUnlessWoken(int count, long untilNs) throws IOException {
        return await(count, untilNs, true);
    }

    private boolean await(int count, long untilNs, boolean wakeable) throws IOException {
        while (plain.remaining() < count) {
            if (!fill(untilNs, wakeable)) {
                return false;
            }
        }
        return true;
    }

    /** Ends the present {@link #awaitUnlessWoken}, or else the next, once nothing is there to be read; any thread. */
    public void wakeUp() {
        woken.set(true);
        selector.wakeup();
    }

    /**
     * Reads what still comes and forgets it, until the other side has heard what was said last and closes. The own end
     * stays open so long: who passes the bytes on may not know of half an end.
     *
     * @param quietNs ends it if nothing came for so long
     * @param limitNs for all of it
     * @return whether the other side has closed in order
     */
    public boolean drain(long quietNs, long limitNs) {
        long deadline = System.nanoTime() + limitNs;
        boolean ended = false;
        try {
            // Closing with something unread would reset the connection and take the last message from the other side.
            int read;
            do {
                read = socket.read(cipherIn.clear());
            } while ((read > 0 && System.nanoTime() < deadline)
                    || (read == 0 && ready(SelectionKey.OP_READ, Math.min(deadline, System.nanoTime() + quietNs))));
            ended = read < 0;
        } catch (IOException e) {
            plain.position(plain.limit()); // it has gone, which is what was waited for
        }
        cipherIn.clear().limit(0);
        return ended;
    }

    /** What was received and not yet read; valid until the next wait. */
    public ByteBuffer received() {
        return plain;
    }

    /** Gets something decrypted, or a step of TLS done; false if nothing came until the deadline. */
    private boolean fill(long deadline, boolean wakeable) throws IOException {
        if (intoPlain.remaining() < ROOM_FOR_A_RECORD || plain.capacity() - plain.position() < Frame.LARGEST) {
            plain.compact().flip();
            intoPlain.clear().position(plain.limit());
        }
        // Without input as well, the first time and after each step: the engine may hold plain text that had no room, a
        // step of the handshake that a task has made possible, or the end of the handshake behind its last record.
        boolean look = true;
        while (true) {
            if (look || cipherIn.hasRemaining()) {
                long start = System.nanoTime();
                SSLEngineResult result = engine.unwrap(cipherIn, intoPlain);
                progress.spent(Stage.TLS, System.nanoTime() - start);
                if (result.bytesProduced() > 0) {
                    plain.limit(intoPlain.position());
                    return true;
                }
                HandshakeStatus step = result.getHandshakeStatus();
                switch (result.getStatus()) {
                    case CLOSED -> throw new EOFException("the other side has closed the connection");
                    case BUFFER_OVERFLOW -> throw new SSLException("a TLS record is too large");
                    case OK, BUFFER_UNDERFLOW -> {
                        if (step != HandshakeStatus.NOT_HANDSHAKING && step != HandshakeStatus.NEED_UNWRAP) {
                            if (!established) {
                                return true; // the caller's handshake takes the next step, or is at its end
                            }
                            answer(step, deadline);
                            continue;
                        }
                        if (result.bytesConsumed() > 0) {
                            look = true;
                            continue;
                        }
                    }
                }
            }
            look = false;
            cipherIn.compact();
            long start = System.nanoTime();
            int read;
            try {
                read = socket.read(cipherIn);
                if (read == 0
                        && !(wakeable && woken.get())
                        && select(SelectionKey.OP_READ, deadline - System.nanoTime()) > 0) {
                    read = socket.read(cipherIn);
                }
            } finally {
                cipherIn.flip();
            }
            progress.spent(Stage.NETWORK, System.nanoTime() - start);
            if (read < 0) {
                throw new EOFException("the connection ended");
            }
            if (read == 0 && ((wakeable && woken.getAndSet(false)) || System.nanoTime() - deadline >= 0)) {
                return false;
            }
        }
    }

    /**
     * What TLS itself has to say after its handshake: a new key, or an alert. After an alert the engine throws what it
     * was about.
     */
    private void answer(HandshakeStatus step, long deadline) throws IOException {
        if (step == HandshakeStatus.NEED_WRAP) {
            wrapAndFlush(NOTHING, deadline);
        } else {
            runTasks();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            throw new SSLException("TLS does not go on");
        }
    }

    /** Ends TLS if that is possible without waiting, and the connection. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        sayEnd();
        try {
            selector.close();
            socket.close();
        } catch (IOException e) {
            cipherOut.clear();
        } finally {
            TlsContexts.release(engine);
        }
    }

    /** The alert that ends TLS, if it can go without waiting. */
    private void sayEnd() {
        try {
            engine.closeOutbound();
            cipherOut.clear();
            SSLEngineResult unused = engine.wrap(NOTHING.duplicate(), cipherOut);
            cipherOut.flip();
            int written = socket.write(cipherOut);
            if (written > 0) {
                socket.shutdownOutput();
            }
        } catch (IOException | IllegalStateException e) {
            // It has ended already.
            cipherOut.clear();
        }
    }
}
