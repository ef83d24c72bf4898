package io.dromon.node.engine;

/** The threads of an engine beside the protocol thread. None keeps the JVM alive. */
final class DaemonThreads {
    private DaemonThreads() {}

    /** A thread, not started yet. */
    static Thread of(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
