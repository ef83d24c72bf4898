package io.dromon.node.admin.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.node.admin.client.AdminClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an operator changes on the control socket is told in the log, and can be read back. */
@Tag("sockets")
@Timeout(60)
final class AuditTest {
    @TempDir
    Path directory;

    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("io.dromon.node");
    }

    @BeforeEach
    void listen() {
        appender.start();
        logger().addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger().detachAppender(appender);
    }

    private Node node() {
        return Node.join(
                NodeConfig.builder()
                        .group("g")
                        .name("n1")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory)
                        .options("evs.send_window=5")
                        .build(),
                delivery -> {});
    }

    private List<String> lines() {
        return List.copyOf(appender.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private JsonNode status() throws IOException {
        return AdminClient.local(directory).status();
    }

    @Test
    void tellsWhatWasChangedByWhomAndShowsTheValueNow() throws IOException {
        try (Node node = node()) {
            assertThat(status().path("options").path("evs.send_window").asText())
                    .isEqualTo("5");

            AdminClient client = AdminClient.local(directory);
            assertThat(client.set("evs.send_window", "8").isDone()).isTrue();
            assertThat(client.set("evs.send_window", "x").status()).isEqualTo(409);

            assertThat(node.status().options()).containsEntry("evs.send_window", "8");
            assertThat(status().path("options").path("evs.send_window").asText())
                    .isEqualTo("8");
            String user = System.getProperty("user.name");
            assertThat(lines())
                    .contains(
                            "n1: evs.send_window is set to '8', it was '5'",
                            "n1: " + user + " on the control socket: set evs.send_window=8: done")
                    .anyMatch(line ->
                            line.startsWith("n1: " + user + " on the control socket: set evs.send_window=x: refused, "))
                    .noneMatch(line -> line.contains("control socket: GET"));
            JsonNode audit = client.get("/api/v1/audit").json();
            assertThat(audit).hasSize(2);
            assertThat(audit.get(0).path("action").asText()).isEqualTo("set evs.send_window=x");
            assertThat(audit.get(0).path("result").asText()).startsWith("refused, evs.send_window");
            assertThat(audit.get(1).path("result").asText()).isEqualTo("done");
            assertThat(audit.get(1).path("subject").asText()).isEqualTo(user);
        }
    }

    @Test
    void showsWhereEachMemberIsReached() throws IOException {
        try (Node node = node()) {
            JsonNode self = status().path("group").path("members").get(0);

            assertThat(self.path("address").asText()).isEqualTo(node.listenAddress());
            assertThat(self.has("clientAddress")).isFalse();
        }
    }
}
