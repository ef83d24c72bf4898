package io.dromon.sst.method;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where a joiner listens that wants one connection: of the first donor that proves certificate and token. Strangers
 * cost a thread for the time of a handshake at most, and never more than a few at once.
 */
final class Door implements AutoCloseable {
    private static final long HAND_OVER_S = 10;

    private final ServerSocketChannel server;
    private final SnapshotMethod.Terms terms;
    private final Progress progress;
    private final Strangers strangers = new Strangers();
    private final AtomicBoolean taken = new AtomicBoolean();
    private final SynchronousQueue<TlsChannel> proven = new SynchronousQueue<>();

    private Door(ServerSocketChannel server, SnapshotMethod.Terms terms, Progress progress) {
        this.server = server;
        this.terms = terms;
        this.progress = progress;
    }

    static Door open(InetSocketAddress address, SnapshotMethod.Terms terms, Progress progress) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            Joiner.bind(server, address);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Door door = new Door(server, terms, progress);
        daemon("sst-joiner-listen", door::accept);
        return door;
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** The donor's connection, if one came within the time; the caller closes it. */
    Optional<TlsChannel> await(long limitMs) throws InterruptedException {
        return Optional.ofNullable(proven.poll(limitMs, TimeUnit.MILLISECONDS));
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel socket = server.accept();
                daemon("sst-joiner-proof", () -> prove(socket));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                terms.listener().note("cannot listen any more: " + e.getMessage());
                return;
            }
        }
    }

    private void prove(SocketChannel socket) {
        String peer = Shown.address((InetSocketAddress) socket.socket().getRemoteSocketAddress());
        boolean handedOver = false;
        strangers.enter();
        try {
            long limitNs = terms.settings().handshake().toNanos();
            TlsChannel channel = new TlsChannel(socket, terms.tls(), true, progress, limitNs);
            try {
                long deadline = System.nanoTime() + limitNs;
                channel.handshake(limitNs);
                Proof.joiner(
                        channel,
                        terms.token(),
                        Proof.random(Proof.SESSION),
                        deadline,
                        donor -> taken.compareAndSet(false, true));
                strangers.leave();
                handedOver = proven.offer(channel, HAND_OVER_S, TimeUnit.SECONDS);
            } finally {
                if (!handedOver) {
                    channel.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            terms.listener().note("refused " + peer + ": " + e.getMessage());
        } finally {
            strangers.leave();
            if (!handedOver) {
                quietlyClose(socket);
            }
        }
    }

    private static void quietlyClose(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            Thread.onSpinWait(); // it is gone
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
