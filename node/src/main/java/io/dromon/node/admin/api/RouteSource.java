package io.dromon.node.admin.api;

import java.util.List;

/** Something that has routes for the admin interface. */
public interface RouteSource {
    /** Its routes; asked for once. */
    List<Route> routes();
}
