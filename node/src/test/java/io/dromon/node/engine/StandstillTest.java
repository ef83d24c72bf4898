package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Health;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.node.admin.StatusDocument;
import io.dromon.node.admin.StatusMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A cluster whose members are all in their places, and which stands still. */
@Tag("sockets")
@Timeout(120)
final class StandstillTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(StandstillLog.class);
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            log.add(event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listenToTheLog() {
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void leaveTheLog() {
        logger.detachAppender(appender);
    }

    private Node join(String name, String address, Application application) {
        return Node.join(
                NodeConfig.builder()
                        .group("g")
                        .name(name)
                        .address(address)
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve(name))
                        .build(),
                application);
    }

    @Test
    void namesWhoPausesTheGroupAndWhatTheApplicationHasNotReturnedFrom() {
        CountDownLatch enough = new CountDownLatch(1);
        try (Node n1 = join("n1", "gcomm://", delivery -> {});
                Node n2 = join("n2", "gcomm://" + n1.listenAddress().substring(6), delivery -> {
                    try {
                        enough.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })) {
            for (int i = 0; i < 2_000; i++) {
                Future<Committed> unused = n1.replicate(WriteSet.of(new byte[100]));
            }

            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(reasons(n1))
                        .anyMatch(reason -> reason.matches("paused for \\d+ s by n2 \\(flow control\\).*"));
                assertThat(reasons(n2))
                        .anyMatch(reason -> reason.matches("paused for \\d+ s by n2, this node .*"))
                        .anyMatch(reason ->
                                reason.matches("the application has not returned for \\d+ s from write-set \\d+, .*"));
            });
            assertThat(n1.status().health().word()).isEqualTo(Health.Word.WARNING);
            assertThat(n1.status().health().ready()).isTrue();
            assertThat(StatusDocument.of(n1.status()).toJson()).contains("\"pausedBy\" : [ \"n2\" ]");
            assertThat(StatusDocument.of(n2.status()).toJson()).contains("\"what\" : \"write-set ");
            assertThat(StatusMetrics.of(n2.status())).containsPattern("dromon_application_call_seconds [1-9]");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(log)
                            .anyMatch(line -> line.startsWith("n1: paused for"))
                            .anyMatch(line -> line.startsWith("n2: the application has not returned for")));

            enough.countDown();

            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(reasons(n1)).isEmpty();
                assertThat(reasons(n2)).isEmpty();
                assertThat(log).anyMatch(line -> line.equals("n1: no longer paused"));
            });
        } finally {
            enough.countDown();
        }
    }

    private static List<String> reasons(Node node) {
        return node.status().health().reasons();
    }
}
