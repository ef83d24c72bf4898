package io.dromon.node.admin.api;

import java.util.List;

/**
 * A method on a path, and what it does.
 *
 * @param method {@code GET} (HEAD comes with it), {@code POST}, {@code PUT} or {@code DELETE}
 * @param path begins with a slash; a segment in braces is left open, as in {@code /api/cluster/{name}}
 * @param access who may use it; what changes something is never a GET
 * @param pace how long it may take
 * @param handler carries it out
 */
public record Route(String method, String path, AccessClass access, Pace pace, Handler handler) {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");

    /** How long a handler may take, and so which thread it runs on. */
    public enum Pace {
        /** Decides at once: never waits for anything. */
        IMMEDIATE,
        /** Waits for the node at most: some seconds. */
        SHORT,
        /** Waits for the cluster, for those who read and write: many at a time, and apart from what operators ask for. */
        CLUSTER,
        /** Takes as long as it takes; few run at a time. */
        LONG
    }

    /** Carries a request out. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The answer.
         *
         * @throws Problem.Refusal what is answered instead
         */
        AdminAnswer answer(AdminRequest request);
    }

    public Route {
        if (!METHODS.contains(method) || !path.startsWith("/")) {
            throw new IllegalArgumentException(method + " " + path + " is no route");
        }
        boolean reads = access == AccessClass.HEALTH || access == AccessClass.READ;
        boolean changes = access == AccessClass.CHANGE;
        if (method.equals("GET") ? changes : reads) {
            throw new IllegalArgumentException(method + " " + path + ": a GET reads, and everything else changes");
        }
    }

    /** Whether it changes something. */
    boolean changes() {
        return !method.equals("GET");
    }

    /** One that reads. */
    public static Route get(String path, Handler handler) {
        return new Route("GET", path, AccessClass.READ, Pace.SHORT, handler);
    }

    /** One that changes something. */
    public static Route post(String path, Pace pace, Handler handler) {
        return new Route("POST", path, AccessClass.CHANGE, pace, handler);
    }

    List<String> segments() {
        return List.of(path.substring(1).split("/", -1));
    }
}
