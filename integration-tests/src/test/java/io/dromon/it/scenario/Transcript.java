package io.dromon.it.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the nodes say while a block runs. Equal lines of several nodes become one; many write-sets of one node that follow
 * each other become one line, and so do the states that members go through. The order of the lines of each node is kept.
 */
final class Transcript {
    private static final long SECOND = 1_000_000_000L;
    /** What is said within this time can become one line. */
    private static final long TOGETHER_NS = SECOND / 10;
    /** So many write-sets in a row get a line each. */
    private static final int SINGLE_WRITE_SETS = 4;

    private sealed interface Event {}

    private record Words(String text) implements Event {}

    private record WriteSet(long seqno, String origin, String content) implements Event {
        String text() {
            return "write-set " + seqno + " of " + origin + ": " + content;
        }
    }

    private record Status(String member, String status) implements Event {}

    private record Said(int order, long timeNs, String node, Event event) {}

    private record Shown(int order, long timeNs, String node, String text) {}

    private static final class Line {
        final long timeNs;
        final String text;
        final TreeSet<String> nodes = new TreeSet<>();

        Line(long timeNs, String text) {
            this.timeNs = timeNs;
            this.text = text;
        }
    }

    private final Map<String, List<Said>> byNode = new TreeMap<>();
    private int order;

    void say(long timeNs, String node, String text) {
        add(timeNs, node, new Words(text));
    }

    void sayWriteSet(long timeNs, String node, long seqno, String origin, String content) {
        add(timeNs, node, new WriteSet(seqno, origin, content));
    }

    void sayStatus(long timeNs, String node, String member, String status) {
        add(timeNs, node, new Status(member, status));
    }

    private void add(long timeNs, String node, Event event) {
        byNode.computeIfAbsent(node, name -> new ArrayList<>()).add(new Said(order++, timeNs, node, event));
    }

    /**
     * The lines of a block.
     *
     * @param fromNs when the block began
     * @param timed whether the seconds since then stand before each line
     */
    List<String> lines(long fromNs, boolean timed) {
        List<Shown> all = new ArrayList<>();
        byNode.values().forEach(ofNode -> all.addAll(collapse(ofNode)));
        all.sort(Comparator.comparingInt(Shown::order));
        List<Line> lines = new ArrayList<>();
        Map<String, Integer> lastLine = new HashMap<>();
        for (Shown shown : all) {
            int place = place(shown, lines, lastLine.getOrDefault(shown.node(), -1));
            lines.get(place).nodes.add(shown.node());
            lastLine.put(shown.node(), place);
        }
        return lines.stream().map(line -> text(line, fromNs, timed)).toList();
    }

    /** Index of the line that this becomes a part of, behind the last line of its node; a new one if there is none. */
    private static int place(Shown shown, List<Line> lines, int last) {
        for (int i = lines.size() - 1; i > last; i--) {
            Line line = lines.get(i);
            if (line.text.equals(shown.text()) && Math.abs(shown.timeNs() - line.timeNs) < TOGETHER_NS) {
                return i;
            }
        }
        lines.add(new Line(shown.timeNs(), shown.text()));
        return lines.size() - 1;
    }

    private static String text(Line line, long fromNs, boolean timed) {
        String text = String.join(" ", line.nodes) + ": " + line.text;
        return timed ? String.format(Locale.ROOT, "%4.1fs  %s", (line.timeNs - fromNs) / 1e9, text) : text;
    }

    private static List<Shown> collapse(List<Said> ofNode) {
        List<Shown> all = new ArrayList<>();
        int from = 0;
        while (from < ofNode.size()) {
            int to = from + 1;
            while (to < ofNode.size() && continues(ofNode.get(from), ofNode.get(to - 1), ofNode.get(to))) {
                to++;
            }
            all.addAll(shown(ofNode.subList(from, to)));
            from = to;
        }
        return all;
    }

    private static boolean continues(Said first, Said before, Said said) {
        if (before.event() instanceof WriteSet one && said.event() instanceof WriteSet next) {
            return one.origin().equals(next.origin()) && one.seqno() + 1 == next.seqno();
        }
        return before.event() instanceof Status
                && said.event() instanceof Status
                && said.timeNs() - first.timeNs() < TOGETHER_NS;
    }

    private static List<Shown> shown(List<Said> run) {
        Said first = run.get(0);
        if (first.event() instanceof Status) {
            return List.of(new Shown(first.order(), first.timeNs(), first.node(), path(run)));
        }
        if (run.size() > SINGLE_WRITE_SETS
                && first.event() instanceof WriteSet begin
                && run.get(run.size() - 1).event() instanceof WriteSet end) {
            String text = "write-sets " + begin.seqno() + " to " + end.seqno() + " of " + begin.origin();
            return List.of(new Shown(first.order(), first.timeNs(), first.node(), text));
        }
        return run.stream()
                .map(said -> new Shown(
                        said.order(),
                        said.timeNs(),
                        said.node(),
                        said.event() instanceof WriteSet writeSet ? writeSet.text() : ((Words) said.event()).text()))
                .toList();
    }

    /** {@code n1 -> DONOR -> JOINED, n3 -> JOINER -> JOINED}. */
    private static String path(List<Said> run) {
        Map<String, String> paths = new TreeMap<>();
        for (Said said : run) {
            if (said.event() instanceof Status status) {
                paths.merge(status.member(), " -> " + status.status(), String::concat);
            }
        }
        List<String> texts = new ArrayList<>();
        paths.forEach((member, path) -> texts.add(member + path));
        return String.join(", ", texts);
    }
}
