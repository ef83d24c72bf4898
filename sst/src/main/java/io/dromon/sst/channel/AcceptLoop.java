package io.dromon.sst.channel;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferListener;
import io.dromon.sst.tunnel.TunnelAddress;
import io.dromon.transport.link.HalfOpen;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes connections until its socket is closed. What goes wrong for a time, such as too many open files, is told and
 * tried again: nobody could reach this end any more after an end of the loop.
 */
public final class AcceptLoop implements Runnable {
    /** Threads of connections that have not proven anything yet; each holds some megabytes of buffers. */
    private static final int MOST_HALF_OPEN = 16;

    private static final long PAUSE_MS = 100;
    private static final long TELL_NS = 60_000_000_000L;

    /** The socket that listens. */
    interface Source {
        SocketChannel accept() throws IOException;

        boolean isOpen();
    }

    private final Source source;
    private final Consumer<SocketChannel> taker;
    private final TransferListener listener;
    private long toldNs = System.nanoTime() - TELL_NS;

    /** @param taker serves a connection, on another thread, and closes it */
    AcceptLoop(Source source, Consumer<SocketChannel> taker, TransferListener listener) {
        this.source = source;
        this.taker = taker;
        this.listener = listener;
    }

    public static AcceptLoop of(ServerSocketChannel server, Consumer<SocketChannel> taker, TransferListener listener) {
        Source source = new Source() {
            @Override
            public SocketChannel accept() throws IOException {
                return server.accept();
            }

            @Override
            public boolean isOpen() {
                return server.isOpen();
            }
        };
        return new AcceptLoop(source, taker, listener);
    }

    /** Listens, or says where that cannot be. */
    public static void bind(ServerSocketChannel server, InetSocketAddress address) throws IOException {
        try {
            server.bind(address);
        } catch (IOException e) {
            throw new TransferException(
                    TransferException.Reason.TARGET,
                    "cannot listen on " + TunnelAddress.of(address) + ": " + e.getMessage(),
                    e);
        }
    }

    /** For the threads that serve; one that loses its place is interrupted. */
    public static HalfOpen<Thread> halfOpen() {
        return new HalfOpen<>(MOST_HALF_OPEN, Thread::interrupt);
    }

    @Override
    public void run() {
        while (source.isOpen()) {
            try {
                take(source.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                pause("no connection can be taken for now: " + e.getMessage());
            }
        }
    }

    private void take(SocketChannel socket) throws IOException {
        boolean taken = false;
        try {
            taker.accept(socket);
            taken = true;
        } catch (OutOfMemoryError e) { // no thread can be started
            pause("no connection can be served for now: " + e.getMessage());
        } finally {
            if (!taken) {
                socket.close();
            }
        }
    }

    private void pause(String why) {
        if (System.nanoTime() - toldNs >= TELL_NS) {
            toldNs = System.nanoTime();
            listener.note(why + "; trying again");
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // accept() ends then
        }
    }
}
