package io.dromon.node.cli.member.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.transport.wire.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node prints over its starts, and what it gives and takes. */
@Tag("unit")
final class LineStateTest {
    private static final UUID HISTORY = new UUID(7, 8);

    @TempDir
    Path folder;

    /** A node over all its starts, with an output file that is appended to. */
    private final class Life {
        final Path data;
        final Path output;
        LineState state;

        Life(String name) throws IOException {
            data = Files.createDirectories(folder.resolve(name));
            output = folder.resolve(name + ".out");
            Files.write(output, new byte[0]);
            state = start();
        }

        LineState start() throws IOException {
            OutputStream out = Files.newOutputStream(output, StandardOpenOption.APPEND);
            state = LineState.of(data, out, PrintedLines.of(output));
            return state;
        }

        void deliver(long first, long last) {
            for (long seqno = first; seqno <= last; seqno++) {
                state.deliver(delivery(seqno));
            }
            state.onDrained();
        }

        String printed() throws IOException {
            return Files.readString(output);
        }

        void cutOutput(int bytes) throws IOException {
            byte[] all = Files.readAllBytes(output);
            Files.write(output, java.util.Arrays.copyOf(all, all.length - bytes));
        }
    }

    private static Delivery delivery(long seqno) {
        return delivery(HISTORY, seqno);
    }

    private static Delivery delivery(UUID history, long seqno) {
        String line = "line " + seqno + "\n";
        return new Delivery(
                history,
                seqno,
                new UUID(1, seqno % 3),
                "n" + seqno % 3,
                false,
                ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer());
    }

    private static ClusterView view(UUID history, long seqno) {
        return new ClusterView(history, 1, seqno, true, List.of(), 0);
    }

    private Life begun(String name) throws IOException {
        Life life = new Life(name);
        life.state.onView(view(HISTORY, 1));
        return life;
    }

    /** What is printed of some lines. */
    private static String lines(long first, long last) {
        StringBuilder text = new StringBuilder();
        LongStream.rangeClosed(first, last)
                .forEach(seqno -> text.append(seqno)
                        .append("\tn")
                        .append(seqno % 3)
                        .append("\tline ")
                        .append(seqno)
                        .append('\n'));
        return text.toString();
    }

    @Test
    void hasNoPositionBeforeItsFirstHistory() throws IOException {
        assertThat(new Life("a").state.position()).isEqualTo(Position.NONE);
    }

    @Test
    void isThereFromTheFirstEventOnWhereItSawIt() throws IOException {
        Life first = begun("a");
        Life later = new Life("b");
        later.state.onView(view(HISTORY, 5));

        assertThat(first.state.position()).isEqualTo(new Position(HISTORY, 1));
        assertThat(first.start().position()).isEqualTo(new Position(HISTORY, 1));
        assertThat(later.state.position()).isEqualTo(Position.NONE);
    }

    @Test
    void beginsAnewWhereTheOldHistoryHadNoLine() throws IOException {
        Life life = begun("a");
        UUID other = new UUID(1, 1);

        life.start().onView(view(other, 1));

        assertThat(life.state.position()).isEqualTo(new Position(other, 1));
        life.state.deliver(delivery(other, 2));
        life.state.deliver(delivery(other, 3));
        life.state.onDrained();
        assertThat(life.start().position()).isEqualTo(new Position(other, 3));
        assertThat(life.printed()).isEqualTo(lines(2, 3));
    }

    @Test
    void printsALineWithoutALineFeedOnALineOfItsOwn() throws IOException {
        Life life = begun("a");

        life.state.deliver(new Delivery(HISTORY, 2, HISTORY, "x", true, ByteBuffer.wrap(new byte[0])));
        life.state.deliver(new Delivery(HISTORY, 3, HISTORY, "x", true, ByteBuffer.wrap(new byte[] {'y'})));
        life.state.onDrained();

        assertThat(life.printed()).isEqualTo("2\tx\t\n3\tx\ty\n");
    }

    @Test
    void keepsALineBeforeItIsPrinted() throws IOException {
        Path data = Files.createDirectories(folder.resolve("a"));
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        LineState state = LineState.of(data, full, Optional.empty());
        state.onView(view(HISTORY, 1));
        state.deliver(delivery(2));

        assertThatThrownBy(state::onDrained)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot write to standard output: No space left on device");

        assertThat(LineState.of(data, full, Optional.empty()).position()).isEqualTo(new Position(HISTORY, 2));
    }

    @Test
    void printsWhatItMissedBeforeAnythingNew() throws IOException {
        Life life = begun("a");
        life.deliver(2, 10);
        life.state.onStopped(null);

        assertThat(life.start().position()).isEqualTo(new Position(HISTORY, 10));
        life.state.onView(view(HISTORY, 25));
        life.deliver(11, 24);
        life.deliver(26, 30);

        assertThat(life.printed()).isEqualTo(lines(2, 24) + lines(26, 30));
        assertThat(life.state.stopped().getCount()).isEqualTo(1);
    }

    @Test
    void printsTheRestWhereverTheOutputWasCut() throws IOException {
        Life life = begun("a");
        life.deliver(2, 12);
        life.state.onStopped(null);
        int length = life.printed().length();

        for (int cut = 1; cut <= length; cut++) {
            life.cutOutput(cut);
            boolean nothingLeft = life.printed().isEmpty();

            life.start().onView(view(HISTORY, 14));

            assertThat(life.printed()).as("cut by %d", cut).isEqualTo(nothingLeft ? "" : lines(2, 12));
            life.state.onStopped(null);
        }
    }

    @Test
    void finishesATornLineThatComesFromTheGroupAgain() throws IOException {
        Life life = begun("a");
        life.deliver(2, 12);
        life.state.onStopped(null);
        Path file = life.data.resolve("lines/0000000000000000001.lines");
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 150)); // the machine lost power
        life.cutOutput(4);

        long last = life.start().position().seqno();
        life.state.onView(view(HISTORY, 14));
        life.deliver(last + 1, 13);

        assertThat(last).isBetween(3L, 8L);
        assertThat(life.printed()).isEqualTo(lines(2, 13));
    }

    @Test
    void printsAllOfANewClusterBehindTheOutputOfAnotherOne() throws IOException {
        Life life = new Life("a");
        Files.writeString(life.output, lines(2, 20));

        life.start().onView(view(HISTORY, 1));
        life.deliver(2, 3);

        assertThat(life.printed()).isEqualTo(lines(2, 20) + lines(2, 3));
    }

    @Test
    void takesAllForPrintedWhereTheOutputTellsNothing() throws IOException {
        Life life = begun("a");
        life.deliver(2, 5);
        ByteArrayOutputStream pipe = new ByteArrayOutputStream();

        LineState again = LineState.of(life.data, pipe, Optional.empty());
        again.onView(view(HISTORY, 6));
        again.deliver(delivery(7));
        again.onDrained();

        assertThat(pipe.toString(StandardCharsets.UTF_8)).isEqualTo(lines(7, 7));
    }

    @Test
    void takesAllForPrintedBehindAnotherFile() throws IOException {
        Life life = begun("a");
        life.deliver(2, 5);
        for (String other : List.of("a heading\n", "4\tn1\tanother line\n")) {
            Files.writeString(life.output, other);

            life.start().onView(view(HISTORY, 6));

            assertThat(life.printed()).isEqualTo(other);
        }
    }

    @Test
    void printsALineThatFollowsATornOneOfAnotherFileOnItsOwn() throws IOException {
        Life life = begun("a");
        Files.writeString(life.output, "1\tn1\tline 1\n2\tx");

        life.start().onView(view(HISTORY, 1));
        life.deliver(2, 2);

        assertThat(life.printed()).isEqualTo("1\tn1\tline 1\n2\tx\n" + lines(2, 2));
    }

    @Test
    void givesItsStateWithoutWaitingForIt() throws IOException {
        Life donor = begun("a");
        donor.deliver(2, 50);
        Path snapshot = folder.resolve("snapshot");

        donor.state.snapshot(snapshot);
        donor.deliver(51, 60);
        Life joiner = new Life("b");
        joiner.state.onView(view(HISTORY, 61));
        joiner.state.restore(snapshot);

        assertThat(joiner.state.position()).isEqualTo(new Position(HISTORY, 50));
        joiner.deliver(51, 60);
        joiner.deliver(62, 62);
        assertThat(joiner.printed()).isEqualTo(lines(2, 60) + lines(62, 62));
        assertThat(donor.printed()).isEqualTo(lines(2, 60));
    }

    @Test
    void printsBehindASnapshotWhatItHadNotPrinted() throws IOException {
        Life donor = begun("a");
        donor.deliver(2, 50);
        donor.state.snapshot(folder.resolve("snapshot"));
        Life joiner = begun("b");
        joiner.deliver(2, 20);

        joiner.state.restore(folder.resolve("snapshot"));

        assertThat(joiner.printed()).isEqualTo(lines(2, 50));
    }

    @Test
    void goesOnInItsOutputWithAnEmptiedDirectory() throws IOException {
        Life donor = begun("a");
        donor.deliver(2, 50);
        donor.state.snapshot(folder.resolve("snapshot"));
        Life joiner = new Life("b");
        Files.writeString(joiner.output, lines(2, 20) + lines(21, 21).substring(0, 7));

        joiner.start().onView(view(HISTORY, 51));
        joiner.state.restore(folder.resolve("snapshot"));

        assertThat(joiner.printed()).isEqualTo(lines(2, 50));
    }

    @Test
    void printsAllOfAnotherHistory() throws IOException {
        Life donor = begun("a");
        donor.deliver(2, 5);
        donor.state.snapshot(folder.resolve("snapshot"));
        Life joiner = new Life("b");
        joiner.state.onView(view(new UUID(1, 1), 1));
        for (long seqno = 2; seqno <= 9; seqno++) {
            joiner.state.deliver(delivery(new UUID(1, 1), seqno));
        }
        joiner.state.onDrained();

        joiner.state.restore(folder.resolve("snapshot"));

        assertThat(joiner.state.position()).isEqualTo(new Position(HISTORY, 5));
        assertThat(joiner.printed()).isEqualTo(lines(2, 9) + lines(2, 5));
    }

    @Test
    void keepsItsStateWhenASnapshotIsDamaged() throws IOException {
        Life life = begun("a");
        life.deliver(2, 9);
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        Files.writeString(snapshot.resolve("1.lines"), "nothing");

        assertThatThrownBy(() -> life.state.restore(snapshot)).isInstanceOf(IOException.class);

        assertThat(life.state.position()).isEqualTo(new Position(HISTORY, 9));
        life.deliver(10, 11);
        assertThat(life.printed()).isEqualTo(lines(2, 11));
    }

    @Test
    void doesNotGoOnWithLinesOfAnotherCluster() throws IOException {
        Life life = begun("a");
        life.deliver(2, 9);
        life.start().onView(view(new UUID(1, 1), 12));

        assertThatThrownBy(() -> life.state.deliver(delivery(new UUID(1, 1), 13)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(HISTORY.toString())
                .hasMessageContaining("move them away");
    }

    @Test
    void writesABatchThatWasCutOffWhenTheNodeEnds() throws IOException {
        Life life = begun("a");
        life.state.deliver(delivery(2));

        life.state.onStopped(null);

        assertThat(life.printed()).isEqualTo(lines(2, 2));
        assertThat(life.state.failure()).isNull();
        assertThat(life.state.stopped().getCount()).isZero();
    }

    @Test
    void writesManyLinesBeforeTheBatchEnds() throws IOException {
        Life life = begun("a");

        for (long seqno = 2; seqno <= 20_000; seqno++) {
            life.state.deliver(delivery(seqno));
        }

        assertThat(life.printed()).hasSizeGreaterThan(100_000);
        life.state.onDrained();
        assertThat(life.printed()).isEqualTo(lines(2, 20_000));
    }
}
