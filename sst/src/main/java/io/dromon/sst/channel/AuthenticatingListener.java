package io.dromon.sst.channel;

import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.TransferException;
import io.dromon.sst.tunnel.TunnelAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The listener of a joiner: shakes hands with every peer that connects, checks certificate and token, and hands over
 * the connections that have proven both. A half-open connection is told nothing, costs a thread for the time of a
 * handshake at most, and never ends the wait for the donor; there are never more than a few of them at once.
 */
public final class AuthenticatingListener implements AutoCloseable {
    /** Half-open connections; each has a thread and some megabytes of buffers. */
    private static final int MOST_HALF_OPEN = 16;

    private final ServerSocketChannel server;
    private final Terms terms;
    private final ProgressCounters progress;
    private final TransferThreads threads;
    private final Proof.Gate gate;
    private final Handler handler;
    private final byte[] session = Proof.random(Proof.SESSION);
    private final HalfOpenThreads halfOpen = new HalfOpenThreads(MOST_HALF_OPEN);
    private final Refusals refusals;
    private volatile boolean closed;

    /** Gets the connections that have proven themselves. */
    public interface Handler {
        /** Whether another connection may begin; where not, it is closed at once. */
        default boolean hasRoom() {
            return true;
        }

        /** Takes a connection over, on its own thread, and closes it. */
        void serve(TlsChannel channel, InetSocketAddress peer);
    }

    private AuthenticatingListener(
            ServerSocketChannel server,
            Terms terms,
            ProgressCounters progress,
            TransferThreads threads,
            Proof.Gate gate,
            Handler handler) {
        this.server = server;
        this.terms = terms;
        this.progress = progress;
        this.threads = threads;
        this.gate = gate;
        this.handler = handler;
        this.refusals = new Refusals(terms.listener(), terms.tls());
    }

    /**
     * Begins to listen.
     *
     * @param address port 0 for any
     * @param threads where its threads run
     * @param gate whether a donor that knows the token is the one of this transfer
     * @throws TransferException if this is not possible, with the address in its text
     */
    public static AuthenticatingListener open(
            InetSocketAddress address,
            Terms terms,
            ProgressCounters progress,
            TransferThreads threads,
            Proof.Gate gate,
            Handler handler)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(address);
        } catch (IOException e) {
            server.close();
            throw new TransferException(
                    TransferException.Reason.TARGET,
                    "cannot listen on " + TunnelAddress.of(address) + ": " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        AuthenticatingListener listener = new AuthenticatingListener(server, terms, progress, threads, gate, handler);
        threads.start("sst-joiner-listen", AcceptLoop.of(server, listener::accepted, terms.listener()));
        return listener;
    }

    /** Where it listens. */
    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private void accepted(SocketChannel socket) throws IOException {
        if (!handler.hasRoom()) {
            socket.close();
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) socket.getRemoteAddress();
        HalfOpenThreads.Place place = halfOpen.enter(peer.getAddress());
        boolean started = false;
        try {
            threads.start("sst-joiner-connection", () -> serve(socket, peer, place));
            started = true;
        } finally {
            if (!started) {
                place.close();
            }
        }
    }

    private void serve(SocketChannel socket, InetSocketAddress peer, HalfOpenThreads.Place place) {
        TlsChannel proven;
        place.begin();
        try {
            proven = prove(socket);
        } catch (InterruptedIOException e) {
            if (!closed) {
                refusals.refused(peer, Refusals.unproven(e));
            }
            return;
        } catch (IOException | RuntimeException | Error e) {
            refusals.refused(peer, e);
            return;
        } finally {
            place.close();
        }
        handler.serve(proven, peer);
    }

    private TlsChannel prove(SocketChannel socket) throws IOException {
        long limitNs = terms.settings().handshake().toNanos();
        TlsChannel channel = TlsChannel.over(socket, terms.tls(), true, progress, limitNs);
        boolean proven = false;
        try {
            long deadline = System.nanoTime() + limitNs;
            channel.handshake(limitNs);
            Proof.joiner(channel, terms.token(), session, deadline, gate);
            proven = true;
            return channel;
        } finally {
            if (!proven) {
                channel.close();
            }
        }
    }

    /** Stops listening; connections that are there stay. */
    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
