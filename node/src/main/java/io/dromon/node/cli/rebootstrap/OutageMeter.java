package io.dromon.node.cli.rebootstrap;

import java.util.Map;
import java.util.TreeMap;

/**
 * The longest time between two commits, of each node and of all together. Given commits in any order of nodes, each node's in
 * their order. Locks itself.
 */
final class OutageMeter {
    /**
     * A time without a commit.
     *
     * @param fromNs when the last commit before was acknowledged
     * @param toNs when the first one behind was; that of the last look while there is none
     * @param over whether there is one behind
     */
    record Outage(long fromNs, long toNs, boolean over) {
        static final Outage NONE = new Outage(0, 0, true);

        long lengthNs() {
            return toNs - fromNs;
        }
    }

    private static final class Line {
        private long lastNs;
        private long count = 1;
        private Outage longest = Outage.NONE;

        Line(long firstNs) {
            this.lastNs = firstNs;
        }

        void committed(long atNs) {
            if (atNs - lastNs > longest.lengthNs()) {
                longest = new Outage(lastNs, atNs, true);
            }
            lastNs = Math.max(lastNs, atNs);
            count++;
        }

        Outage longest(long nowNs) {
            return nowNs - lastNs > longest.lengthNs() ? new Outage(lastNs, nowNs, false) : longest;
        }
    }

    private final Map<String, Line> nodes = new TreeMap<>();
    private Line all = new Line(0);

    /** A write of that node was acknowledged. */
    synchronized void committed(String node, long atNs) {
        if (nodes.isEmpty()) {
            all = new Line(atNs);
        } else {
            all.committed(atNs);
        }
        Line line = nodes.get(node);
        if (line == null) {
            nodes.put(node, new Line(atNs));
        } else {
            line.committed(atNs);
        }
    }

    /** How many commits there were on a node. */
    synchronized long commits(String node) {
        Line line = nodes.get(node);
        return line == null ? 0 : line.count;
    }

    /** When the last commit on a node was. */
    synchronized long lastNs(String node) {
        Line line = nodes.get(node);
        return line == null ? Long.MIN_VALUE : line.lastNs;
    }

    /** The longest one on a node that has committed. */
    synchronized Outage of(String node, long nowNs) {
        Line line = nodes.get(node);
        return line == null ? Outage.NONE : line.longest(nowNs);
    }

    /** The longest one of the cluster: no node committed. */
    synchronized Outage ofCluster(long nowNs) {
        return nodes.isEmpty() ? Outage.NONE : all.longest(nowNs);
    }
}
