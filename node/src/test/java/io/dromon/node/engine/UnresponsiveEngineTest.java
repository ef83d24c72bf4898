package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.NodeConfig;
import io.dromon.node.NodeException;
import io.dromon.transport.wire.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A protocol thread that hangs is told of, and nobody waits for it for ever. */
@Tag("unit")
@Timeout(60)
final class UnresponsiveEngineTest {
    @TempDir
    Path directory;

    private NodeEngine start() {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory)
                .build();
        NodeSettings settings = NodeSettings.of(config);
        NodeEngine engine = NodeEngine.open(
                config,
                settings,
                new NodeIdentity("n", directory, true),
                Optional.empty(),
                new UpkeepThread("n"),
                new NodeApplication(delivery -> {}, Optional.empty(), Position.NONE),
                () -> {});
        engine.start("PLAIN TEXT");
        engine.synced().join();
        return engine;
    }

    /** Holds the protocol thread up until the latch opens. */
    private static void holdUp(NodeEngine engine, CountDownLatch until) throws InterruptedException {
        Thread caller = Thread.currentThread();
        CountDownLatch held = new CountDownLatch(1);
        do {
            CompletableFuture<Void> unused = engine.links().status().thenAccept(links -> {
                if (Thread.currentThread() != caller && held.getCount() > 0) {
                    held.countDown();
                    try {
                        until.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
        } while (!held.await(100, TimeUnit.MILLISECONDS));
    }

    @Test
    void saysThatTheProtocolThreadDoesNotAnswer() throws Exception {
        NodeEngine engine = start();
        CountDownLatch enough = new CountDownLatch(1);
        try {
            holdUp(engine, enough);

            CompletableFuture<List<Standstill>> standstills = CompletableFuture.supplyAsync(engine::standstills);
            assertThatThrownBy(() -> engine.status(Optional.empty()))
                    .isInstanceOfSatisfying(
                            NodeException.class,
                            failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.TIMEOUT))
                    .hasMessageContaining("has not answered for 5 s");
            assertThat(standstills.join()).singleElement().satisfies(standstill -> {
                assertThat(standstill.kind()).isEqualTo(Standstill.Kind.PROTOCOL_THREAD);
                assertThat(standstill.since()).isEqualTo(Duration.ofSeconds(5));
            });

            enough.countDown();

            assertThat(engine.status(Optional.empty()).health().ready()).isTrue();
            assertThat(engine.standstills()).isEmpty();
        } finally {
            enough.countDown();
            engine.leave();
        }
    }
}
