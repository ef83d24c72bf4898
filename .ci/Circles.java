import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Reads what {@code jdeps -verbose} prints of a module's classes and lists the circles among its packages, and among its
 * source files: sets in which each depends on each other, over others or not. With {@code -v} each circle's dependencies.
 */
final class Circles {
    private Circles() {}

    public static void main(String[] args) throws IOException {
        boolean verbose = args.length > 0 && args[0].equals("-v");
        Map<String, Set<String>> files = new TreeMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.strip().split("\\s+"); // from -> to place
                if (words.length >= 3 && words[0].startsWith("io.dromon.")) {
                    files.computeIfAbsent(fileOf(words[0]), name -> new TreeSet<>());
                    if (words[2].startsWith("io.dromon.")) {
                        add(files, fileOf(words[0]), fileOf(words[2]));
                    }
                }
            }
        }
        files.values().forEach(to -> to.retainAll(files.keySet())); // other modules are below this one
        Map<String, Set<String>> packages = new TreeMap<>();
        files.forEach((from, all) -> all.forEach(to -> add(packages, packageOf(from), packageOf(to))));
        print("package", packages, verbose, UnaryOperator.identity());
        print("file", files, verbose, name -> name.substring(name.lastIndexOf('.') + 1));
    }

    private static String fileOf(String type) {
        int nested = type.indexOf('$');
        return nested < 0 ? type : type.substring(0, nested);
    }

    private static String packageOf(String file) {
        return file.substring(0, file.lastIndexOf('.'));
    }

    private static void add(Map<String, Set<String>> graph, String from, String to) {
        if (!from.equals(to)) {
            graph.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
        }
    }

    private static void print(
            String kind, Map<String, Set<String>> graph, boolean verbose, UnaryOperator<String> brief) {
        List<Set<String>> circles = circles(graph);
        System.out.println("  " + kind + " circles: " + (circles.isEmpty() ? "none" : circles.size()));
        for (Set<String> circle : circles) {
            String where = kind.equals("file") ? packageOf(circle.iterator().next()) + ": " : "";
            System.out.println("    " + circle.size() + "  " + where
                    + String.join(" ", circle.stream().map(brief).toList()));
            for (String from : verbose ? circle : Set.<String>of()) {
                Set<String> inside = new TreeSet<>(graph.get(from));
                inside.retainAll(circle);
                System.out.println("         " + brief.apply(from) + " -> "
                        + String.join(" ", inside.stream().map(brief).toList()));
            }
        }
    }

    /** Tarjan's strongly connected components of more than one node, the largest first. */
    private static List<Set<String>> circles(Map<String, Set<String>> graph) {
        List<Set<String>> found = new ArrayList<>();
        Map<String, int[]> marks = new HashMap<>();
        Deque<String> stack = new ArrayDeque<>();
        for (String node : graph.keySet()) {
            if (!marks.containsKey(node)) {
                visit(node, graph, marks, stack, found);
            }
        }
        found.sort(Comparator.<Set<String>>comparingInt(Set::size).reversed());
        return found;
    }

    /** A mark holds the number of a node and the lowest number that is reached from it; -1 once its component is done. */
    private static int visit(
            String node,
            Map<String, Set<String>> graph,
            Map<String, int[]> marks,
            Deque<String> stack,
            List<Set<String>> found) {
        int[] mark = {marks.size(), marks.size()};
        marks.put(node, mark);
        stack.push(node);
        for (String next : graph.getOrDefault(node, Set.of())) {
            int[] other = marks.get(next);
            if (other == null) {
                mark[1] = Math.min(mark[1], visit(next, graph, marks, stack, found));
            } else if (other[1] >= 0) {
                mark[1] = Math.min(mark[1], other[0]);
            }
        }
        int lowest = mark[1];
        if (lowest == mark[0]) {
            Set<String> component = new TreeSet<>();
            String member;
            do {
                member = stack.pop();
                component.add(member);
                marks.get(member)[1] = -1;
            } while (!member.equals(node));
            if (component.size() > 1) {
                found.add(component);
            }
        }
        return lowest;
    }
}
