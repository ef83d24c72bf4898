package io.dromon.node.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.Phase;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.core.Token;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal keeps, and what it refuses. */
@Tag("unit")
class JournalFileTest {
    private static final UUID ID = new UUID(1, 2);
    private static final List<JournalRecord> RECORDS = List.of(
            new JournalRecord.Planned(
                    new RebootstrapPlan(
                            ID,
                            "c",
                            Map.of("socket.ssl", "YES"),
                            List.of(new PlannedNode("n1", "https://n1", Map.of("cert.pem", "/tls/n1.pem")))),
                    1),
            new JournalRecord.RunBegan(1, new UUID(3, 4), Target.CHANGED, Map.of("n2", "burnt \u00fc\n"), 2),
            new JournalRecord.PhaseBegan(Phase.STOP, 3),
            new JournalRecord.Confirmed(Phase.STOP, "n1", null, -1, 4),
            new JournalRecord.Granted(new Token(ID, ID, 1, ID, 7, "n1", 5), 5),
            new JournalRecord.TurnedBack("n1: it does not answer", 6),
            new JournalRecord.RunFailed(List.of("a", "b"), 7),
            new JournalRecord.Ended(Target.ORIGINAL, 8));

    @TempDir
    private Path directory;

    private Path written() throws IOException {
        Path path = directory.resolve("journal");
        try (JournalFile journal = JournalFile.create(path)) {
            for (JournalRecord record : RECORDS) {
                journal.append(record);
            }
        }
        return path;
    }

    private static List<JournalRecord> read(Path path) throws IOException {
        try (JournalFile journal = JournalFile.open(path)) {
            return journal.records();
        }
    }

    @Test
    void givesBackWhatWasAppended() throws IOException {
        Path path = written();

        assertThat(read(path)).isEqualTo(RECORDS);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void dropsALastRecordThatIsTornAndGoesOnBehindTheOneBefore() throws IOException {
        Path path = written();
        byte[] whole = Files.readAllBytes(path);
        List<String> lines = Files.readAllLines(path);
        int lastLine = lines.get(lines.size() - 1).length() + 1; // it is ASCII
        for (int cut : List.of(1, 20, lastLine)) {
            Files.write(path, Arrays.copyOf(whole, whole.length - cut));

            try (JournalFile journal = JournalFile.open(path)) {
                assertThat(journal.records()).isEqualTo(RECORDS.subList(0, RECORDS.size() - 1));
                journal.append(new JournalRecord.PhaseBegan(Phase.SEAL, 9));
            }
            assertThat(read(path)).hasSize(RECORDS.size()).endsWith(new JournalRecord.PhaseBegan(Phase.SEAL, 9));
        }
    }

    @Test
    void refusesEveryOtherDamageByItsLine() throws IOException {
        Path path = written();
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length - 1; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(path, damaged);

            assertThatThrownBy(() -> read(path))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("is damaged")
                    .hasMessageContaining("line ");
        }
    }

    @Test
    void refusesALineThatIsMissingDoubledOrMoved() throws IOException {
        Path path = written();
        List<String> lines = Files.readAllLines(path);
        List<String> missing = new ArrayList<>(lines);
        missing.remove(4);
        List<String> doubled = new ArrayList<>(lines);
        doubled.add(4, lines.get(4));
        List<String> moved = new ArrayList<>(lines);
        moved.set(3, lines.get(4));
        moved.set(4, lines.get(3));

        for (List<String> wrong : List.of(missing, doubled, moved)) {
            Files.write(path, wrong);

            assertThatThrownBy(() -> read(path)).hasMessageContaining("was changed or removed");
        }
    }

    @Test
    void isNeverBegunAnew() throws IOException {
        Path path = written();

        assertThatThrownBy(() -> JournalFile.create(path).close()).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void isOpenForOneCoordinatorAtATime() throws IOException {
        Path path = written();
        try (JournalFile first = JournalFile.open(path)) {
            assertThat(first.records()).isNotEmpty();

            assertThatThrownBy(() -> JournalFile.open(path).close())
                    .hasMessageContaining("another coordinator has it open");
        }
    }
}
