package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.WriteSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications that fail at a write-set: on all nodes, or on one. */
@Tag("sockets")
@Timeout(120)
final class FailingApplicationTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<Fragile> applications = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    /** Fails at the texts that it is told. */
    private static class Fragile implements Application {
        final List<String> applied = new CopyOnWriteArrayList<>();
        volatile Set<String> fatal = Set.of();
        volatile @Nullable NodeException end;

        @Override
        public void deliver(Delivery delivery) {
            String text = StandardCharsets.UTF_8.decode(delivery.data()).toString();
            if (fatal.contains(text)) {
                throw new IllegalStateException(text + " in " + System.identityHashCode(this));
            }
            applied.add(text);
        }

        @Override
        public void onStopped(@Nullable NodeException failure) {
            end = failure;
        }
    }

    /** The same on the protocol thread, which goes on while the members vote. */
    private static final class NonBlockingFragile extends Fragile implements NonBlockingApplication {}

    private void join(int count, boolean nonBlocking) {
        for (int i = 0; i < count; i++) {
            Fragile application = nonBlocking ? new NonBlockingFragile() : new Fragile();
            String first = i == 0 ? "" : nodes.get(0).listenAddress().replaceFirst("^.*://", "");
            nodes.add(Node.join(
                    NodeConfig.builder()
                            .group("fragile")
                            .name("n" + i)
                            .address("gcomm://" + first)
                            .listen("tcp://127.0.0.1:0")
                            .dataDir(directory.resolve("n" + i))
                            .options(RuntimeOptionsTest.QUICK)
                            .build(),
                    application));
            applications.add(application);
        }
        awaitMembers(count);
    }

    private void awaitMembers(int count) {
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .filter(Node::isOpen)
                        .allMatch(node -> node.status().group().members().size() == count));
    }

    private CompletableFuture<?> write(int node, String text) {
        return nodes.get(node).replicate(WriteSet.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Every node would stop at the same write-set, and nobody would be left. */
    @ParameterizedTest(name = "on the protocol thread: {0}")
    @ValueSource(booleans = {false, true})
    void goesOnWhereAllFailAlike(boolean nonBlocking) {
        join(3, nonBlocking);
        try {
            applications.forEach(each -> each.fatal = Set.of("poison"));

            write(0, "before").join();
            Throwable failure = catchThrowable(() -> write(1, "poison").join());
            write(2, "after").join();

            assertThat(failure)
                    .hasMessageContaining("failed at write-set")
                    .hasMessageContaining("on all members alike");
            for (Fragile application : applications) {
                await().atMost(LIMIT).until(() -> application.applied.contains("after"));
                assertThat(application.applied).containsExactly("before", "after");
                assertThat(application.end).isNull();
            }
            awaitMembers(3);
            assertThat(nodes).allMatch(node -> node.status().state() == NodeState.SYNCED);
        } finally {
            nodes.forEach(Node::close);
        }
    }

    @ParameterizedTest(name = "on the protocol thread: {0}")
    @ValueSource(booleans = {false, true})
    void sendsTheOneAwayThatFailsAlone(boolean nonBlocking) {
        join(3, nonBlocking);
        try {
            applications.get(1).fatal = Set.of("too much for one");

            write(0, "too much for one").join();

            await().atMost(LIMIT).until(() -> !nodes.get(1).isOpen());
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(applications.get(1).end)
                            .isInstanceOfSatisfying(
                                    NodeException.class,
                                    end -> assertThat(end.reason()).isEqualTo(NodeException.Reason.APPLICATION)));
            awaitMembers(2);
            write(2, "after").join();
            await().atMost(LIMIT).until(() -> applications.get(0).applied.contains("after"));
            assertThat(applications.get(0).applied).containsExactly("too much for one", "after");
            assertThat(applications.get(1).applied).isEmpty();
        } finally {
            nodes.forEach(Node::close);
        }
    }

    /** Two against one: the two have what the third has not, or the third has what they have not. The majority decides. */
    @ParameterizedTest(name = "on the protocol thread: {0}")
    @ValueSource(booleans = {false, true})
    void sendsTheOneAwayThatAppliedWhatTheOthersCannot(boolean nonBlocking) {
        join(3, nonBlocking);
        try {
            applications.get(0).fatal = Set.of("too much for two");
            applications.get(1).fatal = Set.of("too much for two");

            assertThat(catchThrowable(() -> write(0, "too much for two").join()))
                    .hasMessageContaining("on all members alike");

            await().atMost(LIMIT).until(() -> !nodes.get(2).isOpen());
            assertThat(nodes.get(0).isOpen()).isTrue();
            write(1, "after").join();
            await().atMost(LIMIT).until(() -> applications.get(0).applied.contains("after"));
        } finally {
            nodes.forEach(Node::close);
        }
    }

    @ParameterizedTest(name = "on the protocol thread: {0}")
    @ValueSource(booleans = {false, true})
    void stopsWhereNobodyIsLeftToCompareWith(boolean nonBlocking) {
        join(1, nonBlocking);
        try {
            applications.get(0).fatal = Set.of("poison");

            assertThat(catchThrowable(() -> write(0, "poison").join())).hasMessageContaining("poison");

            await().atMost(LIMIT).until(() -> applications.get(0).end != null);
        } finally {
            nodes.forEach(Node::close);
        }
    }
}
