package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.NodeException;
import io.dromon.node.engine.DynamicEnd.Plain;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links in plain text at the end of {@code socket.dynamic}: over TLS, or named and then closed. */
@Tag("unit")
final class DynamicEndTest {
    private static final Instant UNTIL = Instant.parse("2027-01-31T12:00:00Z");
    private static final DynamicWindow WINDOW = new DynamicWindow(UNTIL, Duration.ofMinutes(10));

    private final List<Plain> plain = new ArrayList<>();
    private final List<Long> relinked = new ArrayList<>();
    private final List<CompletableFuture<Integer>> answers = new ArrayList<>();
    private final List<Long> ended = new ArrayList<>();
    private Instant now = UNTIL;

    private final DynamicEnd end = new DynamicEnd(
            "n",
            WINDOW,
            new DynamicEnd.PlainLinks() {
                @Override
                public List<Plain> plain() {
                    return List.copyOf(plain);
                }

                @Override
                public CompletableFuture<Integer> relink(long link) {
                    CompletableFuture<Integer> answer = new CompletableFuture<>();
                    relinked.add(link);
                    answers.add(answer);
                    return answer;
                }

                @Override
                public void end(long link) {
                    ended.add(link);
                }
            },
            () -> now);

    private void refuse() {
        answers.get(answers.size() - 1)
                .completeExceptionally(new NodeException(NodeException.Reason.REFUSED, "speaks plain text"));
    }

    @Test
    void leavesThemAloneBeforeTheEnd() {
        plain.add(new Plain(1, false, "a"));
        now = UNTIL.minusMillis(1);

        end.check();

        assertThat(relinked).isEmpty();
        assertThat(ended).isEmpty();
    }

    @Test
    void relinksOneAtATimeThoseThatItDialledFirst() {
        plain.add(new Plain(1, false, "a"));
        plain.add(new Plain(2, true, "b"));
        plain.add(new Plain(3, false, "c"));

        end.check();
        end.check();
        assertThat(relinked).containsExactly(1L);
        plain.remove(0);
        answers.get(0).complete(1);
        assertThat(relinked).containsExactly(1L, 3L);
        plain.remove(1);
        answers.get(1).complete(1);
        now = UNTIL.plusSeconds(9);
        end.check();
        assertThat(relinked).as("the other side has its time").containsExactly(1L, 3L);
        now = UNTIL.plusSeconds(10);
        end.check();

        assertThat(relinked).containsExactly(1L, 3L, 2L);
    }

    @Test
    void triesEveryMinuteAndGoesOnBehindAPeerThatRefuses() {
        plain.add(new Plain(1, false, "a"));
        plain.add(new Plain(2, false, "b"));

        end.check();
        refuse();
        refuse();
        now = UNTIL.plusSeconds(10);
        end.check();
        refuse();
        refuse();
        now = UNTIL.plusSeconds(69);
        end.check();
        assertThat(relinked).containsExactly(1L, 2L, 1L, 2L);
        now = UNTIL.plusSeconds(70);
        end.check();

        assertThat(relinked).containsExactly(1L, 2L, 1L, 2L, 1L);
        assertThat(ended).isEmpty();
    }

    @Test
    void closesWhatIsLeftWhenTheGraceIsOver() {
        plain.add(new Plain(1, false, "a"));
        plain.add(new Plain(2, true, "b"));
        now = UNTIL.plus(Duration.ofMinutes(10));

        end.check();

        assertThat(ended).containsExactly(1L, 2L);
        assertThat(relinked).isEmpty();
    }

    @Test
    void saysWhatIsPlainAndUntilWhen() {
        List<Plain> open = List.of(new Plain(1, false, "a at tcp://10.0.0.1:4567"), new Plain(2, true, "b"));

        assertThat(DynamicEnd.warning(WINDOW, open, UNTIL.minusSeconds(1)))
                .contains("plain text is let in until 2027-01-31T12:00:00Z")
                .endsWith("links in plain text: a at tcp://10.0.0.1:4567, b");
        assertThat(DynamicEnd.warning(WINDOW, open, UNTIL))
                .contains("plain text is refused since 2027-01-31T12:00:00Z")
                .endsWith("a at tcp://10.0.0.1:4567, b, which will be closed at 2027-01-31T12:10:00Z");
        assertThat(DynamicEnd.warning(WINDOW, List.of(), UNTIL)).endsWith("switch it off");
        assertThat(DynamicEnd.warning(new DynamicWindow(Instant.MAX, Duration.ofDays(1)), List.of(), UNTIL))
                .contains("without an end");
    }
}
