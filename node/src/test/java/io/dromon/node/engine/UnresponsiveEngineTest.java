package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.WriteSet;
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
        return start(delivery -> {});
    }

    private NodeEngine start(Application application) {
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
                new NodeApplication(application, Optional.empty(), Position.NONE),
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

    /** On the protocol thread, which it holds. */
    private static final class Held implements NonBlockingApplication {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch enough = new CountDownLatch(1);

        @Override
        public void deliver(Delivery delivery) {
            entered.countDown();
            try {
                enough.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void saysThatTheApplicationHoldsTheProtocolThread() throws Exception {
        Held application = new Held();
        NodeEngine engine = start(application);
        try {
            CompletableFuture<Committed> held = engine.writes().replicate(WriteSet.of(new byte[] {7}));
            application.entered.await();

            assertThat(engine.standstills()).singleElement().satisfies(standstill -> {
                assertThat(standstill.kind()).isEqualTo(Standstill.Kind.APPLICATION);
                assertThat(standstill.since()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(30));
                assertThat(standstill.text()).contains("has not answered for 5 s: the application", "from write-set");
            });

            application.enough.countDown();
            held.join();

            assertThat(engine.standstills()).isEmpty();
        } finally {
            application.enough.countDown();
            engine.leave();
        }
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
