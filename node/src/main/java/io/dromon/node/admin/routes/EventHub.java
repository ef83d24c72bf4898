package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.api.AdminAnswer.Client;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of a node as server-sent events. While there are clients a thread looks at the node twice a second and tells what
 * has changed; what comes and goes between two looks is not told. Any thread.
 */
final class EventHub {
    private static final long LOOK_MS = 500;
    /** A comment so often lets both ends notice a connection that is gone. */
    private static final int LOOKS_WITHOUT_NEWS = 30;
    /** Figures are told once a second. */
    private static final int LOOKS_A_SAMPLE = 2;

    private final AdminOperations node;
    private final Set<Client> clients = new LinkedHashSet<>();
    /** Clients that were not told the present state yet. */
    private final Set<Client> fresh = new LinkedHashSet<>();
    /** Clients that want figures as well. */
    private final Set<Client> sampled = new LinkedHashSet<>();

    private @Nullable Thread thread;
    private @Nullable NodeStatus seen;
    private long lastId;
    private int quietLooks;
    private int looks;

    EventHub(AdminOperations node) {
        this.node = node;
    }

    /**
     * A client comes; what is returned lets it go.
     *
     * @param samples whether it gets figures once a second
     */
    synchronized Runnable start(Client client, boolean samples) {
        clients.add(client);
        fresh.add(client);
        if (samples) {
            sampled.add(client);
        }
        if (thread == null) {
            thread = new Thread(this::look, "dromon-" + node.config().name() + "-admin-events");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
        return () -> leave(client);
    }

    private synchronized void leave(Client client) {
        clients.remove(client);
        fresh.remove(client);
        sampled.remove(client);
        notifyAll();
    }

    /** Tells every client of something that happened here. */
    synchronized void publish(String kind, JsonNode data) {
        if (!clients.isEmpty()) {
            send(clients, kind, data);
        }
    }

    private void look() {
        while (true) {
            NodeStatus now = null;
            try {
                now = node.status();
            } catch (RuntimeException e) {
                // It does not answer at the moment: the next look tells.
            }
            synchronized (this) {
                if (now != null) {
                    tell(now);
                }
                if (clients.isEmpty() || !sleep(now != null)) {
                    thread = null;
                    seen = null;
                    return;
                }
            }
        }
    }

    /**
     * @param wakes whether a client that comes is told at once
     * @return false if nobody listens any more
     */
    private boolean sleep(boolean wakes) {
        long end = System.nanoTime() + LOOK_MS * 1_000_000;
        try {
            while (!clients.isEmpty() && !(wakes && !fresh.isEmpty())) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return true;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !clients.isEmpty();
    }

    private void tell(NodeStatus now) {
        NodeStatus before = seen;
        seen = now;
        List<StatusChanges.Event> events = before == null ? List.of() : StatusChanges.between(before, now);
        if (!fresh.isEmpty()) {
            StatusChanges.Event summary = StatusChanges.summary(now);
            send(fresh, summary.kind(), summary.data());
        }
        Set<Client> others = new LinkedHashSet<>(clients);
        others.removeAll(fresh);
        events.forEach(event -> send(others, event.kind(), event.data()));
        fresh.clear();
        if (!sampled.isEmpty() && ++looks % LOOKS_A_SAMPLE == 0) {
            StatusChanges.Event sample = StatusChanges.sample(now, Instant.now());
            send(sampled, sample.kind(), sample.data());
        }
        quietLooks = events.isEmpty() ? quietLooks + 1 : 0;
        if (quietLooks >= LOOKS_WITHOUT_NEWS) {
            quietLooks = 0;
            clients.forEach(client -> client.send(": no news\n\n"));
        }
    }

    private void send(Set<Client> to, String kind, JsonNode data) {
        String text = "id: " + ++lastId + "\nevent: " + kind + "\ndata: " + data + "\n\n";
        to.forEach(client -> client.send(text));
    }
}
