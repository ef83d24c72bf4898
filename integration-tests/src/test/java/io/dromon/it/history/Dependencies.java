package io.dromon.it.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who must come before whom: a graph whose cycles are anomalies. */
final class Dependencies {
    enum Kind {
        /** Has written the next version. */
        WW,
        /** Has read the version. */
        WR,
        /** Has overwritten the version that was read. */
        RW,
        /** Has begun later than the other one ended, and must have seen it. */
        TIME
    }

    /** An edge to another node. */
    record Edge(int from, int to, Kind kind) {}

    private final List<List<Edge>> edges = new ArrayList<>();

    Dependencies(int nodes) {
        for (int i = 0; i < nodes; i++) {
            edges.add(new ArrayList<>());
        }
    }

    int addNode() {
        edges.add(new ArrayList<>());
        return edges.size() - 1;
    }

    void add(int from, int to, Kind kind) {
        Edge edge = new Edge(from, to, kind);
        if (from != to && !edges.get(from).contains(edge)) {
            edges.get(from).add(edge);
        }
    }

    /**
     * Cycles of edges of some kinds, one of each component that has any.
     *
     * @param apart whether no RW may follow on an RW: such cycles only
     */
    List<List<Edge>> cycles(Set<Kind> kinds, boolean apart) {
        return new Search(EnumSet.copyOf(kinds), apart).cycles();
    }

    /** In the graph of (node, whether an RW has led there): 2 n + 1 where it has. */
    private final class Search {
        private final Set<Kind> kinds;
        private final boolean apart;
        private final int size = 2 * edges.size();
        private final int[] index = new int[size];
        private final int[] low = new int[size];
        private final int[] component = new int[size];
        private final ArrayDeque<Integer> stack = new ArrayDeque<>();
        private final List<List<Edge>> found = new ArrayList<>();
        private int next = 1;

        Search(Set<Kind> kinds, boolean apart) {
            this.kinds = kinds;
            this.apart = apart;
        }

        List<List<Edge>> cycles() {
            for (int state = 0; state < size; state += 2) {
                if (index[state] == 0) {
                    search(state);
                }
            }
            return found;
        }

        private int target(int state, Edge edge) {
            boolean overwritten = edge.kind() == Kind.RW;
            if (!kinds.contains(edge.kind()) || (apart && overwritten && state % 2 == 1)) {
                return -1;
            }
            return 2 * edge.to() + (apart && overwritten ? 1 : 0);
        }

        private record Frame(int state, Iterator<Edge> out) {}

        /** Tarjan's algorithm, without recursion. */
        private void search(int root) {
            ArrayDeque<Frame> frames = new ArrayDeque<>();
            enter(root, frames);
            while (!frames.isEmpty()) {
                Frame frame = frames.peek();
                if (frame.out().hasNext()) {
                    int to = target(frame.state(), frame.out().next());
                    if (to >= 0 && index[to] == 0) {
                        enter(to, frames);
                    } else if (to >= 0 && component[to] == 0) {
                        low[frame.state()] = Math.min(low[frame.state()], index[to]);
                    }
                } else {
                    frames.pop();
                    if (!frames.isEmpty()) {
                        int parent = frames.peek().state();
                        low[parent] = Math.min(low[parent], low[frame.state()]);
                    }
                    if (low[frame.state()] == index[frame.state()]) {
                        close(frame.state());
                    }
                }
            }
        }

        private void enter(int state, ArrayDeque<Frame> frames) {
            index[state] = next;
            low[state] = next++;
            stack.push(state);
            frames.push(new Frame(state, edges.get(state / 2).iterator()));
        }

        private void close(int root) {
            int members = 0;
            int state;
            do {
                state = stack.pop();
                component[state] = index[root];
                members++;
            } while (state != root);
            if (members > 1) {
                found.add(shortest(root));
            }
        }

        /** The shortest way from a node back to itself within its component, breadth first. */
        private List<Edge> shortest(int root) {
            Edge[] by = new Edge[size];
            int[] before = new int[size];
            Arrays.fill(before, -1);
            ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(root));
            while (true) {
                int state = queue.remove();
                for (Edge edge : edges.get(state / 2)) {
                    int to = target(state, edge);
                    if (to < 0 || component[to] != component[root] || before[to] >= 0) {
                        continue;
                    }
                    by[to] = edge;
                    before[to] = state;
                    if (to == root) {
                        return way(root, by, before);
                    }
                    queue.add(to);
                }
            }
        }

        private List<Edge> way(int root, @Nullable Edge[] by, int[] before) {
            List<Edge> way = new ArrayList<>();
            int state = root;
            do {
                Edge edge = by[state];
                if (edge == null) {
                    throw new IllegalStateException("no way to " + state);
                }
                way.add(edge);
                state = before[state];
            } while (state != root);
            Collections.reverse(way);
            return way;
        }
    }
}
