package io.dromon.node.ist;

import io.dromon.config.Address;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.ist.protocol.IstRange;
import io.dromon.node.ist.protocol.OutgoingStream;
import io.dromon.node.ist.protocol.StoredEvent;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The donor of one incremental state transfer: {@link #connect}, then {@link #send}, and {@link #close} in any case. Safe
 * for threads.
 *
 * <pre>{@code
 * IstDonor donor = IstDonor.connect(request.joiner(), 11, IstSettings.DEFAULTS, modes);
 * donor.send(IstRange.incremental(request.lastApplied(), lowestIndexed, lastChange), cache.lease(first), listener);
 * }</pre>
 */
public final class IstDonor implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;

    /** Told once how it ended, by the thread of the transfer; what was sent is not known to have arrived. */
    public interface Listener {
        /**
         * The joiner has been given all, and has closed the connection. Whether it could use it, its JOIN tells.
         *
         * @param lastSeqno of the last event; 0 if the range was empty
         */
        void onSent(long lastSeqno);

        /** The joiner did not get all of it, and knows. Nobody else is told by the protocol. */
        void onFailure(IstException failure);
    }

    private final IstChannel channel;
    private final OutgoingStream stream;
    private final IstSettings settings;
    private final String joiner;
    private final TransferThreads threads = new TransferThreads();
    /** Whether {@link #send} has begun; until then the channel is {@link #close}'s. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private volatile boolean closed;

    private IstDonor(IstChannel channel, OutgoingStream stream, IstSettings settings, String joiner) {
        this.channel = channel;
        this.stream = stream;
        this.settings = settings;
        this.joiner = joiner;
    }

    /**
     * Connects to a joiner until it is ready for events: both ends have proven who they are. Blocks, up to the deadlines of
     * the settings for each address of its host. An interrupt ends it.
     *
     * @param address where the joiner listens, {@code IstRequest.joiner}
     * @param version the replication protocol that the group agreed on, 10 or 11
     * @param modes of this node
     * @throws IstException with the reason, for the code of JOIN: {@code UNREACHABLE} is -111, all others -71 (chapter 06
     *     section 5.2)
     */
    public static IstDonor connect(Address address, int version, IstSettings settings, IstModes modes)
            throws IstException {
        if (modes.cannotDial(address)) {
            throw Verdicts.addressWantsTls(address.toString());
        }
        Optional<TlsContexts> contexts = modes.dialling(address);
        IstException failure = null;
        for (InetAddress each : lookedUp(address)) {
            try {
                return connect(new InetSocketAddress(each, address.port()), version, settings, contexts);
            } catch (RefusedPeerException e) {
                IstException now = e.asIst();
                // What answered says more than what did not.
                failure = failure == null || failure.reason() == Reason.UNREACHABLE ? now : failure;
                if (now.reason() == Reason.CANCELLED) {
                    throw now;
                }
            }
        }
        throw failure == null ? new IstException(Reason.UNREACHABLE, address + ": no such host") : failure;
    }

    private static InetAddress[] lookedUp(Address address) throws IstException {
        try {
            return InetAddress.getAllByName(address.host());
        } catch (UnknownHostException e) {
            throw new IstException(
                    Reason.UNREACHABLE,
                    address + ": the joiner's host cannot be looked up here; set ist.recv_addr there to an address",
                    e);
        }
    }

    private static IstDonor connect(InetSocketAddress at, int version, IstSettings settings, Optional<TlsContexts> tls)
            throws RefusedPeerException {
        String peer = PeerAddress.text(at);
        Verdicts verdicts = new Verdicts(peer, false, tls.map(TlsContexts::trustText), settings.dial());
        SocketChannel socket = null;
        IstChannel channel = null;
        boolean open = false;
        try {
            socket = dialled(at, settings);
            channel = Connections.over(socket, tls, verdicts);
            OutgoingStream stream = new OutgoingStream(version);
            shakeHands(channel, stream, new Verdicts(peer, false, verdicts.ownTrust(), settings.handshake()));
            open = true;
            return new IstDonor(channel, stream, settings, peer);
        } catch (IOException | IstException | RuntimeException e) {
            throw verdicts.of(e);
        } finally {
            if (!open) {
                Connections.close(socket, channel);
            }
        }
    }

    private static SocketChannel dialled(InetSocketAddress at, IstSettings settings) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.socket().connect(at, (int) Math.max(1, settings.dial().toMillis()));
            socket.socket().setKeepAlive(true);
            return socket;
        } catch (SocketTimeoutException e) {
            socket.close();
            ConnectException silent =
                    new ConnectException("no answer within " + settings.dial().toMillis() + " ms");
            silent.initCause(e);
            throw silent;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void shakeHands(IstChannel channel, OutgoingStream stream, Verdicts verdicts)
            throws IOException, IstException, RefusedPeerException {
        long deadlineNs = System.nanoTime() + verdicts.limit().toNanos();
        try {
            while (!stream.isOpen()) {
                Bytes answer = stream.answer(channel.received());
                if (answer.length() > 0) {
                    Connections.send(channel, answer, verdicts.limit());
                } else if (!stream.isOpen()) {
                    Connections.await(channel, deadlineNs);
                }
            }
        } catch (SocketTimeoutException e) {
            throw verdicts.of(e);
        }
    }

    /**
     * Sends the events of a range on a thread of its own, and returns at once. Once only.
     *
     * @param source begins with the first event; closed at the end, whatever it was
     */
    public void send(IstRange range, IstSource source, Listener listener) {
        if (taken.compareAndSet(false, true)) {
            threads.start("dromon-ist-donor", () -> run(range, source, listener));
        } else if (closed) {
            source.close();
            listener.onFailure(cancelled());
        } else {
            throw new IllegalStateException("a donor sends once");
        }
    }

    private void run(IstRange range, IstSource source, Listener listener) {
        IstException failure = null;
        try (channel) {
            try (source) {
                sendAll(range, source);
            }
            channel.awaitEnd(settings.stall().toNanos());
        } catch (IstException e) {
            failure = e;
        } catch (IOException | RuntimeException | Error e) {
            failure = failure(e);
        }
        boolean unusedInterrupted = Thread.interrupted(); // the last call is not to suffer from it
        if (failure == null) {
            listener.onSent(range.isEmpty() ? 0 : range.last());
        } else {
            listener.onFailure(closed ? cancelled() : failure);
        }
    }

    private void sendAll(IstRange range, IstSource source) throws IOException, IstException {
        ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
        stream.begin(range);
        while (stream.hasNext() && !closed) {
            StoredEvent event = next(source);
            put(out, stream.header(event));
            put(out, event.bytes());
        }
        if (closed) {
            throw cancelled();
        }
        put(out, stream.end());
        flush(out);
    }

    private StoredEvent next(IstSource source) throws IstException {
        try {
            return source.next();
        } catch (IOException | RuntimeException e) {
            throw new IstException(
                    Reason.SOURCE_FAILED,
                    joiner + ": event " + stream.next() + " cannot be read from the cache: " + e.getMessage(),
                    e);
        }
    }

    private void put(ByteBuffer out, Bytes bytes) throws IOException {
        ByteBuffer left = bytes.toByteBuffer();
        while (left.hasRemaining()) {
            if (!out.hasRemaining()) {
                flush(out);
            }
            int taken = Math.min(out.remaining(), left.remaining());
            out.put(left.slice().limit(taken));
            left.position(left.position() + taken);
        }
    }

    private void flush(ByteBuffer out) throws IOException {
        channel.write(out.flip(), settings.stall().toNanos());
        out.clear();
    }

    private IstException failure(Throwable e) {
        String where = joiner + ": the transfer ended before event " + stream.next() + ": ";
        if (e instanceof SocketTimeoutException) {
            return new IstException(
                    Reason.SILENT,
                    where + "the joiner took nothing for " + settings.stall().toMinutes() + " minutes",
                    e);
        }
        if (e instanceof InterruptedIOException) {
            return cancelled();
        }
        return new IstException(
                e instanceof IOException ? Reason.CUT : Reason.SOURCE_FAILED, where + Verdicts.printable(e), e);
    }

    private IstException cancelled() {
        return new IstException(Reason.CANCELLED, joiner + ": the transfer was closed at the donor");
    }

    /** Ends the transfer, from any thread; returns at once. Nothing happens if it has ended. */
    @Override
    public void close() {
        closed = true;
        if (taken.compareAndSet(false, true)) {
            channel.close();
        } else {
            threads.interrupt();
        }
    }
}
