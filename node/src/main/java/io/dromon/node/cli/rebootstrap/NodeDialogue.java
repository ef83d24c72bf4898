package io.dromon.node.cli.rebootstrap;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.client.AdminSession;
import io.dromon.node.admin.client.AdminSession.Body;
import io.dromon.node.admin.client.AdminSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Requests to one node, by the way that leads to it at present. One thread at a time. */
final class NodeDialogue implements AutoCloseable {
    private static final int TLS_IS_WANTED = 400;

    private final List<AdminSession> ways;
    private int present;

    NodeDialogue(List<AdminClient> ways, AdminSessions sessions) {
        this.ways = ways.stream().map(sessions::with).toList();
    }

    /**
     * Asks the node.
     *
     * @throws IOException if it does not answer by any way; the reason is that of the usual one
     */
    AdminClient.Answer send(String method, String path, Body body, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        IOException first = null;
        for (int i = 0; i < ways.size(); i++) {
            int way = (present + i) % ways.size();
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            try {
                AdminClient.Answer answer = ways.get(way).send(method, path, body, left);
                if (answer.status() != TLS_IS_WANTED || i == ways.size() - 1) {
                    present = way;
                    return answer;
                }
            } catch (IOException e) {
                if (first == null || way == 0) {
                    first = e;
                }
            }
        }
        throw first == null ? new IOException("there is no way to the node") : first;
    }

    @Override
    public void close() {
        ways.forEach(AdminSession::close);
    }
}
