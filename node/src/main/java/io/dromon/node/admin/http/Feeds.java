package io.dromon.node.admin.http;

/** Bounds the clients that get events. On the event loop alone. */
final class Feeds {
    private int clients;

    /** Whether there is room for one more, which counts then. */
    boolean enter() {
        if (clients >= Limits.MOST_FEEDS) {
            return false;
        }
        clients++;
        return true;
    }

    void leave() {
        clients--;
    }
}
