package io.dromon.node.admin.http;

import java.time.Duration;

/** What bounds a client of the admin interface; documented in ADMIN.md. */
final class Limits {
    static final int REQUEST_LINE_BYTES = 4096;
    static final int HEADER_BYTES = 8 << 10;
    static final int MOST_HEADERS = 64;
    static final int BODY_BYTES = 1 << 20;
    /** Bodies of all connections that are being received. */
    static final int ALL_BODIES_BYTES = 8 << 20;
    /** Connections that wait for a request; when full, one is evicted, of the address that has most. */
    static final int MOST_WAITING = 128;
    /** Connections at all: also those whose request is carried out or whose answer is being sent. */
    static final int MOST_OPEN = 256;
    /** Connections that get events. */
    static final int MOST_FEEDS = 16;
    /** What may wait to be sent to one client of events. */
    static final int FEED_BYTES = 256 << 10;
    /** Requests that wait for a worker. */
    static final int MOST_QUEUED = 64;
    /** Reads at a time; each waits for the protocol thread. */
    static final int READERS = 2;
    /** Actions at a time: relinking takes minutes, and must not keep others out. */
    static final int ACTORS = 4;
    /** Requests to the store that are carried out at a time. */
    static final int CLIENTS = 32;

    /** From the connection to the end of the first request's head, and for a body. */
    static final Duration REQUEST_TIME = Duration.ofSeconds(10);
    /** Between requests. */
    static final Duration IDLE_TIME = Duration.ofSeconds(30);
    /** How long a client may take an answer. */
    static final Duration ANSWER_TIME = Duration.ofSeconds(10);
    /** How long a connection that was refused is read on, so that the client sees why. */
    static final Duration LINGER = Duration.ofMillis(250);
    /** How long requests that are being carried out hold up the end of the listener. */
    static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private Limits() {}
}
