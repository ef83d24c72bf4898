package io.dromon.node.admin.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The routes, found by method and path. Immutable. */
final class RouteTable {
    private final List<Route> routes;

    RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** With more routes; one that is there already is refused. */
    RouteTable with(List<Route> more) {
        List<Route> all = new ArrayList<>(routes);
        for (Route route : more) {
            if (all.stream()
                    .anyMatch(other -> other.method().equals(route.method())
                            && other.path().equals(route.path()))) {
                throw new IllegalArgumentException("there are two routes of " + route.method() + " " + route.path());
            }
            all.add(route);
        }
        return new RouteTable(all);
    }

    /** A route and what the path has in its open segments. */
    record Match(Route route, Map<String, String> variables) {}

    /**
     * The route of a request.
     *
     * @throws Problem.Refusal 404 for an unknown path, 405 with {@code Allow} for a method that the path does not have
     */
    Match find(String method, String path) {
        List<String> segments = List.of(path.substring(1).split("/", -1));
        TreeSet<String> allowed = new TreeSet<>();
        String wanted = method.equals("HEAD") ? "GET" : method;
        for (Route route : routes) {
            Map<String, String> variables = new HashMap<>();
            if (!matches(route.segments(), segments, variables)) {
                continue;
            }
            if (route.method().equals(wanted)) {
                return new Match(route, variables);
            }
            allowed.add(route.method());
        }
        if (allowed.isEmpty()) {
            throw Problem.of(404, "there is no " + path + " here", "GET /api/v1 lists what there is")
                    .refusal();
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String allow = String.join(", ", allowed);
        throw new Problem(
                        405,
                        method + " is no method of " + path,
                        "it takes " + allow + "; a GET reads, a POST changes",
                        Map.of("Allow", allow))
                .refusal();
    }

    private static boolean matches(List<String> pattern, List<String> path, Map<String, String> variables) {
        if (pattern.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < pattern.size(); i++) {
            String part = pattern.get(i);
            if (part.startsWith("{")) {
                variables.put(part.substring(1, part.length() - 1), path.get(i));
            } else if (!part.equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Method and path of each, in order. */
    List<String> list() {
        return routes.stream().map(route -> route.method() + " " + route.path()).toList();
    }
}
