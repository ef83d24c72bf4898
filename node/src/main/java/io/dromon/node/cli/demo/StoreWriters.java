package io.dromon.node.cli.demo;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.client.AdminSession;
import io.dromon.node.admin.client.AdminSession.Body;
import io.dromon.node.admin.client.AdminSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients of daemons: each counts up a key of its own, and writes the same number again until it is acknowledged. */
final class StoreWriters implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long PAUSE_MS = 10;

    private final AdminSessions sessions = new AdminSessions();
    private final List<AdminClient> nodes;
    private final List<Writer> writers = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    /** Begins to write, with so many clients of each node. */
    StoreWriters(List<AdminClient> nodes, int each) {
        this.nodes = nodes;
        for (int i = 0; i < nodes.size() * each; i++) {
            writers.add(new Writer("demo.writer." + i, sessions.with(nodes.get(i % nodes.size()))));
        }
        writers.forEach(writer -> writer.thread.start());
    }

    private final class Writer {
        private final String path;
        private final AdminSession session;
        private final Thread thread;
        private final AtomicLong acknowledged = new AtomicLong();
        private final AtomicLong again = new AtomicLong();

        Writer(String key, AdminSession session) {
            this.path = "/kv/v1/value?key=" + key;
            this.session = session;
            this.thread = new Thread(this::run, key);
            this.thread.setDaemon(true);
        }

        private void run() {
            try (session) {
                while (end.getCount() > 0) {
                    if (write(acknowledged.get() + 1)) {
                        acknowledged.incrementAndGet();
                    } else {
                        again.incrementAndGet();
                        if (end.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                            return;
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean write(long number) {
            try {
                return session.send("PUT", path, Body.text(Long.toString(number)), PATIENCE)
                        .isDone();
            } catch (IOException e) {
                return false; // the node does not answer now
            }
        }
    }

    /** Writes that were acknowledged. */
    long acknowledged() {
        return writers.stream().mapToLong(writer -> writer.acknowledged.get()).sum();
    }

    /** Writes that were sent once more. */
    long sentAgain() {
        return writers.stream().mapToLong(writer -> writer.again.get()).sum();
    }

    /** Ends the clients, behind the answer to their last write. */
    void stop() throws InterruptedException {
        end.countDown();
        for (Writer writer : writers) {
            writer.thread.join();
        }
    }

    /** How many acknowledged writes one of the nodes does not have within a time; behind {@link #stop}. */
    long missing(Duration within) throws IOException, InterruptedException {
        long untilNs = System.nanoTime() + within.toNanos();
        long missing = 0;
        for (Writer writer : writers) {
            long least = writer.acknowledged.get();
            for (AdminClient node : nodes) {
                long has = value(node, writer.path);
                while (has < least && System.nanoTime() < untilNs) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                    has = value(node, writer.path);
                }
                missing += Math.max(0, least - has);
            }
        }
        return missing;
    }

    private static long value(AdminClient node, String path) throws IOException {
        AdminClient.Answer answer = node.get(path);
        return answer.isDone() ? Long.parseLong(answer.text()) : 0;
    }

    @Override
    public void close() {
        end.countDown();
        sessions.close();
    }
}
