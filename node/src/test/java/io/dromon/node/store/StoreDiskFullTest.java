package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store on a disk that runs full, for which the test needs the right to mount one. */
@Tag("sockets")
@Timeout(120)
final class StoreDiskFullTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int BYTES = 100_000;
    /** More than the disk holds. */
    private static final int VALUES = 2_000;

    @TempDir
    Path directory;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk().toString());
        assumeThat(mounted).as("the right to mount a small disk").isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", disk().toString())).isTrue();
        }
    }

    private Path disk() throws IOException {
        return Files.createDirectories(directory.resolve("disk"));
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[BYTES];
        new SplittableRandom(seed).nextBytes(noise);
        return noise;
    }

    private static byte[] key(int number) {
        return new byte[] {'k', (byte) (number >> 8), (byte) number};
    }

    @Test
    void stopsItsNodeByNameAndHasAllThatWasCommittedWhenThereIsRoomAgain() throws Exception {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(disk().resolve("a"))
                .options("")
                .build();
        int[] committed = {0};
        try (ReplicatedStore store = ReplicatedStore.join(config)) {
            assertThatThrownBy(() -> {
                        for (; committed[0] < VALUES; committed[0]++) {
                            store.put(key(committed[0]), noise(committed[0]));
                        }
                    })
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DISK_FULL))
                    .hasMessageContaining("Make room and start the node again");
            await().atMost(LIMIT).until(() -> !store.node().isOpen());
            assertThat(store.get(key(0))).as("what is there can be read").isPresent();
        }
        assertThat(committed[0]).isGreaterThan(50);

        assertThat(run("mount", "-o", "remount,size=200m", disk().toString())).isTrue();
        Storage storage = Storage.onDisk(config.dataDir().resolve(ReplicatedStore.DIRECTORY));
        try (StorageEngine.View view = storage.view()) {
            for (int i = 0; i < committed[0]; i++) {
                assertThat(view.get(key(i))).isEqualTo(noise(i));
            }
            assertThat(view.position().seqno()).isEqualTo(committed[0] + 1); // the first view has number 1
        } finally {
            storage.close();
        }
    }

    @Test
    void keepsItsStateWhereTheNewOneHasNoRoom() throws Exception {
        Storage donor = Storage.onDisk(directory.resolve("donor"));
        Storage joiner = Storage.onDisk(disk().resolve("joiner"));
        try {
            for (int i = 0; i < 500; i++) {
                donor.engine()
                        .prepare(List.of(new Change(key(i), noise(i))), new Position(new UUID(1, 2), i + 1))
                        .commit();
            }
            donor.snapshot(directory.resolve("state"));
            joiner.engine()
                    .prepare(List.of(new Change(key(0), key(0))), new Position(new UUID(1, 2), 1))
                    .commit();

            assertThatThrownBy(() -> joiner.restore(directory.resolve("state")))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DISK_FULL));

            assertThat(joiner.position().seqno()).isEqualTo(1);
            try (StorageEngine.View view = joiner.view()) {
                assertThat(view.get(key(0))).isEqualTo(key(0));
            }
        } finally {
            donor.close();
            joiner.close();
        }
        Storage again = Storage.onDisk(disk().resolve("joiner"));
        assertThat(again.position().seqno()).isEqualTo(1);
        again.close();
    }
}
