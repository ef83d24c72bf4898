package io.dromon.node.admin.routes;

import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.Route.Pace;
import io.dromon.node.admin.api.RouteSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Has a node refuse writes, and finish those that it took: before its machine is worked on, so that no writer meets a node that is
 * going. It stays a member, and tells load balancers that it is not ready, until it is undrained or its process ends.
 */
final class DrainRoutes implements RouteSource {
    private static final String DRAINED =
            "the node is drained by an operator, and nothing was sent; write to another node, or wait for dromon undrain";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NS = Duration.ofMillis(50).toNanos();

    private final AdminOperations node;
    private final ActionAnswers answers;

    DrainRoutes(AdminOperations node, ActionAnswers answers) {
        this.node = node;
        this.answers = answers;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.post("/api/v1/drain", Pace.LONG, this::drain),
                Route.post("/api/v1/undrain", Pace.LONG, this::undrain));
    }

    private AdminAnswer drain(AdminRequest request) {
        Order order = Order.of(request);
        refuseWhereAnotherRefuses();
        if (order.isDryRun()) {
            return ActionAnswers.dry(
                    "drain",
                    "would take no writes any more, and finish "
                            + node.status().group().inFlight()
                            + " that are on their way; not ready for load balancers until it is undrained");
        }
        return answers.done(request, "drain", () -> {
            if (!node.refuseWrites(DRAINED)) {
                refuseWhereAnotherRefuses();
            }
            long left = awaitWrites();
            return left == 0
                    ? ActionAnswers.said("drain", "takes no writes any more, and none is on its way")
                    : ActionAnswers.said("drain", "takes no writes any more; " + left + " are on their way still")
                            .put("begun", true);
        });
    }

    /** How many have not ended when the patience has: those without a number, then those that were not applied. */
    private long awaitWrites() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        NodeStatus status = node.status();
        while (status.group().inFlight() > 0 && goesOn(end)) {
            status = node.status();
        }
        long last = status.group().seqno();
        while (toApply(status, last) > 0 && goesOn(end)) {
            status = node.status();
        }
        return status.group().inFlight() + toApply(status, last);
    }

    /** Waits a moment, unless it was too long already. */
    private static boolean goesOn(long end) {
        LockSupport.parkNanos(LOOK_NS);
        return System.nanoTime() < end && !Thread.currentThread().isInterrupted();
    }

    /** None are left where the application waits for the node: numbers of views are not applied. */
    private static long toApply(NodeStatus status, long last) {
        if (status.waiting() == 0 && status.call().isEmpty()) {
            return 0;
        }
        long applied = status.kept().map(NodeStatus.Kept::applied).orElse(-1L);
        return Math.max(0, last - applied);
    }

    private AdminAnswer undrain(AdminRequest request) {
        Order order = Order.of(request);
        refuseWhereAnotherRefuses();
        if (order.isDryRun()) {
            return ActionAnswers.dry(
                    "undrain", "would take writes" + (node.refusesWrites() == null ? ", as it does" : " again"));
        }
        return answers.done(request, "undrain", () -> {
            node.acceptWrites(DRAINED);
            return ActionAnswers.said("undrain", "takes writes");
        });
    }

    /** What refuses writes for a reason of its own takes them again by itself. */
    private void refuseWhereAnotherRefuses() {
        if (!node.isOpen()) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has ended");
        }
        String why = node.refusesWrites();
        if (why != null && !why.equals(DRAINED)) {
            throw Problem.of(409, "writes are refused already: " + why, "wait for the end of that")
                    .refusal();
        }
    }
}
