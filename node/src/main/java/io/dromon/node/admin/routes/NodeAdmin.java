package io.dromon.node.admin.routes;

import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.api.Audit;

/** Puts the routes of a node together. */
public final class NodeAdmin {
    private NodeAdmin() {}

    /**
     * Adds them; the node is asked for nothing yet.
     *
     * @return for the routes of others
     */
    public static Audit addTo(AdminApi api, AdminOperations node) {
        EventHub events = new EventHub(node);
        AuditTrail audit = new AuditTrail(node, events::publish);
        RecentStatus recent = new RecentStatus(node);
        api.add(new HealthRoutes(node, recent));
        api.add(new ReadRoutes(node, recent, audit, events, api::list));
        ActionAnswers answers = new ActionAnswers(audit, recent);
        api.add(new ActionRoutes(node, audit, answers));
        api.add(new DrainRoutes(node, answers));
        api.add(new PageRoutes());
        return audit;
    }
}
