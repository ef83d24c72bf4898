package io.dromon.sst.method;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The threads of connections that have not proven anything yet. There are a few at most; where it is full a newcomer
 * takes the place of any of them. So those who come and stay silent keep nobody out, and those who come in a flood have
 * no better chance than the donor.
 */
final class Strangers {
    private static final int MOST = 16;

    private final List<Thread> threads = new ArrayList<>();

    /** This thread serves a stranger; it is interrupted if its place is taken. */
    synchronized void enter() {
        if (threads.size() >= MOST) {
            threads.remove(ThreadLocalRandom.current().nextInt(threads.size())).interrupt();
        }
        threads.add(Thread.currentThread());
    }

    /** This thread's connection has proven itself, or has ended. */
    synchronized void leave() {
        threads.remove(Thread.currentThread());
    }
}
