package io.dromon.it.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.OutputLog;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three {@code dromon node --pipe}, each appending to its own output file over all its starts: whatever a node missed, however it
 * was away, stands there before anything new, and the files are equal.
 */
@Tag("peers")
@Timeout(240)
final class ReturningProcessesTest {
    private static final Duration JOIN = Duration.ofSeconds(60);
    private static final Duration DELIVERY = Duration.ofSeconds(60);
    private static final String JOINER = ": state JOINER$";
    /** A silent member is out after some three seconds. */
    private static final String QUICK = "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;"
            + "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S;evs.install_timeout=PT3S";

    @TempDir
    Path directory;

    private final Map<String, DromonNode> nodes = new TreeMap<>();

    @AfterEach
    void endAll() {
        nodes.values().forEach(DromonNode::close);
    }

    private DromonNode start(String name, TlsFiles files, String... peers) {
        DromonNode node = launch(name, files, peers);
        node.awaitSynced(JOIN);
        return node;
    }

    private DromonNode launch(String name, TlsFiles files, String... peers) {
        DromonNode node = DromonNode.in(directory, name)
                .tls(files)
                .options(QUICK)
                .peers(peers)
                .at("127.0.0.1", List.of("sh", "-c", "exec \"$@\" >> '" + output(name) + "'", "sh"))
                .startPipe();
        nodes.put(name, node);
        return node;
    }

    private Path output(String name) {
        return directory.resolve(name + ".out");
    }

    private static String lines(String text, int count) {
        return IntStream.range(0, count).mapToObj(i -> text + " " + i + "\n").collect(Collectors.joining());
    }

    private void awaitLines(int count, String... names) {
        for (String name : names) {
            await(name).atMost(DELIVERY).pollInterval(Duration.ofMillis(100)).until(() -> linesOf(name) == count);
        }
    }

    private long linesOf(String name) throws IOException {
        try (Stream<String> lines = Files.lines(output(name))) {
            return lines.count();
        }
    }

    private static void empty(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Of the log, from a line on. */
    private static String awaitTransfer(DromonNode node, int from, String how) {
        return node.process().awaitLog("has the state of the group up to \\d+, by " + how + "$", from, JOIN);
    }

    private static String stateOf(DromonNode node) {
        Pattern state = Pattern.compile(".*: state (\\w+)$");
        return node.process().log().lines().stream()
                .map(state::matcher)
                .filter(matcher -> matcher.matches())
                .map(matcher -> matcher.group(1))
                .reduce("", (before, after) -> after);
    }

    @Test
    void whatWasMissedStandsInEachOutputBeforeAnythingNew() throws IOException {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        DromonNode a = start("a", files);
        DromonNode b = start("b", files, a.hostPort());
        DromonNode c = start("c", files, a.hostPort());
        a.process().write(lines("all are there", 1_000));
        awaitLines(1_000, "a", "b", "c");

        c.process().kill();
        a.process().write(lines("c was killed", 20_000));
        awaitLines(21_000, "a", "b");
        DromonNode again = start("c", files, a.hostPort());
        awaitTransfer(again, 0, "IST");
        awaitLines(21_000, "c");

        assertThat(b.leave()).isZero();
        empty(b.directory());
        Files.delete(output("b"));
        a.process().write(lines("b has left", 500));
        awaitLines(21_500, "a", "c");
        DromonNode empty = start("b", files, a.hostPort());
        awaitTransfer(empty, 0, "SST");
        awaitLines(21_500, "b");

        OutputLog log = again.process().log();
        int mark = log.size();
        int seen = a.process().log().size();
        again.process().signal("STOP");
        a.awaitPrimary(2, seen, JOIN);
        a.process().write(lines("c stands still", 2_000));
        awaitLines(23_500, "a", "b");
        again.process().signal("CONT");
        awaitTransfer(again, mark, "IST");
        awaitLines(23_500, "c");

        again.process().write(lines("all are there again", 100));
        awaitLines(23_600, "a", "b", "c");
        assertEqualOutputs();
        for (DromonNode node : nodes.values()) { // the donors are free again
            await(node.process().name())
                    .atMost(JOIN)
                    .untilAsserted(() -> assertThat(stateOf(node)).isEqualTo("SYNCED"));
        }
    }

    @Test
    void killsOfJoinerAndDonorInMidTransferLeaveNoGap() throws IOException {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        DromonNode a = start("a", files);
        DromonNode b = start("b", files, a.hostPort());
        DromonNode c = start("c", files, a.hostPort());
        a.process().write(lines("all are there", 1_000));
        awaitLines(1_000, "a", "b", "c");
        c.process().kill();
        a.process().write(lines("c was killed", 30_000));
        awaitLines(31_000, "a", "b");

        DromonNode joiner = launch("c", files, a.hostPort(), b.hostPort());
        joiner.process().awaitLog(JOINER, JOIN);
        int mark = a.process().log().size();
        joiner.process().kill();
        a.awaitPrimary(2, mark, JOIN);

        Map<DromonNode, Integer> marks =
                Map.of(a, a.process().log().size(), b, b.process().log().size());
        DromonNode again = launch("c", files, a.hostPort(), b.hostPort());
        again.process().awaitLog(JOINER, JOIN);
        // the joiner may hear of its request before the donor does
        DromonNode donor = await("a donor")
                .atMost(JOIN)
                .until(() -> askedOf(marks), Optional::isPresent)
                .orElseThrow();
        donor.process().kill();
        again.awaitSynced(JOIN);
        awaitLines(31_000, "c");

        String name = donor.process().name();
        DromonNode other = donor == a ? b : a;
        start(name, files, other.hostPort(), again.hostPort());
        again.process().write(lines("all are there again", 100));
        awaitLines(31_100, "a", "b", "c");
        assertEqualOutputs();
    }

    /** The node that was chosen as donor, by the lines of its log from the mark on. */
    private static Optional<DromonNode> askedOf(Map<DromonNode, Integer> marks) {
        return marks.entrySet().stream()
                .filter(each -> each.getKey()
                        .process()
                        .log()
                        .find(": is asked for its state by", each.getValue())
                        .isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void assertEqualOutputs() throws IOException {
        for (String name : List.of("b", "c")) {
            assertThat(Files.mismatch(output("a"), output(name))).as(name).isEqualTo(-1);
        }
    }
}
