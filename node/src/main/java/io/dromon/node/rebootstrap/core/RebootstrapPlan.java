package io.dromon.node.rebootstrap.core;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What a re-bootstrap changes, and on which nodes. All nodes stop together; to change them one after the other ({@code
 * --rolling}) is not a plan of this kind.
 *
 * @param procedure identifies the procedure on all nodes; drawn at random by who makes the plan
 * @param cluster {@code wsrep_cluster_name}
 * @param options what is changed on every node, {@code socket.ssl=YES} say; none to bring a cluster back that went down
 *     as a whole
 * @param nodes every data node of the cluster, under its own name
 */
public record RebootstrapPlan(UUID procedure, String cluster, Map<String, String> options, List<PlannedNode> nodes) {
    /** More are no Galera cluster. */
    private static final int MOST_NODES = 256;

    public RebootstrapPlan {
        options = Map.copyOf(options);
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || nodes.size() > MOST_NODES) {
            throw new IllegalArgumentException(
                    "a plan has 1 to " + MOST_NODES + " nodes, this one has " + nodes.size() + "; name each node once");
        }
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (PlannedNode node : nodes) {
            if (!names.add(node.name()) || !addresses.add(node.adminAddress())) {
                throw new IllegalArgumentException("the plan has two nodes with the name '" + node.name()
                        + "' or the address " + node.adminAddress() + "; each node has its own");
            }
        }
    }

    /** The names of all nodes, in order. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        nodes.forEach(node -> names.add(node.name()));
        return names;
    }

    /** The node of that name, which must be in the plan. */
    public PlannedNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("the plan has no node '" + name + "', it has " + names()));
    }
}
