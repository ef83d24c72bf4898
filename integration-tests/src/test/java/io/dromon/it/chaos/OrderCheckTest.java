package io.dromon.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge of a chaos run sees what it is there for. */
@Tag("unit")
final class OrderCheckTest {
    private final List<String> violations = new ArrayList<>();
    private final OrderCheck check = new OrderCheck(new Violations(violations::add), new PauseMeter());
    private final OrderCheck.Output a = check.output("a.1");
    private final OrderCheck.Output b = check.output("b.1");
    private final OrderCheck.Life firstOfA = check.begin("a.1", a);
    private final OrderCheck.Life firstOfB = check.begin("b.1", b);

    @Test
    void takesOutputsThatAgree() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        both("3\tb\tb.1 1 x");
        a.line("4\ta\ta.1 2 x");
        firstOfA.view(5, "view 2 of a");
        check.checkSoFar();
        b.line("4\ta\ta.1 2 x");
        bothIn(6);
        both("7\tb\tb.2 1 x");

        judge();

        assertThat(violations).isEmpty();
        assertThat(check.size()).isEqualTo(7);
    }

    @Test
    void takesWhatAnEmptiedNodeHadPrintedForABeginning() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        OrderCheck.Output again = check.output("b.2");
        a.line("3\ta\ta.1 2 x");
        again.line("2\ta\ta.1 1 x");
        again.line("3\ta\ta.1 2 x");

        check.check(Set.of(a, again));

        assertThat(violations).isEmpty();
    }

    @Test
    void countsTheLinesOfAProcessThatEnded() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        both("3\tb\tb.1 1 x");
        firstOfA.lineFailed();

        assertThat(firstOfA.ended()).isEqualTo(2);
        assertThat(check.begin("a.2", a).ended()).isZero();
    }

    @Test
    void seesTwoContentsOfOneNumber() {
        bothIn(1);
        a.line("2\ta\ta.1 1 x");
        b.line("2\tb\tb.1 1 x");

        assertThat(violations).singleElement().asString().contains("b.1 has at 2 what no other has");
    }

    @Test
    void seesAViewWhereAnotherHasAWriteSet() {
        bothIn(1);
        a.line("2\ta\ta.1 1 x");
        firstOfB.view(2, "view 2 of b");

        assertThat(violations).singleElement().asString().contains("b.1 has at 2 what no other has");
    }

    @Test
    void seesALineOfNoNumber() {
        a.line("\ta\ta.1 1 x");
        a.line("2\ta\t");
        a.line("");

        assertThat(violations)
                .hasSize(3)
                .allSatisfy(violation -> assertThat(violation).contains("a.1 printed"));
    }

    @Test
    void seesANumberThatWasPrintedAgainByTheNextStart() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        b.line("2\ta\ta.1 1 x");

        assertThat(violations).first().asString().contains("b.1 printed 2 after 2");
    }

    @Test
    void seesAnOutputThatGoesBackwards() {
        bothIn(1);
        both("3\ta\ta.1 1 x");
        a.line("2\tb\tb.1 1 x");

        assertThat(violations).singleElement().asString().contains("a.1 printed 2 after 3");
    }

    @Test
    void seesALineOfAWriterThatComesTwice() {
        bothIn(1);
        a.line("2\ta\ta.1 1 x");
        a.line("3\ta\ta.1 1 x");

        assertThat(violations).singleElement().asString().contains("a.1 printed line 1 of a.1 after 1");
    }

    @Test
    void seesAGapThoughTheNodeWasAwayMeanwhile() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        a.line("3\ta\ta.1 2 x");
        bothIn(4);
        both("5\ta\ta.1 3 x");

        check.checkSoFar();

        assertThat(violations).singleElement().asString().contains("b.1", "misses 1 numbers, from 3 to 3");
    }

    @Test
    void seesABeginningThatIsMissing() {
        bothIn(1);
        a.line("2\ta\ta.1 1 x");
        both("3\ta\ta.1 2 x");

        check.checkSoFar();

        assertThat(violations).singleElement().asString().contains("b.1", "misses 1 numbers, from 2 to 2");
    }

    @Test
    void seesThatAnOutputHasStoppedEarly() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        a.line("3\ta\ta.1 2 x");

        check.checkSoFar();
        assertThat(violations).isEmpty();
        judge();

        assertThat(violations).singleElement().asString().contains("b.1", "misses 1 numbers, from 3 to 3");
    }

    @Test
    void seesThatWhatAnEmptiedNodeHadPrintedIsGone() {
        bothIn(1);
        both("2\ta\ta.1 1 x");
        b.line("3\tb\tb.1 1 x");
        OrderCheck.Output again = check.output("b.2");
        again.line("2\ta\ta.1 1 x");
        a.line("4\ta\ta.1 2 x");
        again.line("4\ta\ta.1 2 x");

        check.check(Set.of(a, again));

        assertThat(violations)
                .hasSize(2)
                .allSatisfy(violation -> assertThat(violation).contains("misses 1 numbers, from 3 to 3"));
    }

    @Test
    void seesANumberThatNobodyHas() {
        bothIn(1);
        both("3\ta\ta.1 1 x");

        judge();

        assertThat(violations).singleElement().asString().contains("nobody printed 2");
    }

    @Test
    void readsALineThatAKilledProcessHasBegunWithTheRestOfIt(@TempDir Path directory) throws Exception {
        List<String> lines = new ArrayList<>();
        try (OutputFile output = new OutputFile(directory.resolve("a.out"), lines::add)) {
            append(output.file(), "2\ta\ta.1 1 x\n3\ta\ta.");
            output.readOn();
            assertThat(lines).containsExactly("2\ta\ta.1 1 x");

            append(output.file(), "1 2 x\n");
            output.readOn();
        }
        assertThat(lines).containsExactly("2\ta\ta.1 1 x", "3\ta\ta.1 2 x");
    }

    private static void append(Path file, String text) throws Exception {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    }

    private void bothIn(int seqno) {
        firstOfA.view(seqno, "view " + seqno + " of a,b");
        firstOfB.view(seqno, "view " + seqno + " of a,b");
    }

    private void both(String line) {
        a.line(line);
        b.line(line);
    }

    private void judge() {
        check.check(Set.of(a, b));
    }
}
