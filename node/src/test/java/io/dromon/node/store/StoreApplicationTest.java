package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.wire.Position;
import java.io.IOError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store as its node sees it. */
@Tag("unit")
final class StoreApplicationTest {
    private static final UUID HISTORY = new UUID(1, 2);
    private static final UUID OTHER_HISTORY = new UUID(3, 4);

    @TempDir
    Path directory;

    private final Storage storage = Storage.inMemory();
    private final StoreApplication application = new StoreApplication(storage, 1);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ClusterView view(UUID history, long seqno) {
        return new ClusterView(history, 1, seqno, true, List.of(), 0);
    }

    private static Delivery delivery(long seqno, byte[] data) {
        return delivery(HISTORY, seqno, data);
    }

    private static Delivery delivery(UUID history, long seqno, byte[] data) {
        return new Delivery(history, seqno, new UUID(7, 7), "n7", false, ByteBuffer.wrap(data));
    }

    private static Delivery put(long seqno, String key, String value) {
        return put(HISTORY, seqno, key, value);
    }

    private static Delivery put(UUID history, long seqno, String key, String value) {
        return delivery(history, seqno, ChangeCodec.encode(List.of(new Change(bytes(key), bytes(value)))));
    }

    private @Nullable String get(String key) {
        try (StorageEngine.View view = application.view().view()) {
            byte[] value = view.get(bytes(key));
            return value == null ? null : new String(value, StandardCharsets.UTF_8);
        }
    }

    private void begin(long seqno) {
        application.onView(view(HISTORY, seqno));
        application.onState(NodeState.SYNCED);
    }

    @Test
    void writesEachChangeWithItsPosition() {
        begin(1);

        application.deliver(put(2, "a", "1"));

        assertThat(application.position()).isEqualTo(new Position(HISTORY, 2));
        assertThat(get("a")).isEqualTo("1");
    }

    @Test
    void hasTheMembersVoteOnWhatIsNoChange() {
        begin(1);

        assertThatThrownBy(() -> application.apply(delivery(2, bytes("a line"))))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.MALFORMED_CHANGE))
                .hasMessageContaining("write-set 2 of n7 is no change of a store");
        assertThat(application.failure()).isNull();
        application.deliver(put(3, "a", "goes on"));
        assertThat(get("a")).isEqualTo("goes on");
    }

    @Test
    void stopsItsNodeWithoutAVoteWhereItsStorageFails() {
        begin(1);
        storage.close();

        assertThatThrownBy(() -> application.deliver(put(2, "a", "1")))
                .isInstanceOf(IOError.class)
                .cause()
                .isSameAs(application.failure());
    }

    @Test
    void refusesTheOrderOfAnotherCluster() {
        begin(1);
        application.deliver(put(2, "a", "1"));
        application.onView(view(OTHER_HISTORY, 1));

        assertThatThrownBy(() -> application.deliver(put(OTHER_HISTORY, 2, "a", "of the other")))
                .isInstanceOf(IOError.class)
                .cause()
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.OTHER_CLUSTER))
                .hasMessageContaining(HISTORY + ":2")
                .hasMessageContaining(OTHER_HISTORY.toString());
        assertThat(get("a")).isEqualTo("1");
    }

    @Test
    void takesNothingWithoutAHistory() {
        assertThatThrownBy(() -> application.deliver(put(new UUID(0, 0), 2, "a", "1")))
                .isInstanceOf(IOError.class)
                .hasMessageContaining("no history");
    }

    @Test
    void goesOnWithTheStateOfAnotherCluster() throws IOException {
        StoreApplication donor = new StoreApplication(Storage.inMemory(), 1);
        donor.onView(view(OTHER_HISTORY, 1));
        donor.onState(NodeState.SYNCED);
        donor.deliver(put(OTHER_HISTORY, 2, "a", "donor"));
        donor.snapshot(directory.resolve("state"));
        begin(1);
        application.deliver(put(2, "a", "own"));
        application.onView(view(OTHER_HISTORY, 3));

        application.restore(directory.resolve("state"));
        application.deliver(put(OTHER_HISTORY, 4, "b", "later"));

        assertThat(application.position()).isEqualTo(new Position(OTHER_HISTORY, 4));
        assertThat(get("a")).isEqualTo("donor");
        assertThat(get("b")).isEqualTo("later");
    }

    @Test
    void keepsItsStateWhereTheOneItIsGivenCannotBeUsed() {
        begin(1);
        application.deliver(put(2, "a", "1"));

        assertThatThrownBy(() -> application.restore(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none of a store");

        assertThat(application.position().seqno()).isEqualTo(2);
        application.deliver(put(3, "a", "2"));
        assertThat(get("a")).isEqualTo("2");
    }

    @Test
    void givesAStateWithAPositionThoughNothingWasWrittenYet() throws IOException {
        begin(5);

        application.snapshot(directory.resolve("state"));

        StoreApplication joiner = new StoreApplication(Storage.inMemory(), 1);
        joiner.restore(directory.resolve("state"));
        assertThat(joiner.position()).isEqualTo(new Position(HISTORY, 5));
    }

    @Test
    void skipsWhatIsInItsStateAlready() {
        begin(1);
        application.deliver(put(2, "a", "first"));
        application.deliver(put(3, "a", "second"));

        application.deliver(put(2, "a", "first"));

        assertThat(get("a")).isEqualTo("second");
        assertThat(application.position().seqno()).isEqualTo(3);
    }

    @Test
    void doesNotGoOnWithAGap() {
        begin(1);
        application.deliver(put(2, "a", "1"));

        assertThatThrownBy(() -> application.onMissed(3, 9))
                .isInstanceOf(IOError.class)
                .cause()
                .hasMessageContaining("3 to 9")
                .isSameAs(application.failure());
    }

    /** A view before the end of a state transfer says nothing of the store. */
    @Test
    void countsAViewWhenTheNodeIsComplete() {
        application.onView(view(HISTORY, 50));
        application.onState(NodeState.JOINER);
        assertThat(application.applied()).isLessThanOrEqualTo(0);
        application.deliver(put(30, "a", "1"));
        assertThat(application.applied()).isEqualTo(30);

        application.onState(NodeState.JOINED);

        assertThat(application.applied()).isEqualTo(50);
        StoreApplication.At at = application.view();
        assertThat(at.seqno()).isEqualTo(50);
        at.view().close();
    }

    @Test
    void tellsWhoWaitsThatANumberIsApplied() {
        begin(1);
        CompletableFuture<Void> second = application.waits().reached(2, application::applied);
        CompletableFuture<Void> third = application.waits().reached(3, application::applied);
        CompletableFuture<Void> forgotten = application.waits().reached(3, application::applied);
        application.waits().forget(3, forgotten);
        assertThat(application.waits().reached(1, application::applied)).isCompleted();
        assertThat(second).isNotDone();

        application.deliver(put(2, "a", "1"));
        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
        application.deliver(put(4, "a", "1"));

        assertThat(third).isCompleted();
        assertThat(forgotten).isNotDone();
    }

    @Test
    void endsWhoWaitsWhenTheNodeEnds() {
        begin(1);
        CompletableFuture<Void> waits = application.waits().reached(2, application::applied);

        application.onStopped(null);

        assertThat(waits).isCompletedExceptionally();
        assertThatThrownBy(() ->
                        application.waits().reached(9, application::applied).get())
                .cause()
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("the node has left");
    }

    /** Where a kill now would leave a store on disk. */
    private long seqnoAfterAKill(Path store, int number) throws IOException {
        Path left = directory.resolve("left" + number);
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = left.resolve(store.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Storage copy = Storage.onDisk(left);
        try {
            return copy.position().seqno();
        } finally {
            copy.close();
        }
    }

    @Test
    void outlivesTheProcessWithOwnChangesAtOnceAndOthersFromTheEndOfABatchOn() throws IOException {
        Path store = directory.resolve("store");
        Storage onDisk = Storage.onDisk(store);
        StoreApplication durable = StoreApplication.of(onDisk, 1);
        try {
            for (long seqno = 2; seqno < 100; seqno++) {
                durable.deliver(put(seqno, "a", "of another"));
            }
            assertThat(onDisk.position().seqno()).isEqualTo(99);
            durable.onDrained();
            assertThat(seqnoAfterAKill(store, 1)).isEqualTo(99);

            durable.deliver(put(100, "a", "of another"));
            Delivery other = put(101, "a", "own");
            durable.deliver(new Delivery(HISTORY, 101, other.origin(), "n", true, other.data()));
            assertThat(seqnoAfterAKill(store, 2)).isEqualTo(101);

            durable.deliver(put(102, "a", "of another"));
            Path snapshot = directory.resolve("snapshot");
            durable.snapshot(snapshot);
            Storage joiner = Storage.onDisk(directory.resolve("joiner"));
            joiner.restore(snapshot);
            assertThat(joiner.position().seqno()).isEqualTo(102);
            joiner.close();

            durable.deliver(put(103, "a", "of another"));
        } finally {
            onDisk.close();
        }
        assertThat(seqnoAfterAKill(store, 3)).as("after an orderly end").isEqualTo(103);
    }
}
