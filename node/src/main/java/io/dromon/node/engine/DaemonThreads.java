package io.dromon.node.engine;

/** The threads of an engine. None keeps the JVM alive: a node that nobody waits for ends with its process. */
final class DaemonThreads {
    private DaemonThreads() {}

    /** A thread, not started yet. */
    static Thread of(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
