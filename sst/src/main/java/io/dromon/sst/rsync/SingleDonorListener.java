package io.dromon.sst.rsync;

import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.channel.AcceptLoop;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.Refusals;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.transport.link.HalfOpen;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where a joiner listens that wants one connection: of the first donor that proves certificate and token.
 * Unauthenticated connections cost a thread for the time of a handshake at most, and never more than a few at once.
 */
final class SingleDonorListener implements AutoCloseable {
    private static final long HAND_OVER_S = 10;

    private final ServerSocketChannel server;
    private final SnapshotMethod.Terms terms;
    private final ProgressCounters progress;
    private final HalfOpen<Thread> halfOpen = AcceptLoop.halfOpen();
    private final Refusals refusals;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final SynchronousQueue<TlsChannel> proven = new SynchronousQueue<>();

    private SingleDonorListener(ServerSocketChannel server, SnapshotMethod.Terms terms, ProgressCounters progress) {
        this.server = server;
        this.terms = terms;
        this.progress = progress;
        this.refusals = new Refusals(terms.listener(), terms.tls());
    }

    static SingleDonorListener open(InetSocketAddress address, SnapshotMethod.Terms terms, ProgressCounters progress)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            AcceptLoop.bind(server, address);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        SingleDonorListener door = new SingleDonorListener(server, terms, progress);
        daemon("sst-joiner-listen", AcceptLoop.of(server, door::accepted, terms.listener()));
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

    private void accepted(SocketChannel socket) {
        daemon("sst-joiner-proof", () -> prove(socket));
    }

    private void prove(SocketChannel socket) {
        InetSocketAddress peer = (InetSocketAddress) socket.socket().getRemoteSocketAddress();
        halfOpen.enter(peer.getAddress(), Thread.currentThread());
        try {
            long limitNs = terms.settings().handshake().toNanos();
            TlsChannel channel = TlsChannel.over(socket, terms.tls(), true, progress, limitNs);
            boolean handedOver = false;
            try {
                long deadline = System.nanoTime() + limitNs;
                channel.handshake(limitNs);
                Proof.joiner(
                        channel,
                        terms.token(),
                        Proof.random(Proof.SESSION),
                        deadline,
                        donor -> taken.compareAndSet(false, true));
                halfOpen.leave(Thread.currentThread());
                handedOver = proven.offer(channel, HAND_OVER_S, TimeUnit.SECONDS);
            } finally {
                if (!handedOver) {
                    channel.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (InterruptedIOException e) {
            refusals.refused(peer, Refusals.unproven(e));
        } catch (IOException | RuntimeException | Error e) {
            refusals.refused(peer, e);
        } finally {
            halfOpen.leave(Thread.currentThread());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
