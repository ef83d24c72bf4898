package io.dromon.sst.channel;

import io.dromon.transport.link.HalfOpen;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the half-open connections of a listener that gives each a thread: one that loses its place is interrupted. They
 * enter in the order in which they were accepted, whenever their threads get to run: a peer that comes last must not look
 * older than those before it, and be evicted for them. Safe for threads.
 */
public final class HalfOpenThreads {
    private final HalfOpen<Place> places;

    /** @param most at least one */
    public HalfOpenThreads(int most) {
        places = new HalfOpen<>(most, Place::evict);
    }

    /** A connection was accepted; called on the thread that accepts. */
    public Place enter(InetAddress address) {
        Place place = new Place();
        places.enter(address, place);
        return place;
    }

    /** The place of one connection, until it has proven itself or has ended. */
    public final class Place implements AutoCloseable {
        private @Nullable Thread thread;
        private boolean evicted;

        /** The calling thread serves the connection from now on; it is interrupted at once if the place is lost already. */
        public synchronized void begin() {
            thread = Thread.currentThread();
            if (evicted) {
                thread.interrupt();
            }
        }

        private synchronized void evict() {
            evicted = true;
            if (thread != null) {
                thread.interrupt();
            }
        }

        /** Gives the place back; again is fine. */
        @Override
        public void close() {
            places.leave(this);
        }
    }
}
