package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store on disk whose process is killed. */
@Tag("sockets")
@Timeout(120)
final class StoreCrashTest {
    private static final int ROWS = 20;
    private static final int BYTES = 5_000;
    private static final int KILL_AFTER = 500;

    @TempDir
    Path directory;

    /** The process: each transaction gives all rows the number of the one before it. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            NodeConfig config = NodeConfig.builder()
                    .group("g")
                    .name("a")
                    .address("gcomm://")
                    .listen("tcp://127.0.0.1:0")
                    .dataDir(Path.of(arguments[0]))
                    .options("")
                    .build();
            try (ReplicatedStore store = ReplicatedStore.join(config)) {
                while (true) {
                    long seqno = store.update(tx -> {
                        String number = String.format(
                                "%0" + BYTES + "d", store.position().seqno());
                        for (int row = 0; row < ROWS; row++) {
                            tx.put("row/" + row, number);
                        }
                    });
                    System.out.println("committed " + seqno);
                }
            }
        }
    }

    private long writeUntilKilled(Path data) throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                data.toString());
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("errors").toFile())
                .start();
        long last = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("committed ")) {
                    last = Long.parseLong(line.substring("committed ".length()));
                    if (++count == KILL_AFTER) {
                        process.toHandle().destroyForcibly(); // which leaves its output to be read
                    }
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    @RepeatedTest(3)
    void hasEachChangeWholeAndItsPositionAfterAKill() throws Exception {
        Path data = directory.resolve("a");

        long acknowledged = writeUntilKilled(data);

        assertThat(acknowledged).isGreaterThanOrEqualTo(KILL_AFTER);
        Storage storage = Storage.onDisk(data.resolve(ReplicatedStore.DIRECTORY));
        try (StorageEngine.View view = storage.view()) {
            assertThat(view.position().seqno()).isGreaterThanOrEqualTo(acknowledged);
            List<Long> rows = new ArrayList<>();
            view.scan(new byte[0], null).forEachRemaining(entry -> rows.add(Long.parseLong(entry.valueText())));
            assertThat(rows).hasSize(ROWS).containsOnly(view.position().seqno() - 1);
        } finally {
            storage.close();
        }
    }
}
