package io.dromon.node.rebootstrap.member;

import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Audit;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.RouteSource;
import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.Participant;
import io.dromon.node.rebootstrap.wire.RebootstrapText;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Takes the requests of a coordinator, one at a time. What they change is in the audit: a request that is sent again, since it
 * takes its time, once.
 */
final class RebootstrapRoutes implements RouteSource {
    private final Participant participant;
    private final DaemonControl control;
    private final Audit audit;
    private final InstantSource clock;
    private String audited = "";

    RebootstrapRoutes(Participant participant, DaemonControl control, Audit audit, InstantSource clock) {
        this.participant = participant;
        this.control = control;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.post(RebootstrapText.PATH, Route.Pace.LONG, this::serve));
    }

    private AdminAnswer serve(AdminRequest http) {
        RebootstrapText.Received received;
        try {
            received = RebootstrapText.readRequest(http.body().text());
        } catch (IllegalArgumentException e) {
            throw Problem.of(
                            400,
                            "the body is no request of a re-bootstrap: " + e.getMessage(),
                            "dromon rebootstrap sends them; it and the node must be of one version")
                    .refusal();
        }
        return AdminAnswer.of(200, "application/json", Content.of(RebootstrapText.write(answer(received, http))));
    }

    private synchronized Answer answer(RebootstrapText.Received received, AdminRequest http) {
        NodeRequest request = received.request();
        control.offer(received.files());
        Answer answer = participant.on(request, clock.millis());
        if (!request.step().isQuestion()) {
            keep(http, request, answer);
        }
        return answer;
    }

    private static String staged(NodeRequest request) {
        return request.step() instanceof NodeRequest.Stage stage
                ? ": " + new TreeMap<>(stage.options()) + ", files of "
                        + new TreeSet<>(stage.files().keySet())
                : "";
    }

    private void keep(AdminRequest http, NodeRequest request, Answer answer) {
        String order =
                "rebootstrap " + request.step().getClass().getSimpleName().toLowerCase(Locale.ROOT) + " of procedure "
                        + request.procedure() + ", run " + request.id().run() + staged(request);
        String result = answer instanceof Answer.Refused refused
                ? "refused, " + refused.text()
                : answer instanceof Answer.Pending ? "begun" : "done";
        if (!audited.equals(order + result)) {
            audited = order + result;
            audit.record(http.caller(), order, result);
        }
    }
}
