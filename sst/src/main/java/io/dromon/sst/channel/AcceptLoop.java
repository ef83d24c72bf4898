package io.dromon.sst.channel;

import io.dromon.sst.TransferListener;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Takes connections until its socket is closed. What goes wrong for a time, such as too many open files, is told and
 * tried again: after an end of the loop no donor could reach this end.
 */
public final class AcceptLoop implements Runnable {
    private static final long PAUSE_MS = 100;
    private static final long TELL_NS = 60_000_000_000L;

    /** Serves a connection, on another thread, and closes it. */
    public interface Taker {
        void accept(SocketChannel socket) throws IOException;
    }

    /** The socket that listens. */
    interface Source {
        SocketChannel accept() throws IOException;

        boolean isOpen();
    }

    private final Source source;
    private final Taker taker;
    private final TransferListener listener;
    private long toldNs = System.nanoTime() - TELL_NS;

    AcceptLoop(Source source, Taker taker, TransferListener listener) {
        this.source = source;
        this.taker = taker;
        this.listener = listener;
    }

    /**
     * The loop of a socket.
     *
     * @param listener told what keeps connections from being taken for a time
     */
    public static AcceptLoop of(ServerSocketChannel server, Taker taker, TransferListener listener) {
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
