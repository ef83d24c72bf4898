package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three {@code dromon node --pipe} processes over TLS with the classic shared pair, and a real garbd among them. */
@Tag("peers")
@Timeout(240)
final class PipeTest {
    private static final Duration JOIN = Duration.ofMinutes(1);
    private static final Duration DELIVERY = Duration.ofSeconds(90);
    private static final int LINES = 10_000;

    @TempDir
    Path directory;

    private TlsFiles files;

    @BeforeEach
    void makeTheSharedPair() {
        files = new OpenSsl(directory).sharedPair();
    }

    @Test
    void threeNodesPrintTheSameThirtyThousandLines() throws Exception {
        try (DromonNode a = DromonNode.in(directory, "a").tls(files).startPipe();
                DromonNode b = join("b", a);
                DromonNode c = join("c", a, b)) {
            awaitSize(3, a, b, c);

            List<Thread> feeders = List.of(feed(a), feed(b), feed(c));

            for (DromonNode node : List.of(a, b, c)) {
                node.process().awaitOutputLines(3 * LINES, DELIVERY);
            }
            for (Thread feeder : feeders) {
                feeder.join();
            }
            for (DromonNode node : List.of(a, b, c)) {
                assertThat(node.leave()).isZero();
            }
            try (Stream<Path> left = Files.walk(directory)) {
                assertThat(left).noneMatch(file -> file.endsWith("dromon.sock"));
            }
            List<String> output = a.process().output().lines();
            assertSameOutput(b, a);
            assertSameOutput(c, a);
            assertThat(output).hasSize(3 * LINES);
            assertThat(new HashSet<>(texts(output))).hasSize(3 * LINES);
            assertThat(seqnos(output))
                    .isSortedAccordingTo(Comparator.naturalOrder())
                    .doesNotHaveDuplicates();
            for (String origin : List.of("a", "b", "c")) {
                assertThat(linesOf(origin, output))
                        .as("lines of " + origin + " in their order")
                        .isEqualTo(allLines(origin));
            }
        }
    }

    @Test
    void aNodeKilledInMidStreamCostsTheOthersNoLine() throws Exception {
        try (DromonNode a = DromonNode.in(directory, "a").tls(files).startPipe();
                DromonNode b = join("b", a);
                DromonNode c = join("c", a, b)) {
            awaitSize(3, a, b, c);

            List<Thread> feeders = List.of(feed(a), feed(b), feed(c));
            c.process().awaitOutputLines(2_000, DELIVERY);
            c.process().kill();

            awaitLine(a, last("a"));
            awaitLine(a, last("b"));
            awaitLine(b, last("a"));
            awaitLine(b, last("b"));
            for (Thread feeder : feeders) {
                feeder.join();
            }
            assertThat(a.leave()).isZero();
            assertThat(b.leave()).isZero();
            List<String> output = a.process().output().lines();
            assertSameOutput(b, a);
            assertThat(linesOf("a", output)).isEqualTo(allLines("a"));
            assertThat(linesOf("b", output)).isEqualTo(allLines("b"));
            List<String> ofKilled = linesOf("c", output);
            assertThat(ofKilled).isEqualTo(allLines("c").subList(0, ofKilled.size()));
            List<String> printedByKilled = c.process().output().lines();
            List<String> whole = printedByKilled.subList(0, printedByKilled.size() - 1); // the last may be cut
            assertThat(whole).isEqualTo(output.subList(0, whole.size()));
        }
    }

    @Test
    void garbdJoinsIsCountedAndStaysThroughKills() throws Exception {
        try (DromonNode a = DromonNode.in(directory, "a").tls(files).startPipe();
                DromonNode b = join("b", a);
                DromonNode c = join("c", a, b);
                Garbd garbd = Garbd.in(Files.createDirectory(directory.resolve("garbd")))
                        .tls(files)
                        .peers(a.hostPort(), b.hostPort(), c.hostPort())
                        .start()) {
            garbd.awaitSynced(JOIN);
            garbd.awaitPrimary(4, 0, JOIN);
            awaitSize(4, a, b, c);
            Thread feeder = feed(a);

            int mark = garbd.process().log().size();
            c.process().kill();
            garbd.awaitPrimary(3, mark, JOIN);
            a.awaitPrimary(3, 0, JOIN);

            mark = garbd.process().log().size();
            b.process().kill(); // of three, garbd makes the second vote
            garbd.awaitPrimary(2, mark, JOIN);
            feeder.join();
            awaitLine(a, last("a"));

            assertThat(linesOf("a", a.process().output().lines())).isEqualTo(allLines("a"));
            assertThat(garbd.process().isAlive()).isTrue();
            assertThat(garbd.process().log().lines())
                    .noneMatch(line -> line.contains("FATAL") || line.contains("ERROR"));
        }
    }

    private DromonNode join(String name, DromonNode... peers) {
        peers[0].awaitPrimary(1, 0, JOIN);
        String[] addresses = new String[peers.length];
        for (int i = 0; i < peers.length; i++) {
            addresses[i] = peers[i].hostPort();
        }
        return DromonNode.in(directory, name).tls(files).peers(addresses).startPipe();
    }

    private static void awaitSize(int members, DromonNode... nodes) {
        for (DromonNode node : nodes) {
            node.awaitPrimary(members, 0, JOIN);
            node.awaitSynced(JOIN);
        }
    }

    /** Tells the first line that differs: the whole outputs are too long to look at. */
    private static void assertSameOutput(DromonNode one, DromonNode other) {
        List<String> lines = one.process().output().lines();
        List<String> others = other.process().output().lines();
        for (int i = 0; i < Math.min(lines.size(), others.size()); i++) {
            if (!lines.get(i).equals(others.get(i))) {
                throw new AssertionError("line " + i + " is not the same on both: "
                        + lines.subList(Math.max(0, i - 2), Math.min(i + 5, lines.size())) + " and "
                        + others.subList(Math.max(0, i - 2), Math.min(i + 5, others.size())) + "\n"
                        + one.process().failure("printed the first").getMessage() + "\n"
                        + other.process().failure("printed the second").getMessage());
            }
        }
        assertThat(lines).hasSameSizeAs(others);
    }

    private static Thread feed(DromonNode node) {
        String name = node.process().name();
        Thread feeder = new Thread(() -> {
            node.process().write(String.join("\n", allLines(name)) + "\n");
            node.process().closeInput();
        });
        feeder.setUncaughtExceptionHandler((thread, e) -> {}); // a killed reader; the assertions tell
        feeder.start();
        return feeder;
    }

    private static void awaitLine(DromonNode node, String text) {
        node.process().awaitOutput("\t" + text + "$", 0, DELIVERY);
    }

    private static String line(String origin, int number) {
        return String.format(Locale.ROOT, "%s %05d the oars rise and fall", origin, number);
    }

    private static String last(String origin) {
        return line(origin, LINES - 1);
    }

    private static List<String> allLines(String origin) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            lines.add(line(origin, i));
        }
        return lines;
    }

    private static List<String> texts(List<String> output) {
        return output.stream().map(line -> line.split("\t", 3)[2]).toList();
    }

    private static List<String> linesOf(String origin, List<String> output) {
        return texts(output).stream()
                .filter(text -> text.startsWith(origin + " "))
                .toList();
    }

    private static List<Long> seqnos(List<String> output) {
        return output.stream().map(line -> Long.valueOf(line.split("\t", 2)[0])).toList();
    }
}
