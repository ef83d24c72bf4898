package io.dromon.it.sim;

import io.dromon.it.sim.state.StateCluster;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimCluster;
import io.dromon.transport.sim.StackCluster;
import java.util.List;

/**
 * A kind of simulated cluster.
 *
 * @param name what a command line calls it
 * @param seeds runs it, and names the test that replays one of its seeds
 */
public record SeedKind(String name, Seeds.Maker maker, Seeds seeds) {
    /** Whole nodes. */
    public static final SeedKind NODE = new SeedKind(
            "node", "integration-tests", "NodeSimulationTest#keepsThePromisesOfReplication", NodeCluster::new);

    /** Whole nodes whose applications have a state. */
    public static final SeedKind STATE = new SeedKind(
            "state", "integration-tests", "StateSimulationTest#keepsThePromisesToApplications", StateCluster::new);

    /** The transport alone. */
    public static final SeedKind STACK =
            new SeedKind("stack", "transport", "StackSimulationTest#keepsThePromisesOfTheGroup", StackCluster::new);

    /** All of them. */
    public static final List<SeedKind> ALL = List.of(NODE, STATE, STACK);

    private SeedKind(String name, String module, String test, Seeds.Maker maker) {
        this(name, maker, new Seeds(module, test, maker));
    }

    /** The kind of that name. */
    public static SeedKind named(String name) {
        return switch (name) {
            case "node" -> NODE;
            case "state" -> STATE;
            case "stack" -> STACK;
            default ->
                throw new IllegalArgumentException("no kind of simulation \"" + name + "\": node, state or stack");
        };
    }

    /** How many messages a run delivered over all nodes of a stack; how many writes of whole nodes were acknowledged. */
    public static long messages(SimCluster<?> cluster) {
        if (cluster instanceof StateCluster nodes) {
            return nodes.acknowledged();
        }
        return cluster instanceof NodeCluster nodes ? nodes.acknowledged() : ((StackCluster) cluster).delivered();
    }

    @Override
    public String toString() {
        return name;
    }
}
