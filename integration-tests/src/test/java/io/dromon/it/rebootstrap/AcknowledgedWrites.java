package io.dromon.it.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.client.AdminSession;
import io.dromon.node.admin.client.AdminSession.Body;
import io.dromon.node.admin.client.AdminSessions;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Clients that write: one at each node, a key of its own at a time, which it writes again until it is acknowledged. What was
 * acknowledged must be on every node in the end.
 */
public final class AcknowledgedWrites implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PAGE = 1000;
    private static final String KEYS = "load.";

    private final Daemons daemons;
    private final AdminSessions sessions = new AdminSessions();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> writers = new ArrayList<>();

    /** Begins to write. */
    public AcknowledgedWrites(Daemons daemons) {
        this.daemons = daemons;
        for (String name : Daemons.NAMES) {
            Path socket = daemons.data(name).resolve("dromon.sock");
            AdminSession session = sessions.with(AdminClient.socket(socket));
            Thread writer = new Thread(() -> write(name, session), "writer-" + name);
            writer.setDaemon(true);
            writer.start();
            writers.add(writer);
        }
    }

    private void write(String name, AdminSession session) {
        long number = 0;
        try (session) {
            while (!end.await(2, TimeUnit.MILLISECONDS)) {
                String key = KEYS + name + "." + number;
                String value = "value " + number;
                if (put(session, key, value)) {
                    acknowledged.put(key, value);
                    number++;
                } else {
                    refused.incrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean put(AdminSession session, String key, String value) {
        try {
            return session.send(
                            "PUT",
                            "/kv/v1/value?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8),
                            Body.text(value),
                            PATIENCE)
                    .isDone();
        } catch (IOException e) {
            return false; // the node, or its answer, is gone: written again
        }
    }

    /** How many were acknowledged. */
    public int count() {
        return acknowledged.size();
    }

    /** How many attempts were not. */
    public long refused() {
        return refused.get();
    }

    /** Waits until so many more were acknowledged. */
    public void awaitMore(int more) {
        int wanted = count() + more;
        Awaitility.await().atMost(Daemons.LIMIT).until(() -> count() >= wanted);
    }

    /** Waits until every node has all that was acknowledged before this call. */
    public void assertNothingLost() {
        Map<String, String> wanted = Map.copyOf(acknowledged);
        for (String name : Daemons.NAMES) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(read(name)).as(name).containsAllEntriesOf(wanted));
        }
    }

    private Map<String, String> read(String name) throws IOException {
        Map<String, String> all = new HashMap<>();
        AdminClient client = daemons.client(name);
        String from = KEYS;
        while (!from.isEmpty()) {
            AdminClient.Answer answer = client.get("/kv/v1/entries?from="
                    + URLEncoder.encode(from, StandardCharsets.UTF_8) + "&to=load/&limit=" + PAGE);
            JsonNode page = new ObjectMapper().readTree(answer.text());
            page.path("entries")
                    .forEach(entry -> all.put(
                            entry.path("key").asText(), entry.path("value").asText()));
            from = page.path("next").asText("");
        }
        return all;
    }

    @Override
    public void close() {
        end.countDown();
        writers.forEach(Thread::interrupt);
        sessions.close();
    }
}
