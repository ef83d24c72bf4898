package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.group.GroupEvent;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an arbitrator that only asks for a snapshot says what came of it. */
@Tag("unit")
final class SnapshotErrandTest {
    private static final UUID DONOR = UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c");

    @TempDir
    Path directory;

    private SnapshotErrand errand(String request) {
        return Objects.requireNonNull(SnapshotErrand.of(NodeConfig.builder()
                .arbitrator()
                .group("g")
                .name("garb")
                .address("gcomm://127.0.0.1")
                .dataDir(directory)
                .option(Options.NODE_SNAPSHOT_REQUEST, request)
                .build()));
    }

    /** The exit code of the donor's program is the code of its JOIN: which of the two a code is, nobody can tell. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    -2   | error 2, its program wsrep_sst_METHOD is missing, or ended with exit code 2;
                    -13  | error 13, its program wsrep_sst_METHOD must not be run, or ended with exit code 13;
                    -78  | error 78, its program wsrep_sst_METHOD ended without a result, or with exit code 78;
                    -38  | error 38, it gives no snapshots, or its program ended with exit code 38;
                    -255 | error 255; see its log
                    """)
    void saysWhatTheDonorsCodeMeans(long code, String expected) {
        SnapshotErrand errand = errand("backup:x");
        errand.onAnswer(new GroupEvent.StateRequestResult(1, DONOR));
        assertThat(errand.isOver()).isFalse();

        errand.onEnd(new GroupEvent.SnapshotEnded(DONOR, code));

        assertThat(errand.isOver()).isTrue();
        assertThat(errand.failure())
                .hasMessageContaining("'backup:x' was not made")
                .hasMessageContaining(expected);
    }

    @Test
    void hasNoFailureOnceTheDonorHadSuccess() {
        SnapshotErrand errand = errand("my.backup-2");
        errand.onEnd(new GroupEvent.SnapshotEnded(DONOR, 0));
        assertThat(errand.isOver()).isTrue();
        assertThat(errand.failure()).isNull();
    }
}
