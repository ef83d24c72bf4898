package io.dromon.node.cli.rebootstrap;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
     * @param seen whether there is one before; if not it began before anybody looked
     */
    record Outage(long fromNs, long toNs, boolean over, boolean seen) {
        static final Outage NONE = new Outage(0, 0, true, true);

        long lengthNs() {
            return toNs - fromNs;
        }
    }

    private static final class Line {
        private long lastNs;
        private long count;
        private Outage longest = Outage.NONE;

        Line(long beganNs) {
            this.lastNs = beganNs;
        }

        Line committed(long atNs) {
            longest = longest(atNs, true);
            lastNs = Math.max(lastNs, atNs);
            count++;
            return this;
        }

        Outage longest(long nowNs, boolean over) {
            return nowNs - lastNs > longest.lengthNs() ? new Outage(lastNs, nowNs, over, count > 0) : longest;
        }
    }

    private final Map<String, Line> nodes = new TreeMap<>();
    private @Nullable Line all;

    /** From now on that node is to commit: where it has not yet, this is the begin of its time without commits. */
    synchronized void expect(String node, long nowNs) {
        nodes.putIfAbsent(node, new Line(nowNs));
        all = all == null ? new Line(nowNs) : all;
    }

    /** A write of that node was acknowledged. */
    synchronized void committed(String node, long atNs) {
        all = (all == null ? new Line(atNs) : all).committed(atNs);
        nodes.computeIfAbsent(node, absent -> new Line(atNs)).committed(atNs);
    }

    /** How many commits there were on a node. */
    synchronized long commits(String node) {
        Line line = nodes.get(node);
        return line == null ? 0 : line.count;
    }

    /** When the last commit on a node was. */
    synchronized long lastNs(String node) {
        Line line = nodes.get(node);
        return line == null || line.count == 0 ? Long.MIN_VALUE : line.lastNs;
    }

    /** The longest one on a node that has committed. */
    synchronized Outage of(String node, long nowNs) {
        Line line = nodes.get(node);
        return line == null ? Outage.NONE : line.longest(nowNs, false);
    }

    /** The longest one of the cluster: no node committed. */
    synchronized Outage ofCluster(long nowNs) {
        return all == null ? Outage.NONE : all.longest(nowNs, false);
    }
}
