package io.dromon.node.admin.api;

import io.dromon.config.ConfigException;
import io.dromon.node.NodeException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides requests: which route, whether the caller may use it, what is answered. Knows no socket. Any thread.
 */
public final class AdminApi {
    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

    private volatile RouteTable routes = new RouteTable(List.of());

    /** Adds routes; from now on every door serves them. */
    public synchronized void add(RouteSource source) {
        routes = routes.with(source.routes());
    }

    /** Method and path of each route. */
    public List<String> list() {
        return routes.list();
    }

    /**
     * A request that may go on.
     *
     * @param path decoded
     */
    public record Admitted(Route route, java.util.Map<String, String> variables, String path) {}

    /**
     * Judges a request by its head, before its body is read.
     *
     * @throws Problem.Refusal what is answered instead
     */
    public Admitted admit(RequestHead head, Caller caller, AccessRules rules) {
        head.checkMethod();
        String path = head.decodedPath();
        RouteTable.Match match;
        try {
            match = routes.find(head.method(), path);
        } catch (Problem.Refusal unknown) {
            // Who may read nothing learns nothing about what there is.
            throw rules.refusal(AccessClass.READ, caller).map(Problem::refusal).orElse(unknown);
        }
        Route route = match.route();
        head.checkBrowser(route, caller.door());
        rules.refusal(route.access(), caller).ifPresent(problem -> {
            throw problem.refusal();
        });
        if (route.method().equals("GET") && head.hasBody()) {
            throw Problem.of(400, "a GET has no body", "send none").refusal();
        }
        head.checkMediaType(route);
        return new Admitted(route, match.variables(), path);
    }

    /** Carries an admitted request out. Never throws. */
    public AdminAnswer answer(Route route, AdminRequest request) {
        try {
            return route.handler().answer(request);
        } catch (Problem.Refusal refusal) {
            return refusal.problem().answer();
        } catch (NodeException e) {
            return problem(e).answer();
        } catch (ConfigException e) {
            return Problem.of(409, String.valueOf(e.getMessage()), "dromon options NAME tells what an option takes")
                    .answer();
        } catch (RuntimeException e) {
            LOG.error("admin: {} {} failed", route.method(), route.path(), e);
            return Problem.of(
                            500,
                            "failed: " + e.getClass().getSimpleName(),
                            "see the log of the node; this is a bug to report")
                    .answer();
        }
    }

    private static Problem problem(NodeException e) {
        String cause = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case CONFIGURATION, REFUSED, INCOMPATIBLE_GROUP, APPLICATION, PROTOCOL, TOO_LARGE ->
                Problem.of(409, cause, "mend what it names, and ask again");
            default -> Problem.of(503, cause, "see /api/v1/status, and ask again when the node can do it");
        };
    }
}
