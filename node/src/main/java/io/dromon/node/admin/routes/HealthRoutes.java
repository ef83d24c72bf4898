package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.Route.Pace;
import io.dromon.node.admin.api.RouteSource;
import java.util.List;
import java.util.function.Function;

/**
 * One fact each, for load balancers and orchestrators: 200 where it holds, 503 where it does not or is not known, and a body
 * that says why.
 */
final class HealthRoutes implements RouteSource {
    private final AdminOperations node;
    private final RecentStatus recent;

    HealthRoutes(AdminOperations node, RecentStatus recent) {
        this.node = node;
        this.recent = recent;
    }

    /** A fact and the sentence behind it. */
    record Fact(boolean holds, String reason) {}

    @Override
    public List<Route> routes() {
        return List.of(
                new Route("GET", "/health/live", AccessClass.HEALTH, Pace.IMMEDIATE, request -> live()),
                route("ready", HealthRoutes::ready),
                route("primary", HealthRoutes::primary),
                route("may-lose-me", HealthRoutes::mayLoseMe));
    }

    private AdminAnswer live() {
        boolean open = node.isOpen();
        boolean held = node instanceof HoldableNode holdable && holdable.isHeld();
        String lives = held ? "the process runs; a re-bootstrap holds its node stopped" : "the node runs";
        return answer("live", new Fact(open, open ? lives : "the node has left its group or failed"));
    }

    private Route route(String name, Function<NodeStatus, Fact> fact) {
        return new Route("GET", "/health/" + name, AccessClass.HEALTH, Pace.SHORT, request -> {
            try {
                return answer(name, fact.apply(recent.get()));
            } catch (NodeException e) {
                return answer(name, new Fact(false, "not known: " + e.getMessage()));
            }
        });
    }

    private static AdminAnswer answer(String name, Fact fact) {
        ObjectNode body = Documents.object();
        body.put(name, fact.holds);
        body.put("reason", fact.reason);
        return AdminAnswer.json(fact.holds ? 200 : 503, body);
    }

    static Fact ready(NodeStatus status) {
        String state = "the node is " + status.state() + ", the group "
                + status.group().state();
        return new Fact(
                status.health().ready(),
                status.health().reasons().isEmpty()
                        ? state
                        : state + "; " + String.join("; ", status.health().reasons()));
    }

    static Fact primary(NodeStatus status) {
        NodeStatus.Group group = status.group();
        return new Fact(
                group.primary(),
                "the group is " + group.state() + " with " + group.members().size() + " members");
    }

    /**
     * Whether the others keep the primary component if this node is lost without a goodbye: what is left must weigh more than
     * half. A node that leaves in order takes its weight with it, and costs no quorum.
     */
    static Fact mayLoseMe(NodeStatus status) {
        NodeStatus.Group group = status.group();
        if (!group.primary()) {
            return new Fact(false, "this node is in no primary component, and does not know who is");
        }
        int own = Integer.parseInt(status.options().getOrDefault("pc.weight", "1"));
        int rest = group.weight() - own;
        boolean holds = 2 * rest > group.weight();
        return new Fact(
                holds,
                "of a weight of " + group.weight() + " the others have " + rest + ", which is "
                        + (holds ? "more than half" : "not more than half: they would lose the primary component"));
    }
}
