package io.dromon.node.ist;

import io.dromon.config.Address;
import io.dromon.node.ist.protocol.IncomingStream;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.channel.AcceptLoop;
import io.dromon.sst.channel.HalfOpenThreads;
import io.dromon.sst.channel.TransferThreads;
import io.dromon.transport.link.RefusalLog;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The joiner of one incremental state transfer: {@link #listen} before the state request is sent, {@link #receive} when the
 * local state is known (after a snapshot, where there is one), and {@link #close} in any case. Safe for threads.
 *
 * <pre>{@code
 * IstJoiner joiner = IstJoiner.listen(bindAddress, new Expected(11, history, change, maxBytes), settings, modes);
 * Bytes part = new IstRequest(ownHistory, lastApplied, change, joiner.address(receiveHost)).encode();
 * ... the state request, its donor, the snapshot ...
 * joiner.receive(lastApplied + 1, recipient);
 * }</pre>
 *
 * The listener takes connections until one of them has proven itself by TLS and answered the handshake of IST; then it is
 * closed. A connection that fails before that is refused with a line in the log. The donor may connect long before {@link
 * #receive}: its stream waits in the buffers of both ends.
 */
public final class IstJoiner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IstJoiner.class);

    private final ServerSocketChannel server;
    private final Expected expected;
    private final IstSettings settings;
    private final IstModes modes;
    private final String scheme;
    private final int port;
    private final TransferThreads threads = new TransferThreads();
    private final HalfOpenThreads halfOpen;

    private final RefusalLog refusals = new RefusalLog();
    private final CompletableFuture<IncomingTransfer> donor = new CompletableFuture<>();
    /** Whether {@link #receive} was called; until then the donor's connection is {@link #close}'s. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private volatile boolean closed;

    private IstJoiner(
            ServerSocketChannel server,
            Expected expected,
            IstSettings settings,
            IstModes modes,
            String scheme,
            int port) {
        this.server = server;
        this.expected = expected;
        this.settings = settings;
        this.modes = modes;
        this.scheme = scheme;
        this.port = port;
        this.halfOpen = new HalfOpenThreads(settings.mostHalfOpen());
    }

    /**
     * Begins to listen, and to shake hands with what connects.
     *
     * @param bind host and port, {@code ist.recv_bind}; port 0 for any; the scheme is not looked at
     * @param modes asked for each connection
     * @throws IOException if this is not possible, with the address and the reason
     */
    public static IstJoiner listen(Address bind, Expected expected, IstSettings settings, IstModes modes)
            throws IOException {
        if (!bind.hasPort()) {
            throw new IllegalArgumentException(bind + " has no port");
        }
        String scheme = modes.scheme();
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(bind.host(), bind.port()));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw new IOException(
                    "cannot listen at " + bind.hostPort() + " for an incremental state transfer: "
                            + (e.getMessage() == null ? "no such host" : e.getMessage())
                            + "; choose another ist.recv_bind or ist.recv_addr, or end what uses this one",
                    e);
        }
        IstJoiner joiner = new IstJoiner(
                server, expected, settings, modes, scheme, server.socket().getLocalPort());
        TransferListener notes = new TransferListener() {
            @Override
            public void note(String line) {
                LOG.warn("incremental state transfer: {}", line);
            }
        };
        joiner.threads.start("dromon-ist-listen", AcceptLoop.of(server, joiner::accepted, notes));
        return joiner;
    }

    /**
     * The address for the state request.
     *
     * @param host at which donors reach this node, {@code ist.recv_addr}
     */
    public Address address(String host) {
        return new Address(scheme, host, port);
    }

    private void accepted(SocketChannel socket) throws IOException {
        if (donor.isDone()) {
            socket.close();
            return;
        }
        InetSocketAddress remote = (InetSocketAddress) socket.getRemoteAddress();
        HalfOpenThreads.Place place = halfOpen.enter(remote.getAddress());
        boolean started = false;
        try {
            threads.start("dromon-ist-handshake", () -> serve(socket, remote, place));
            started = true;
        } finally {
            if (!started) {
                place.close();
            }
        }
    }

    private void serve(SocketChannel socket, InetSocketAddress remote, HalfOpenThreads.Place place) {
        place.begin();
        String peer = PeerAddress.text(remote);
        Verdicts verdicts =
                new Verdicts(peer, true, modes.tls().get().map(TlsContexts::trustText), settings.handshake());
        IncomingTransfer transfer;
        try {
            transfer = IncomingTransfer.accept(socket, expected, settings, modes, verdicts);
        } catch (RefusedPeerException e) {
            refuse(remote, e);
            return;
        } finally {
            place.close();
        }
        if (donor.complete(transfer)) {
            LOG.info("{}: the donor of an incremental state transfer is here", verdicts.peer());
            stopListening();
        } else {
            transfer.close();
        }
    }

    private synchronized void refuse(InetSocketAddress remote, RefusedPeerException why) {
        if (!closed && !donor.isDone()) {
            refusals.count(why.failure());
            refusals.log(remote.getAddress().getHostAddress(), why.failure(), System.nanoTime());
        }
    }

    /**
     * Takes the events on a thread of its own, and returns at once. Once only.
     *
     * @param firstNeeded the seqno behind the local state
     * @param recipient gets the events, and the end; if this joiner is closed already, a failure from within this call
     */
    public void receive(long firstNeeded, IstRecipient recipient) {
        if (taken.compareAndSet(false, true)) {
            threads.start("dromon-ist-joiner", () -> run(firstNeeded, recipient));
        } else if (closed) {
            recipient.onFailure(cancelled(), IncomingStream.NONE);
        } else {
            throw new IllegalStateException("a joiner receives once");
        }
    }

    private void run(long firstNeeded, IstRecipient recipient) {
        IstException failure = awaitDonor();
        if (failure == null) {
            donor.join().receive(firstNeeded, recipient, () -> closed);
        } else {
            stopListening();
            recipient.onFailure(failure, IncomingStream.NONE);
        }
    }

    /** Null if the donor is here. */
    private @Nullable IstException awaitDonor() {
        IstException failure;
        try {
            IncomingTransfer unused = donor.get(settings.arrival().toNanos(), TimeUnit.NANOSECONDS);
            return null;
        } catch (TimeoutException e) {
            failure = new IstException(
                    Reason.SILENT,
                    "no donor of an incremental state transfer has come within "
                            + settings.arrival().toMillis()
                            + " ms; see its log, and whether it can reach ist.recv_addr");
        } catch (InterruptedException | ExecutionException e) {
            failure = cancelled();
        }
        // It may have come at this very moment.
        return donor.completeExceptionally(failure) || donor.isCompletedExceptionally() ? failure : null;
    }

    private static IstException cancelled() {
        return new IstException(Reason.CANCELLED, "the incremental state transfer was closed at the joiner");
    }

    private void stopListening() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing the listener", e);
        }
    }

    /** Ends the transfer, from any thread; returns at once. Nothing happens if it has ended. */
    @Override
    public void close() {
        closed = true;
        stopListening();
        donor.completeExceptionally(cancelled());
        if (taken.compareAndSet(false, true) && !donor.isCompletedExceptionally()) {
            donor.join().close();
        }
        threads.interrupt();
    }
}
