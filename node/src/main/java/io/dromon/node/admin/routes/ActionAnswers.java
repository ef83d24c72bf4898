package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.config.ConfigException;
import io.dromon.node.NodeException;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import java.util.function.Supplier;

/** What actions answer, and what the audit keeps of them. */
final class ActionAnswers {
    private final AuditTrail audit;
    private final RecentStatus recent;

    ActionAnswers(AuditTrail audit, RecentStatus recent) {
        this.audit = audit;
        this.recent = recent;
    }

    static AdminAnswer dry(String action, String text) {
        return AdminAnswer.json(said(action, text).put("dryRun", true));
    }

    static ObjectNode said(String action, String text) {
        return Documents.object().put("action", action).put("text", text);
    }

    /** Carries it out, and keeps in the audit what came of it. */
    AdminAnswer done(AdminRequest request, String order, Supplier<ObjectNode> action) {
        try {
            ObjectNode answer = action.get();
            boolean begun = answer.has("begun") || order.equals("leave");
            audit.record(request.caller(), order, begun ? "begun" : "done");
            recent.forget();
            return AdminAnswer.json(begun ? 202 : 200, answer);
        } catch (NodeException | ConfigException e) {
            audit.record(request.caller(), order, "refused, " + e.getMessage());
            throw e;
        }
    }
}
