package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.ConfigException;
import io.dromon.config.Registry;
import io.dromon.node.ClusterView;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.Route.Pace;
import io.dromon.node.admin.api.RouteSource;
import io.dromon.node.credentials.CaRotation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What an operator can have a node do. With {@code dryRun} it is checked, and nothing is changed. */
final class ActionRoutes implements RouteSource {
    private static final String BASE = "/api/v1/";
    private static final int RELINK_SECONDS = 300;
    private static final String DESYNC = "wsrep_desync";
    private static final String WEIGHT = "pc.weight";
    private static final String EVICT = "evs.evict";

    private final AdminOperations node;
    private final AuditTrail audit;
    private final ActionAnswers answers;

    ActionRoutes(AdminOperations node, AuditTrail audit, ActionAnswers answers) {
        this.node = node;
        this.audit = audit;
        this.answers = answers;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.post(BASE + "reload", Pace.LONG, this::reload),
                Route.post(BASE + "relink", Pace.LONG, this::relink),
                Route.post(BASE + "rotate", Pace.LONG, this::rotate),
                Route.post(BASE + "set", Pace.LONG, this::set),
                Route.post(BASE + "desync", Pace.LONG, request -> desync(request, true)),
                Route.post(BASE + "resync", Pace.LONG, request -> desync(request, false)),
                Route.post(BASE + "weight", Pace.LONG, this::weight),
                Route.post(BASE + "evict", Pace.LONG, this::evict),
                Route.post(BASE + "leave", Pace.LONG, this::leave),
                Route.post(BASE + "restart", Pace.LONG, this::restart));
    }

    private AdminAnswer reload(AdminRequest request) {
        Order order = Order.of(request);
        return order.isDryRun()
                ? ActionAnswers.dry("reload", "would use " + node.checkReload())
                : answers.done(request, "reload", () -> ActionAnswers.said("reload", node.reload()));
    }

    private AdminAnswer relink(AdminRequest request) {
        Order order = Order.of(request);
        if (order.isDryRun()) {
            NodeStatus status = node.status();
            long links = status.links().stream()
                    .filter(link -> status.established(link).isPresent())
                    .count();
            return ActionAnswers.dry("relink", "would relink " + links + " links, one at a time");
        }
        return answers.done(request, "relink", () -> {
            int count = relinked();
            return ActionAnswers.said("relink", count + " links were relinked").put("relinked", count);
        });
    }

    private int relinked() {
        try {
            return node.relink().get(RELINK_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NodeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new NodeException(
                    NodeException.Reason.BUSY, "not done after " + RELINK_SECONDS + " s; see dromon status", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(NodeException.Reason.CLOSED, "interrupted while relinking", e);
        }
    }

    private AdminAnswer rotate(AdminRequest request) {
        Order order = Order.of(request, "step");
        CaRotation.Step step = CaRotation.Step.of(order.text("step"))
                .orElseThrow(() -> Problem.of(
                                400,
                                "rotate needs a step",
                                "one of trust-both, present-new and drop-old, in this order on all nodes")
                        .refusal());
        if (order.isDryRun()) {
            node.checkRotation(step);
            return ActionAnswers.dry("rotate", "nothing stands against the step " + order.text("step"));
        }
        return answers.done(request, "rotate " + order.text("step"), () -> {
            ObjectNode answer = ActionAnswers.said("rotate", node.rotate(step));
            return step == CaRotation.Step.PRESENT_NEW ? answer.put("relinked", relinked()) : answer;
        });
    }

    private AdminAnswer set(AdminRequest request) {
        Order order = Order.of(request, "option", "value");
        return set(
                request,
                "set",
                order.text("option").strip(),
                order.text("value").strip(),
                order.isDryRun());
    }

    private AdminAnswer desync(AdminRequest request, boolean away) {
        Order order = Order.of(request);
        return set(request, away ? "desync" : "resync", DESYNC, Boolean.toString(away), order.isDryRun());
    }

    private AdminAnswer weight(AdminRequest request) {
        Order order = Order.of(request, "weight");
        return set(request, "weight", WEIGHT, Integer.toString(order.number("weight")), order.isDryRun());
    }

    private AdminAnswer evict(AdminRequest request) {
        Order order = Order.of(request, "member");
        ClusterView.Member member = member(order.text("member").strip());
        if (order.isDryRun()) {
            return ActionAnswers.dry(
                    "evict",
                    "would put " + member.name() + ", " + member.uuid()
                            + ", out of the group: it is not let in again until it is restarted, and its weight goes with it");
        }
        return answers.done(request, "evict " + member.name() + ", " + member.uuid(), () -> {
            node.set(EVICT, member.uuid().toString());
            return ActionAnswers.said("evict", member.name() + " is put out of the group");
        });
    }

    /** Another member, by its UUID or, if only one has it, by its name. */
    private ClusterView.Member member(String nameOrUuid) {
        NodeStatus status = node.status();
        List<ClusterView.Member> found = status.group().members().stream()
                .filter(each ->
                        each.uuid().toString().equals(nameOrUuid) || each.name().equals(nameOrUuid))
                .toList();
        if (found.size() != 1) {
            throw Problem.of(
                            409,
                            found.isEmpty()
                                    ? "no member has this name or UUID"
                                    : found.size() + " members have this name",
                            "write a UUID of GET /api/v1/members")
                    .refusal();
        }
        ClusterView.Member member = found.get(0);
        if (member.uuid().equals(status.uuid())) {
            throw Problem.of(409, "this is the node itself", "a node is evicted by another member; this one may leave")
                    .refusal();
        }
        return member;
    }

    private AdminAnswer set(AdminRequest request, String action, String option, String value, boolean dryRun) {
        String shown = action.equals("set") ? "set " + shown(option, value) : action + " " + value;
        if (dryRun) {
            String now = node.config().withChanged(option, value).text(known(option));
            return ActionAnswers.dry(action, option + " would be " + now);
        }
        return answers.done(request, shown, () -> {
            node.set(option, value);
            return ActionAnswers.said(action, option + " is set");
        });
    }

    private static io.dromon.config.Option<?> known(String option) {
        return Registry.find(option).orElseThrow(() -> ConfigException.unknownOption(option));
    }

    private static String shown(String option, String value) {
        boolean secret =
                Registry.find(option).filter(io.dromon.config.Option::secret).isPresent();
        return option + "=" + (secret ? "********" : value);
    }

    private AdminAnswer leave(AdminRequest request) {
        Order order = Order.of(request);
        if (order.isDryRun()) {
            NodeStatus.Group group = node.status().group();
            if (!group.primary()) {
                return ActionAnswers.dry("leave", "is in no primary component; its process would end");
            }
            return ActionAnswers.dry(
                    "leave",
                    "would leave in order: its weight goes with it, and "
                            + (group.members().size() - 1) + " members stay");
        }
        return answers.done(request, "leave", () -> {
            Thread leaving = new Thread(node::leave, "dromon-" + node.config().name() + "-admin-leave");
            leaving.setDaemon(true);
            leaving.start();
            return ActionAnswers.said("leave", "the node leaves its group and ends");
        });
    }

    private AdminAnswer restart(AdminRequest request) {
        Order order = Order.of(request, "options");
        Map<String, String> options = order.options("options");
        if (order.isDryRun()) {
            node.checkRestart(options);
            return ActionAnswers.dry("restart", "nothing stands against it");
        }
        String shown = options.entrySet().stream()
                .map(option -> shown(option.getKey(), option.getValue()))
                .collect(Collectors.joining("; ", "restart ", ""));
        return answers.done(request, shown.strip(), () -> {
            CompletableFuture<Void> started = node.beginRestart(options);
            CompletableFuture<Void> told = started.whenComplete((done, why) -> audit.record(
                    request.caller(), shown.strip(), why == null ? "started again" : "failed, " + why.getMessage()));
            return ActionAnswers.said("restart", "the node leaves and joins again")
                    .put("begun", !told.isCompletedExceptionally());
        });
    }
}
