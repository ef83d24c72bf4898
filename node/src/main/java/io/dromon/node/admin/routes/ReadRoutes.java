package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.ProcessMetrics;
import io.dromon.node.admin.StatusDocument;
import io.dromon.node.admin.StatusMetrics;
import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Caller;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.RouteSource;
import io.dromon.transport.wire.PeerText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What can be read of a node; parts of the status document, under the names that operators look for. */
final class ReadRoutes implements RouteSource {
    private static final String ACTION = "POST /api/v1/";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final AdminOperations node;
    private final RecentStatus recent;
    private final AuditTrail audit;
    private final EventHub events;
    private final Supplier<List<String>> all;
    /** The text of metrics; null before the first. */
    private @Nullable String metrics;

    private long metricsMadeNs;

    /** @param all every route, for the list */
    ReadRoutes(
            AdminOperations node, RecentStatus recent, AuditTrail audit, EventHub events, Supplier<List<String>> all) {
        this.node = node;
        this.recent = recent;
        this.audit = audit;
        this.events = events;
        this.all = all;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.get("/api/v1", request -> json(Documents.of("routes", Documents.texts(all.get())))),
                Route.get("/api/v1/status", request -> json(status())),
                Route.get("/api/v1/cluster", request -> json(cluster())),
                Route.get(
                        "/api/v1/members",
                        request -> json(status().path("group").path("members"))),
                Route.get("/api/v1/links", request -> json(links())),
                Route.get("/api/v1/certificates", request -> json(status().path("tls"))),
                Route.get("/api/v1/options", request -> json(options())),
                Route.get("/api/v1/problems", request -> json(Problems.of(node.status()))),
                Route.get("/api/v1/conflicts", request -> json(status().path("certification"))),
                Route.get("/api/v1/transfers", request -> json(transfers())),
                Route.get("/api/v1/audit", request -> json(audit.toTree())),
                Route.get("/api/v1/topology.txt", request -> AdminAnswer.text(Topology.of(node.status()))),
                Route.get("/api/v1/me", request -> json(me(request))),
                Route.get("/api/v1/events", request -> AdminAnswer.events(feed(request))),
                Route.get("/metrics", request -> AdminAnswer.text(metrics()).as(METRICS)),
                Route.get("/api/status", request -> json(status())),
                Route.get(
                        "/api/clusters",
                        request -> json(
                                Documents.texts(List.of(node.status().group().name())))),
                Route.get("/api/cluster/{name}", request -> cluster(request.variable("name"))),
                Route.get("/api/problems", request -> json(Problems.of(node.status()))),
                Route.get("/api/audit", request -> json(audit.toTree())));
    }

    private AdminAnswer.Feed feed(AdminRequest request) {
        boolean samples = request.query().getOrDefault("samples", "false").equals("true");
        return client -> events.start(client, samples);
    }

    /** Who asks, and what it may do: for each class whether, and if not why; the actions that it may ask for. */
    private JsonNode me(AdminRequest request) {
        Caller caller = request.caller();
        ObjectNode me = Documents.object()
                .put("name", caller.name())
                .put("serial", caller.serial())
                .put("door", caller.door().name().toLowerCase(Locale.ROOT));
        ObjectNode access = me.putObject("access");
        for (AccessClass each : AccessClass.values()) {
            Optional<Problem> refusal = request.rules().refusal(each, caller);
            ObjectNode may = access.putObject(each.word()).put("may", refusal.isEmpty());
            refusal.ifPresent(why -> may.put("cause", why.cause()).put("remedy", why.remedy()));
        }
        boolean changes = access.path(AccessClass.CHANGE.word()).path("may").asBoolean();
        List<String> actions = all.get().stream()
                .filter(route -> changes && route.startsWith(ACTION))
                .map(route -> route.substring(ACTION.length()))
                .toList();
        me.set("actions", Documents.texts(actions));
        return me;
    }

    /** Made ten times a second at most, however many ask. */
    private synchronized String metrics() {
        String known = metrics;
        if (known == null || System.nanoTime() - metricsMadeNs > RecentStatus.AGE_NS) {
            known = StatusMetrics.of(recent.get()) + ProcessMetrics.text();
            metrics = known;
            metricsMadeNs = System.nanoTime();
        }
        return known;
    }

    private static AdminAnswer json(JsonNode document) {
        return AdminAnswer.json(document);
    }

    private JsonNode status() {
        return StatusDocument.of(node.status()).toTree();
    }

    private JsonNode cluster() {
        JsonNode status = status();
        ObjectNode cluster = status.path("group").deepCopy();
        cluster.set("health", status.path("health"));
        cluster.put("seenBy", status.path("name").asText());
        cluster.put("linkSummary", status.path("linkSummary").asText());
        return cluster;
    }

    private AdminAnswer cluster(String name) {
        JsonNode cluster = cluster();
        if (!cluster.path("name").asText().equals(name)) {
            throw Problem.of(404, "this node is in another cluster", "GET /api/clusters names it")
                    .refusal();
        }
        return json(cluster);
    }

    private JsonNode links() {
        JsonNode status = status();
        ObjectNode links = Documents.object();
        links.set("summary", status.path("linkSummary"));
        links.set("links", status.path("links"));
        links.set("refused", status.path("refused"));
        links.set("refusedByKind", status.path("refusedByKind"));
        return links;
    }

    private JsonNode transfers() {
        JsonNode kept = status().path("kept");
        return kept.isMissingNode()
                ? Documents.of("keepsState", Documents.object().booleanNode(false))
                : kept;
    }

    private ArrayNode options() {
        NodeConfig config = node.config();
        ArrayNode options = Documents.array();
        for (Option<?> option : config.options()) {
            options.add(Documents.object()
                    .put("name", option.name())
                    .put("value", config.text(option))
                    .put("default", option.defaultText())
                    .put("source", config.source(option).place())
                    .put("runtime", option.change().name().toLowerCase(Locale.ROOT))
                    .put("support", option.support().toString())
                    .put("doc", option.doc()));
        }
        return options;
    }

    /** The members as a table for people. */
    static final class Topology {
        private Topology() {}

        static String of(NodeStatus status) {
            StringBuilder text = new StringBuilder();
            NodeStatus.Group group = status.group();
            text.append(String.format(
                    Locale.ROOT,
                    "%s %s configuration %d seqno %d weight %d, %s%n",
                    PeerText.printable(group.name()),
                    group.state(),
                    group.configuration(),
                    group.seqno(),
                    group.weight(),
                    status.linkSummary()));
            group.members()
                    .forEach(member -> text.append(String.format(
                            Locale.ROOT,
                            "%s %-20s %-8s segment %d%s%n",
                            member.uuid().equals(status.uuid()) ? "*" : "+",
                            PeerText.printable(member.name()),
                            member.state(),
                            member.segment(),
                            member.arbitrator() ? " arbitrator" : "")));
            return text.toString();
        }
    }
}
