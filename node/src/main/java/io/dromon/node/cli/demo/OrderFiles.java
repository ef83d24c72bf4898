package io.dromon.node.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The files in which the nodes write the order down, each as it sees it. */
final class OrderFiles {
    private final TreeMap<String, Path> files = new TreeMap<>();

    void add(String node, Path file) {
        files.put(node, file);
    }

    /** Leaves out a node that is no member. */
    void remove(String node) {
        files.remove(node);
    }

    /**
     * What a node saw.
     *
     * @param writeSets how many
     * @param same whether it is a stretch of what the first node saw
     */
    record Seen(int writeSets, boolean same) {}

    /** Compares them with the file of a node that was there from the beginning to the end. */
    SortedMap<String, Seen> compareWith(String first) throws IOException {
        List<String> reference = Files.readAllLines(files.get(first), StandardCharsets.UTF_8);
        SortedMap<String, Seen> seen = new TreeMap<>();
        for (var entry : files.entrySet()) {
            List<String> order = complete(entry.getValue());
            seen.put(entry.getKey(), new Seen(order.size(), isStretch(order, reference)));
        }
        return seen;
    }

    /** The lines of a file, without a last one that a crash cut off. */
    private static List<String> complete(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n');
        try (Stream<String> lines = text.substring(0, end + 1).lines()) {
            return lines.toList();
        }
    }

    private static boolean isStretch(List<String> part, List<String> whole) {
        if (part.isEmpty()) {
            return false;
        }
        int start = whole.indexOf(part.get(0));
        return start >= 0
                && start + part.size() <= whole.size()
                && IntStream.range(0, part.size()).allMatch(i -> part.get(i).equals(whole.get(start + i)));
    }
}
